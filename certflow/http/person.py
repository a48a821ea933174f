"""The person of a request, their language, and how templates say days, instants and texts to them."""

import datetime as dt
from typing import Any, cast

from flask import Flask, g, request, session
from flask_babel import Babel, get_domain, get_locale, refresh
from flask_login import AnonymousUserMixin, current_user

from certflow import wording
from certflow.law.specs.words import Text
from certflow.models.base import db
from certflow.models.people import User

LANGUAGES = ("vi", "en")


def actor() -> User:
    """The person who is signed in; only for pages behind the login wall."""
    return cast(User, current_user._get_current_object())


def language() -> str:
    """The reader's language: chosen in this browser, else the person's own, else Vietnamese."""
    if not request:
        return "vi"
    if "language" in g:
        return str(g.language)
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return current_user.language if current_user.is_authenticated else "vi"


def keep_what_was_written() -> None:
    """Commit at the end of this request although it is refused, as for the count of failed sign-ins."""
    g.keep = True


def commit_part() -> None:
    """Commit in the middle of a request: where it fails later, nobody is told that nothing was stored."""
    db.session.commit()
    g.stored_in_part = True


def stand_alone() -> None:
    """Ask nothing more about the person of this request: nobody is signed in for the rest of it, the language stays.

    What was loaded of the person may have expired: then it is not known.
    """
    person = g.get("_login_user")  # where Flask-Login keeps it
    own = vars(person).get("language") if person is not None else None
    chosen = session.get("language")
    g.language = chosen if chosen in LANGUAGES else own or "vi"
    g._login_user = AnonymousUserMixin()
    refresh()


def _spoken() -> str:
    """The language in which sentences are said now: the reader's, asked once in a request."""
    return str(get_locale() or "vi")


def _words(text: Text) -> str:
    return text.in_language(_spoken())


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _speak(app: Flask) -> None:
    """Translate as Flask-Babel does, whose own functions look up the catalogue anew for each of a page's 300 words."""
    catalogues: dict[object, Any] = {}

    def catalogue() -> Any:
        locale = get_locale()
        if locale not in catalogues:
            catalogues[locale] = get_domain().get_translations()
        return catalogues[locale]

    def single(message: str, **values: object) -> str:
        text: str = catalogue().gettext(message)
        return text % values if values else text

    def counted(singular: str, plural: str, num: int, **values: object) -> str:
        text: str = catalogue().ngettext(singular, plural, num)
        return text % {"num": num, **values}

    wording.use(single, counted, _spoken)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue().gettext(message),
        lambda singular, plural, num: catalogue().ngettext(singular, plural, num),
        newstyle=True,  # templates fill in the values
    )


def register(app: Flask) -> None:
    """Vietnamese first, English beside it, for templates, refusals and definitions alike."""
    Babel(app, locale_selector=language)
    _speak(app)
    app.jinja_env.filters |= {"words": _words, "day": _day, "instant": wording.instant}
    app.jinja_env.filters |= {"cited": wording.cited, "place": wording.place}
    app.jinja_env.globals["title_at"] = wording.title_at
    app.context_processor(lambda: {"locale": _spoken()})
