"""Rounds with the days of their deadlines, and the days that a document made working days or days off."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Date, ForeignKey, String, UniqueConstraint, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.units import Unit


class Round(Model):
    """One scheme run for one assessed year in one province; `practice` rounds produce no official paper.

    `form` is the criteria set chosen for it, where the scheme leaves the choice; otherwise the scheme's own is used.
    """

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("unit_id", "workflow", "assessed_year", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    workflow: Mapped[str] = mapped_column(String(80))
    workflow_version: Mapped[int]
    form: Mapped[str | None] = mapped_column(String(80))
    form_version: Mapped[int | None]
    assessed_year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    practice: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship()
    dates: Mapped[list["RoundDate"]] = relationship(back_populates="round", order_by="RoundDate.due_on")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class RoundDate(Model):
    """The day of one deadline in one round, and whether the day itself is still on time."""

    __tablename__ = "round_date"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    deadline: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_on: Mapped[dt.date]
    included: Mapped[bool]

    round: Mapped[Round] = relationship(back_populates="dates")


class day_before(FunctionElement[dt.date]):  # noqa: N801 - reads as a SQL function
    """The day before the one in a column."""

    type = Date()
    inherit_cache = True


@compiles(day_before, "postgresql")
def _day_before_postgresql(element: day_before, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - 1)"


@compiles(day_before, "sqlite")
def _day_before_sqlite(element: day_before, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '-1 day')"


def last_day() -> ColumnElement[dt.date]:
    """The last day on which a date of a round is still kept, as `Due.last_day` says it in Python."""
    return case((RoundDate.included, RoundDate.due_on), else_=day_before(RoundDate.due_on))


class CalendarDay(Model):
    """One day that is worked, or not, by the document `source`; whoever enters the day again replaces the row."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("source <> ''", name="source"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    source: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]

    entered_by: Mapped[Signature] = signed("entered_by")
