"""Who judges a dossier and who may not, in words."""
