"""Open sessions ended, and the two histories of an account for administrators."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR
from certflow.accounts import accounts, directory, links, sessions, words
from certflow.accounts import events as account_events
from certflow.accounts import sign_in_history as history
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.models.accounts import AccountEvent
from certflow.models.people import User

bp = Room("sessions", __name__)

NEWEST_SIGN_INS, NEWEST_EVENTS = 20, 5


def of_oneself() -> dict[str, object]:
    """What one's own account page shows of sessions, sign-ins and what was done to it."""
    here = accounts.token_hash(session["token"])
    return {
        "sessions": [
            (entry, words.device(entry.agent), entry.token_hash == here) for entry in sessions.listed(actor())
        ],
        "entries": [(entry, words.sign_in(entry)) for entry in history.last(actor(), NEWEST_SIGN_INS)],
        "events": _newest_events(actor()),
    }


def of_person(person: User) -> dict[str, object]:
    """What a person's page shows the administrator of links, sessions, second factor and what was done."""
    return {
        "links": [(link, links.state_of(link)) for link in links.given_to(person)],
        "open_sessions": len(sessions.listed(person)),
        "obligatory": accounts.is_obligatory(person),
        "events": _newest_events(person),
    }


def _newest_events(person: User) -> list[tuple[AccountEvent, dict[str, str]]]:
    return [(entry, words.event(entry)) for entry in account_events.last(person, NEWEST_EVENTS)]


@bp.action("/account/sessions/<handle>/end", SIGNED_IN)
def end(handle: str) -> ResponseReturnValue:
    """End one of one's own sessions."""
    sessions.end(actor(), handle)
    flash(_("The session is ended."))
    return redirect(url_for("accounts.show"))


@bp.action("/account/sessions/end-others", SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End all one's own sessions but this one."""
    sessions.end_others(actor(), session["token"])
    flash(_("You are signed out everywhere else."))
    return redirect(url_for("accounts.show"))


@bp.action("/people/<int:user_id>/sessions/end", ADMINISTRATOR)
def end_all(user_id: int) -> ResponseReturnValue:
    """End all sessions of a person, as an administrator."""
    access.require_administrator(actor())
    sessions.end_all(directory.get(user_id), actor=actor())
    flash(_("The person is signed out everywhere."))
    return redirect(url_for("people.show", user_id=user_id))


@bp.page("/people/<int:user_id>/sign-ins", ADMINISTRATOR)
def sign_ins(user_id: int) -> ResponseReturnValue:
    """All sign-ins of a person, for administrators."""
    access.require_administrator(actor())
    person = directory.get(user_id)
    page = history.listed(person, asked_page())
    entries = [(entry, words.sign_in(entry)) for entry in page.items]
    return render_template("accounts/sessions/sign_ins.html", person=person, entries=entries, page=page)


@bp.page("/people/<int:user_id>/events", ADMINISTRATOR)
def events(user_id: int) -> ResponseReturnValue:
    """All that was done to an account, for administrators."""
    access.require_administrator(actor())
    person = directory.get(user_id)
    page = account_events.listed(person, asked_page())
    lines = [(event, words.event(event)) for event in page.items]
    return render_template("accounts/sessions/events.html", person=person, events=lines, page=page)
