"""The history of sign-ins: every one that succeeded or failed, and every password that was set anew by a link."""

import datetime as dt

from sqlalchemy import Select, exists, insert, select

from certflow import clock
from certflow.audit import chain
from certflow.models.accounts import SignInEntry
from certflow.models.base import Pagination, db, paginate
from certflow.models.people import User

PAGE_SIZE = 50
SIGNED_IN, WRONG_PASSWORD, WRONG_CODE, NEW_PASSWORD = "signed_in", "wrong_password", "wrong_code", "new_password"
REMEMBERED = dt.timedelta(days=90)


def note(user_id: int, what: str, *, source: str, agent: str) -> None:
    """Add a line; `what` is one of the names above."""
    line = {"user_id": user_id, "what": what, "source": source[:64], "agent": agent[:200], "at": clock.now()}
    db.session.execute(insert(SignInEntry).values(line))
    kind = chain.SIGN_IN_REFUSED if what in (WRONG_PASSWORD, WRONG_CODE) else chain.SIGNED_IN
    chain.note(kind, user_id=user_id, name=db.session.get_one(User, user_id).full_name, what=what)


def is_familiar(user_id: int, source: str) -> bool:
    """Whether the person has signed in from this source lately."""
    before = select(1).where(
        SignInEntry.user_id == user_id,
        SignInEntry.what == SIGNED_IN,
        SignInEntry.source == source[:64],
        SignInEntry.at > clock.now() - REMEMBERED,
    )
    return bool(db.session.scalar(select(exists(before))))


def last(user: User, limit: int) -> list[SignInEntry]:
    """The newest lines of a person."""
    return list(db.session.scalars(_of(user).limit(limit)))


def listed(user: User, page: int = 1) -> Pagination:
    """One page of a person's lines (SignInEntry), newest first."""
    return paginate(_of(user), page, PAGE_SIZE)


def _of(user: User) -> Select[SignInEntry]:
    return select(SignInEntry).where(SignInEntry.user_id == user.id).order_by(SignInEntry.id.desc())
