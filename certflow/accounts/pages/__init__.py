"""Pages of sign-in, one's own account, the second factor, links, sessions and known browsers."""
