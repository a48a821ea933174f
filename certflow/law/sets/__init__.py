"""The criteria sets that departments write: their tables and faults."""
