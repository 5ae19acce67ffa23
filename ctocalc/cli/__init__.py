"""The shell: one small file per command."""
