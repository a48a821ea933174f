"""Pages of dossiers: the list, opening, overview, actions, history, receipts, proof, and moving."""
