"""One small set of functions for each thing outside: files, PDF engines, background work."""
