"""Lines as files hold them: one small reader per format, one table of readers."""
