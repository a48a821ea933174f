"""Pages of people and their appointments, and of their import from a spreadsheet."""
