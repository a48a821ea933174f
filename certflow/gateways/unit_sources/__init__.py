"""The real units of both epochs and what became of each."""
