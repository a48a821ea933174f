"""Against guessing: passwords that are refused, and wrong guesses that make the next one wait."""
