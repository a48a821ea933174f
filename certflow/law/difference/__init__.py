"""What changes between two versions of a definition, in sentences."""
