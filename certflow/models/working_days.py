"""Days that a document has made working days or days off, over the public holidays of the law."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.people import User


class CalendarDay(Model):
    """One day that is worked, or not, by the document `source`; whoever enters the day again replaces the row."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("source <> ''", name="source"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    source: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]

    entered_by: Mapped[User] = relationship()
