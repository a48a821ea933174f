"""Forms of a confirmation and of a department's own set."""
