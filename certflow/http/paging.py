"""The page of a list that an address asks for."""

from flask import request

FARTHEST_PAGE = 100_000


def asked_page() -> int:
    """The page that the address asks for, from 1 to FARTHEST_PAGE; 1 when it names none."""
    return min(max(request.args.get("page", 1, type=int), 1), FARTHEST_PAGE)
