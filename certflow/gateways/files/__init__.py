"""Files that people send: recognised and looked through by their content."""
