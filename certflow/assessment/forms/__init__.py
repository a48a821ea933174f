"""Forms of answers, entries of a record and the meeting."""
