"""What a running installation keeps about itself; no law."""
