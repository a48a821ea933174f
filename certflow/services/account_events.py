"""The history of accounts: who did what to an account and when; lines are added and never changed."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.models.accounts import AccountEvent
from certflow.models.base import db
from certflow.models.people import User

PAGE_SIZE = 50


def record(user_id: int, what: str, *, actor: User | None, **facts: object) -> None:
    """Add a line about a stored account; without an `actor` it was done on the command line."""
    line = {"user_id": user_id, "what": what, "facts": facts, "actor_id": actor and actor.id, "at": clock.now()}
    db.session.execute(insert(AccountEvent).values(line))


def listed(user: User, page: int = 1) -> tuple[list[AccountEvent], int]:
    """One page of an account's history with its actors, newest first, and how many lines there are in all."""
    query = select(AccountEvent).where(AccountEvent.user_id == user.id).options(joinedload(AccountEvent.actor))
    total = db.session.scalar(select(func.count()).where(AccountEvent.user_id == user.id)) or 0
    shown = query.order_by(AccountEvent.id.desc()).limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)
    return list(db.session.scalars(shown)), total
