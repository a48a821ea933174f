"""Pure rules: no web, no database; the same inputs always give the same answer."""
