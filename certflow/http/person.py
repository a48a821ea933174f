"""The person and the language of a request."""

from typing import cast

from flask import g, session
from flask_login import current_user

from certflow.models.people import User

LANGUAGES = ("vi", "en")


def actor() -> User:
    """The person who is signed in; only for pages behind the login wall."""
    return cast(User, current_user._get_current_object())


def language() -> str:
    """The reader's language: chosen in this browser, else the person's own, else Vietnamese."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return current_user.language if current_user.is_authenticated else "vi"


def keep_what_was_written() -> None:
    """Commit at the end of this request although it is refused, as for the count of failed sign-ins."""
    g.keep = True
