"""Definitions read from their TOML files, with every fault."""
