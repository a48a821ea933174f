"""Backups: database, files and keys in one place, restored into an empty one, and a look at all that is stored."""
