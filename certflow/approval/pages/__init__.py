"""Pages of acts that wait for a second person."""
