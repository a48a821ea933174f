"""People and their appointments, one by one and from a spreadsheet."""
