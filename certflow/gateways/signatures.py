"""Signed times that another machine wrote: a clock that is some seconds ahead of ours makes nothing invalid."""

import datetime as dt
from typing import Any

from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

AHEAD_SECONDS = 120


class LenientSigner(TimestampSigner):
    """As the library's, whose `max_age` also refuses whatever was signed in the future, be it by a second."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """What was signed, unless it is older than `max_age` or from further ahead than clocks may differ."""
        value, at = super().unsign(signed_value, return_timestamp=True)
        age = (dt.datetime.now(dt.UTC) - at).total_seconds()
        if max_age is not None and not -AHEAD_SECONDS <= age <= max_age:
            raise SignatureExpired(
                f"signed {age:.0f} s ago, and {max_age} s are allowed", payload=value, date_signed=at
            )
        return (value, at) if return_timestamp else value


def timed(secret_key: str, salt: str) -> URLSafeTimedSerializer:
    """Signs what expires."""
    return URLSafeTimedSerializer(secret_key, salt=salt, signer=LenientSigner)
