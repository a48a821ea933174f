"""Pages of papers, of revoking a result and of verifying one in public."""
