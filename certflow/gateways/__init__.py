"""What lies outside the database: files, PDF engines, spreadsheets, sources of units, mail, queue."""
