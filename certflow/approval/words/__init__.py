"""Labels and sentences of this room."""
