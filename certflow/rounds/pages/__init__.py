"""Pages of rounds with their dates, and of working days."""
