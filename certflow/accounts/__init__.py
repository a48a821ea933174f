"""Accounts and sign-in: passwords, sessions, the second factor, links by mail, waiting times, and their histories."""
