"""Who works on a dossier, in words."""
