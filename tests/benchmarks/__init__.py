"""Ratios to limits that are measured in the same run, so that they mean the same on every machine."""
