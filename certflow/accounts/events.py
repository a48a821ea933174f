"""The history of accounts: who did what to an account and when; lines are added and never changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select

from certflow import clock
from certflow.models.accounts import AccountEvent
from certflow.models.base import Pagination, db, paginate
from certflow.models.people import User

PAGE_SIZE = 50
_NOBODY: dict[str, Any] = {"actor_id": None, "actor_name": None, "actor_position": None}


def record(user_id: int, what: str, *, actor: User | None, **facts: object) -> None:
    """Add a line about a stored account; without an `actor` it was done on the command line."""
    record_all([(user_id, what, facts)], actor=actor)


def record_all(lines: Sequence[tuple[int, str, dict[str, object]]], *, actor: User | None) -> None:
    """Record many events in one statement; each line is the account's id, what was done and the facts."""
    by = actor.signature.columns("actor") if actor else _NOBODY
    stamp = by | {"at": clock.now()}
    rows = [{"user_id": user_id, "what": what, "facts": facts, **stamp} for user_id, what, facts in lines]
    if rows:
        db.session.execute(insert(AccountEvent), rows)


def last(user: User, limit: int) -> list[AccountEvent]:
    """The newest lines of an account with their actors."""
    return list(db.session.scalars(_of(user).limit(limit)))


def listed(user: User, page: int = 1) -> Pagination:
    """One page of an account's history (AccountEvent) with its actors, newest first."""
    return paginate(_of(user), page, PAGE_SIZE)


def _of(user: User) -> Select[AccountEvent]:
    return select(AccountEvent).where(AccountEvent.user_id == user.id).order_by(AccountEvent.id.desc())
