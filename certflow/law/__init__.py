"""Definitions of procedures and criteria, and what interprets them; pure: no Flask, no SQLAlchemy, no WTForms."""
