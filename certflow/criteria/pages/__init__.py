"""Pages of the rules in use, and those on which a department writes its own set."""
