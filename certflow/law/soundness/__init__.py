"""Whether a definition can be carried out: names, roles, ways to an end."""
