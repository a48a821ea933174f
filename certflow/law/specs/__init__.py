"""Definitions as the application holds them after reading."""
