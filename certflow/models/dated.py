"""Mixins of what rests on a document: who entered it, who withdrew it, and rules with their days."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from certflow.models.days import Lasting, Signature, signed

LONGEST_REASON = 4000


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
