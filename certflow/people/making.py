"""Accounts, appointments and invitations of a whole list, each kind in one statement."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from certflow import clock
from certflow.accounts import accounts, events, outbox
from certflow.accounts import links as account_links
from certflow.errors import Refusal
from certflow.gateways import notices
from certflow.gateways.installation import equipment
from certflow.models.accounts import AccountLink, OutgoingMail
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.models.unique import refusing
from certflow.people.plan import Plan, Step
from certflow.people.rows import Line
from certflow.vietnamese import search_key, sort_key


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the ids of the accounts, how many appointments, and to how many an invitation is on its way."""

    accounts: tuple[int, ...]
    appointments: int
    invited: int


def make(found: Plan, *, actor: User | None, taken: Refusal) -> Made:
    """Make what a plan without faults says; raises `taken` when somebody was faster with one of the sign-in names."""
    now = clock.now()
    drafts = _drafts(found, now)
    if drafts:
        with refusing("uq_user_account_sign_in_name", taken):
            db.session.execute(insert(User), list(drafts.values()))
    named = select(User).where(User.sign_in_name.in_(drafts)).order_by(User.id)
    users = list(db.session.scalars(named))
    _note("created", [(user.id, {}) for user in users], actor)
    ids = {user.sign_in_name: user.id for user in users}
    steps = [(step.user_id or ids[step.line.sign_in_name], step) for step in found.steps if step.outcome != "there"]
    if steps:
        db.session.execute(insert(Appointment), [_appointment(user_id, step) for user_id, step in steps])
    _note("appointed", [(user_id, _facts(step.line)) for user_id, step in steps], actor)
    invited = [user for user in users if user.email] if outbox.is_open() else []
    _invite(invited, actor)
    return Made(tuple(ids.values()), len(steps), len(invited))


def _drafts(found: Plan, now: dt.datetime) -> dict[str, dict[str, Any]]:
    """The accounts to make, by sign-in name; without a password, so that nobody can sign in before a link is used."""
    drafts: dict[str, dict[str, Any]] = {}
    for line in (step.line for step in found.steps if step.user_id is None):
        draft = drafts.setdefault(line.sign_in_name, _draft(line, now))
        draft["position"] = draft["position"] or line.position
        draft["email"] = draft["email"] or line.email
    return drafts


def _draft(line: Line, now: dt.datetime) -> dict[str, Any]:
    return {
        "sign_in_name": line.sign_in_name,
        "full_name": line.full_name,
        "search_key": search_key(line.full_name)[:120],
        "sort_key": sort_key(line.full_name)[:400],
        "position": line.position,
        "email": line.email,
        "password_hash": "",
        "created_at": now,
    }


def _appointment(user_id: int, step: Step) -> dict[str, Any]:
    line = step.line
    days = {"starts_on": line.starts_on, "ends_on": line.ends_on}
    return {"user_id": user_id, "role": line.role, "unit_id": line.unit_id, **days}


def _facts(line: Line) -> dict[str, object]:
    """An appointment as the history of accounts tells it."""
    ends_on = line.ends_on.isoformat() if line.ends_on else ""
    return {"starts_on": line.starts_on.isoformat(), "role": line.role, "unit": line.unit_name, "ends_on": ends_on}


def _note(what: str, lines: Iterable[tuple[int, Mapping[str, object]]], actor: User | None) -> None:
    """Add to the history of accounts."""
    events.record_all([(id_, what, dict(facts)) for id_, facts in lines], actor=actor)


def _invite(users: Sequence[User], actor: User | None) -> None:
    """Mail a first link to each; nobody else knows these accounts yet, so there is nothing to hold or to take back.

    The worker's next look around finds the mails; asking for each of them one by one would take longer than all else.
    """
    if not users:
        return
    tokens = {user.id: secrets.token_urlsafe(32) for user in users}
    now = clock.now()
    until = now + account_links.LASTS
    db.session.execute(insert(OutgoingMail), [_mail(user, tokens[user.id], now, until) for user in users])
    sent = select(OutgoingMail.user_id, OutgoingMail.id).where(OutgoingMail.user_id.in_(tokens))
    mails = {row.user_id: row.id for row in db.session.execute(sent)}
    links = [
        {
            "user_id": user.id,
            "kind": "invitation",
            "token_hash": accounts.token_hash(tokens[user.id]),
            "made_at": now,
            "made_by_id": actor.id if actor else None,
            "expires_at": until,
            "mail_id": mails[user.id],
        }
        for user in users
    ]
    db.session.execute(insert(AccountLink), links)
    _note("link_given", [(user.id, {"mailed_to": user.email}) for user in users], actor)


def _mail(user: User, token: str, now: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    told = f"{until.astimezone(clock.ZONE):%H:%M, %d/%m/%Y}"
    url = f"{equipment().settings.public_url}/links/{token}"
    facts = {"full_name": user.full_name, "sign_in_name": user.sign_in_name, "url": url, "until": told}
    subject, body = notices.words("invitation", user.language, facts)
    words = {"recipient": user.email, "subject": subject, "body": body}
    return {"user_id": user.id, **words, "made_at": now, "useless_from": until}
