"""Medicine: the score systems as cited tables; pure Python, no arrays."""
