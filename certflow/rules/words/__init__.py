"""Who decides, signs or inherits by a rule, in words."""
