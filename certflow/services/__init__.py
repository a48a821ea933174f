"""One function per thing a person or a clock can do; services flush, entry points commit."""
