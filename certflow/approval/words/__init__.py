"""What a proposed act says: what is to be done, about what, and how it stands."""
