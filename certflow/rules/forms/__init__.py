"""Forms of authority, delegation and signing rules."""
