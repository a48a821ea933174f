"""Pages of conflicts of interest, substitutes and councils."""
