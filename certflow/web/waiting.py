"""How somebody who guessed too often is told from when on it is possible again."""

from http import HTTPStatus

from flask import Response, make_response

from certflow import clock
from certflow.errors import TooMany


def told_to_wait(page: str, refusal: TooMany) -> Response:
    """The page with status 429, and the seconds to wait where programs look for them."""
    response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    if refusal.until is not None:
        seconds = (refusal.until - clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, int(seconds) + 1))
    return response
