"""Administrative units: the tree of provinces, districts and communes."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model


class Unit(Model):
    """One administrative unit; `search_key` has no diacritics, `sort_key` orders as Vietnamese does."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("kind IN ('province', 'district', 'commune')", name="kind"),
        CheckConstraint("(kind = 'province') = (parent_id IS NULL)", name="parent"),
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
