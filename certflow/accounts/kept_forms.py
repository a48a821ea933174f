"""What was sent after a session had ended: kept for that person, encrypted, for an hour, and sent again by them."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from certflow import clock
from certflow.accounts import secrets_at_rest
from certflow.accounts.accounts import token_hash
from certflow.models.accounts import KeptForm
from certflow.models.base import db
from certflow.models.people import SignInSession, User

KEPT_FOR = dt.timedelta(hours=1)
MOST_KEPT = 10
NOT_KEPT = {"csrf_token", "token", "code", "kept_form"}  # a code of the second factor; units have other names
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form that was kept: its number, where it was sent, its fields in order, and when (None: just now)."""

    id: int
    path: str
    pairs: Pairs
    kept_at: dt.datetime | None


def pairs_of(sent: Iterable[tuple[str, str]]) -> Pairs:
    """The fields that may be kept: no password and no code."""
    return tuple((name, text) for name, text in sent if name not in NOT_KEPT and "password" not in name)


def person_of(token: str) -> int | None:
    """The id of the person whose session this token opened, also after it ended; None for any other token."""
    query = select(SignInSession.user_id).where(SignInSession.token_hash == token_hash(token))
    return db.session.scalar(query)


def keep(user_id: int, path: str, pairs: Pairs) -> None:
    """Keep what was sent to a path, at most `MOST_KEPT` of a person; what is older than an hour goes for good."""
    now = clock.now()
    db.session.execute(delete(KeptForm).where(KeptForm.kept_at < now - KEPT_FOR))
    newest = select(KeptForm.id).where(KeptForm.user_id == user_id).order_by(KeptForm.id.desc()).offset(MOST_KEPT - 1)
    surplus = db.session.scalars(newest.limit(MOST_KEPT)).all()
    db.session.execute(delete(KeptForm).where(KeptForm.id.in_(surplus)))
    content = secrets_at_rest.seal(json.dumps(pairs), "kept form")
    db.session.add(KeptForm(user_id=user_id, path=path, content=content, kept_at=now))
    db.session.flush()


def of(user: User) -> list[SentForm]:
    """What is kept for a person, newest first."""
    query = select(KeptForm).where(KeptForm.user_id == user.id, KeptForm.kept_at >= clock.now() - KEPT_FOR)
    rows = db.session.scalars(query.order_by(KeptForm.id.desc()).limit(MOST_KEPT))
    unsealed = [(row, secrets_at_rest.unseal(row.content, "kept form")) for row in rows]
    return [SentForm(row.id, row.path, _pairs(text), row.kept_at) for row, text in unsealed if text]


def _pairs(text: str) -> Pairs:
    return tuple((str(name), str(value)) for name, value in json.loads(text))


def discard(number: int, user: User) -> None:
    """Forget a kept form of this person; nothing happens when it is gone already."""
    db.session.execute(delete(KeptForm).where(KeptForm.id == number, KeptForm.user_id == user.id))
