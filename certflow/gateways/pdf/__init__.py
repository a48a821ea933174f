"""Papers as PDF, by typst or from their HTML copies."""
