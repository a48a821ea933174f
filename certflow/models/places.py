"""Places: administrative units, and the holders at a unit that can be rated or commended themselves."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model


class Unit(Model):
    """One administrative unit; `search_key` has no diacritics, `sort_key` orders as Vietnamese does.

    The country stands by itself and is no parent: it is where a ministry's people sit.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("kind IN ('country', 'province', 'district', 'commune')", name="kind"),
        CheckConstraint("(kind IN ('country', 'province')) = (parent_id IS NULL)", name="parent"),
        CheckConstraint("NOT disadvantaged_area OR disadvantaged_source <> ''", name="disadvantaged_source"),
        Index("ix_unit_parent_sort", "parent_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(10), index=True)
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(120))
    search_key: Mapped[str] = mapped_column(String(120), index=True)
    sort_key: Mapped[str] = mapped_column(String(400))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    disadvantaged_area: Mapped[bool] = mapped_column(default=False)
    disadvantaged_source: Mapped[str] = mapped_column(String(300), default="")

    parent: Mapped["Unit | None"] = relationship(remote_side=[id])


class Holder(Model):
    """What is rated or commended and is no unit: a learning centre, an agency or a person, at a unit.

    `detail` says more of it in the words of its unit: an address, a position.
    """

    __tablename__ = "holder"
    __table_args__ = (
        CheckConstraint("kind IN ('learning_centre', 'agency', 'person')", name="kind"),
        UniqueConstraint("unit_id", "kind", "name", "detail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(200), default="")
    search_key: Mapped[str] = mapped_column(String(200), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    entered_at: Mapped[dt.datetime]

    unit: Mapped[Unit] = relationship()
