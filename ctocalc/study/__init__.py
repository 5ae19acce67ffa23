"""One patient, one answer: the only place where the stages meet."""
