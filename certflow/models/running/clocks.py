"""Whether the clocks can be trusted: ours beside the database's, and the database's beside what it said before.

The worker notes the database's time again and again (`note`). A clock that is set back is then behind its own note.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from certflow import clock
from certflow.errors import ActionBlocked
from certflow.models.base import Model, instant
from certflow.wording import _
from certflow.wording import instant as in_words

ALARM = dt.timedelta(seconds=1)
MOST = dt.timedelta(seconds=60)


class ClockNote(Model):
    """The latest instant by the database's clock that was noted; one row, made with the table."""

    __tablename__ = "clock_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    latest: Mapped[dt.datetime]


@dataclass(frozen=True, slots=True)
class Clocks:
    """The instant by the database, how far its clock is ahead of ours, and how far it is behind what it noted."""

    at: dt.datetime
    ahead: dt.timedelta
    behind: dt.timedelta

    @property
    def differ(self) -> bool:
        """Whether somebody should set a clock right."""
        return abs(self.ahead) > ALARM or self.ran_backwards

    @property
    def ran_backwards(self) -> bool:
        """Whether the database's clock was set back."""
        return self.behind > ALARM

    @property
    def trusted(self) -> bool:
        """Whether a decision may be dated."""
        return abs(self.ahead) <= MOST and not self.ran_backwards


_QUERY = select(instant(), select(func.max(ClockNote.latest)).scalar_subquery())


def read(session: Session | Connection) -> Clocks:
    """The clocks now; half of the time that the question takes is nobody's fault."""
    before = clock.now()
    at, latest = session.execute(_QUERY).one()
    asked = clock.now() - before
    return Clocks(at, at - (before + asked / 2), (latest or at) - at)


def trusted_instant(session: Session) -> dt.datetime:
    """The present instant by the database, for what is numbered; raises ActionBlocked while a clock is wrong."""
    clocks = read(session)
    if clocks.ran_backwards:
        raise ActionBlocked(
            _(
                "The server's clock was set back: it was %(later)s already, and it says %(now)s. Nothing is decided "
                "until it is right, so that no paper gets a wrong date. Tell the administrator.",
                later=in_words(clocks.at + clocks.behind, seconds=True),
                now=in_words(clocks.at, seconds=True),
            )
        )
    if not clocks.trusted:
        raise ActionBlocked(
            _(
                "The clocks of the server and of the database differ by %(seconds)s seconds. Nothing is decided until "
                "they agree, so that no paper gets a wrong date. Tell the administrator.",
                seconds=round(abs(clocks.ahead).total_seconds()),
            )
        )
    return clocks.at


def note(connection: Connection | Session) -> None:
    """Note the database's time, unless a later one is noted already."""
    connection.execute(update(ClockNote).where(ClockNote.latest < instant()).values(latest=instant()))


def accept(session: Session) -> None:
    """Take the present time for right, although a later one was noted: that one was wrong."""
    session.execute(update(ClockNote).values(latest=instant()))
