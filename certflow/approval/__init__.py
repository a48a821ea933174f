"""Acts that need two persons: one proposes, another confirms or refuses, and only then is anything done."""
