"""Pages of authority, delegation, signing and inheritance rules."""
