"""Marks of what has no legal force yet: samples, practice, criteria that nobody confirmed."""
