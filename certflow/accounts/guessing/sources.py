"""Addresses from which many different names are guessed at: counted in runs, and told to administrators."""

import datetime as dt

from sqlalchemy import delete, or_, select

from certflow import clock
from certflow.models.accounts import GuessingSource
from certflow.models.base import db

MANY = 20
RUN_ENDS_AFTER = dt.timedelta(hours=1)
TOLD_FOR, FEW_KEPT_FOR = dt.timedelta(days=7), dt.timedelta(days=1)
MOST_TOLD, MOST_THROWN = 20, 500


def run_of(source: str) -> GuessingSource | None:
    """The run of failed sign-ins that goes on at this source."""
    query = select(GuessingSource).where(
        GuessingSource.source == source[:64], GuessingSource.last_at > clock.now() - RUN_ENDS_AFTER
    )
    return db.session.scalar(
        query.order_by(GuessingSource.last_at.desc()).limit(1).execution_options(populate_existing=True)
    )


def note(source: str) -> None:
    """Count a further name at which was guessed wrong from this source."""
    run, now = run_of(source), clock.now()
    if run is None:
        db.session.add(GuessingSource(source=source[:64], names=1, began_at=now, last_at=now))
        _throw_away()
    else:
        run.names, run.last_at = run.names + 1, now
    db.session.flush()


def told() -> list[GuessingSource]:
    """The runs of the last days that reached MANY names, newest first, for administrators."""
    query = select(GuessingSource).where(GuessingSource.last_at > clock.now() - TOLD_FOR, GuessingSource.names >= MANY)
    return list(db.session.scalars(query.order_by(GuessingSource.last_at.desc()).limit(MOST_TOLD)))


def _throw_away() -> None:
    now = clock.now()
    few = (GuessingSource.names < MANY) & (GuessingSource.last_at < now - FEW_KEPT_FOR)
    old = select(GuessingSource.id).where(or_(few, GuessingSource.last_at < now - 10 * TOLD_FOR)).limit(MOST_THROWN)
    db.session.execute(delete(GuessingSource).where(GuessingSource.id.in_(old.with_for_update(skip_locked=True))))
