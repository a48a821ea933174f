"""What the rows of a list and the lines of a history say."""
