"""Procedures as diagrams."""
