"""What the histories of accounts say, and how browsers are called."""
