"""The table of a resolution read from CSV."""
