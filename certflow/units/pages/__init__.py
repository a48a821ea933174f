"""Pages of units through time, their offices, and resolutions."""
