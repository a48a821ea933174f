"""How somebody who guessed too often is told from when on it is possible again."""

from http import HTTPStatus

from flask import Response, make_response

from certflow import clock
from certflow.errors import Refusal, TooMany


def told_to_wait(page: str, refusal: TooMany) -> Response:
    """The page with status 429, and the seconds to wait where programs look for them."""
    response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    set_wait(response, refusal)
    return response


def set_wait(response: Response, refusal: Refusal) -> None:
    """Name the seconds to wait, if the refusal is one that ends by waiting."""
    until = getattr(refusal, "until", None)
    if until is not None:
        seconds = (until - clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, int(seconds) + 1))
