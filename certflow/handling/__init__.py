"""Who of the colleagues that share a role works on a dossier now, and taking it over with a reason."""
