"""The cases beside definitions: read, and run against them."""
