"""Who did an act, as they were called on its day, and mixins of what holds from one day to another by a document."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, Text, and_, or_, true
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Composite, Mapped, composite, declared_attr, mapped_column

LONGEST_NAME = 120
LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Signature:
    """The id of the account that did an act, with the name and the position that it had on the day of the act."""

    id: int
    name: str
    position: str = ""

    @property
    def full(self) -> str:
        """The name and, where there was one, the position behind a comma."""
        return ", ".join(part for part in (self.name, self.position) if part)

    def columns(self, act: str) -> dict[str, Any]:
        """The values of the columns of `signed(act)`, for statements that are sent past the unit of work."""
        return {f"{act}_id": self.id, f"{act}_name": self.name, f"{act}_position": self.position}


def signed(act: str, *, optional: bool = False) -> Composite[Any]:
    """The signature of an act whose account stands in the column `<act>_id`, with columns for name and position.

    Writing the signature writes all three. An `optional` one is None while there is no account.
    """
    words = (mapped_column(f"{act}_{word}", String(LONGEST_NAME), nullable=optional) for word in ("name", "position"))
    return composite(Signature, f"{act}_id", *words, return_none_on=lambda account, *_words: account is None)


def _meets(row: "Lasting", first: dt.date | None, last: dt.date | None) -> bool:
    """Whether it holds on some day from `first` to `last`; None is no limit."""
    begun = row.starts_on is None or last is None or row.starts_on <= last
    return begun and (row.ends_on is None or first is None or row.ends_on >= first)


def _meeting(table: type["Lasting"], first: dt.date | None, last: dt.date | None) -> ColumnElement[bool]:
    """The condition in SQL that `_meets` states in Python."""
    begun = true() if last is None else or_(table.starts_on.is_(None), table.starts_on <= last)
    return and_(begun, true() if first is None else or_(table.ends_on.is_(None), table.ends_on >= first))


class Lasting:
    """What holds from its first day to its last, both counted.

    Without a first day it holds since before the record, without a last one until further notice. Every method is a
    condition of a query as well: `select(Unit).where(Unit.stands_on(day))`.
    """

    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]

    meets = hybrid_method(_meets, _meeting)

    @hybrid_method
    def stands_on(self, day: dt.date) -> bool:
        """Whether it holds on `day`."""
        return self.meets(day, day)


class Sourced(Lasting):
    """What lasts by one source for its beginning and one for its end, named in the same words."""

    source: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]

    @declared_attr
    def entered_by(self) -> Mapped[Signature | None]:
        """Who entered it; nobody where it came with a list of units."""
        return signed("entered_by", optional=True)


class Held(Lasting):
    """A part that a person has; it gives no rights from the moment at which an administrator ended it."""

    starts_on: Mapped[dt.date]
    ended_at: Mapped[dt.datetime | None]

    @hybrid_method
    def held_on(self, day: dt.date) -> bool:
        """Whether it gives its rights on `day`."""
        return (self.ended_at == None) & self.meets(day, day)  # noqa: E711 - SQL reads this line too

    @hybrid_method
    def goes_on(self, today: dt.date) -> bool:
        """Whether it gives its rights `today` or on a later day."""
        return (self.ended_at == None) & self.meets(today, None)  # noqa: E711 - SQL reads this line too


class Documented:
    """What rests on a document that somebody entered."""

    document_number: Mapped[str] = mapped_column(String(120))
    document_date: Mapped[dt.date | None]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]

    @declared_attr
    def entered_by(self) -> Mapped[Signature]:
        """Who entered it."""
        return signed("entered_by")


class Withdrawable:
    """What counts no more from the moment at which somebody withdrew it with a reason; it stays on record."""

    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", server_default="")

    @declared_attr
    def withdrawn_by(self) -> Mapped[Signature | None]:
        """Who withdrew it."""
        return signed("withdrawn_by", optional=True)


class Dated(Lasting, Documented, Withdrawable):
    """A rule with its days and its document; it is never changed or removed."""

    starts_on: Mapped[dt.date]

    @hybrid_method
    def runs(self, first: dt.date | None, last: dt.date | None) -> bool:
        """Whether it is not withdrawn and holds on some day from `first` to `last`; None is no limit."""
        return (self.withdrawn_at == None) & self.meets(first, last)  # noqa: E711 - SQL reads this line too

    @hybrid_method
    def counts_on(self, day: dt.date) -> bool:
        """Whether it is in force on `day`."""
        return self.runs(day, day)

    @property
    def cited(self) -> str:
        """The document as pages name it."""
        return self.document_number
