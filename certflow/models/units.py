"""Places: administrative units through time, the offices at them, and the holders that can be rated or commended."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import Lasting, Signature, Sourced, signed

KINDS = "kind IN ('country', 'province', 'district', 'commune')"
PARENTS = "(kind IN ('country', 'province')) = (parent_id IS NULL)"


class Unit(Lasting, Model):
    """One administrative unit, the same through every change of name, code or parent; what it is now, or was at last.

    Its earlier versions are UnitVersion's. `search_key` has no diacritics, `sort_key` orders as Vietnamese does. The
    country stands by itself and is no parent: it is where a ministry's people sit. `ends_on` is the last day of a unit
    that was merged, divided or abolished; `heir_id` the one that took it over whole, after any number of mergers.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(PARENTS, name="parent"),
        CheckConstraint("heir_id IS NULL OR ends_on IS NOT NULL", name="heir"),
        Index("ix_unit_parent_sort", "parent_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), index=True)
    kind: Mapped[str] = mapped_column(String(10), index=True)
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(120))
    search_key: Mapped[str] = mapped_column(String(120), index=True)
    sort_key: Mapped[str] = mapped_column(String(400))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    heir_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    parent: Mapped["Unit | None"] = relationship(remote_side=[id], foreign_keys=[parent_id])
    heir: Mapped["Unit | None"] = relationship(remote_side=[id], foreign_keys=[heir_id])

    @property
    def seat_id(self) -> int:
        """The unit whose people now hold the parts of this one's: its heir, or itself."""
        return self.heir_id or self.id


class Resolution(Model):
    """A decision that changes units, as the lawmaker numbered it, with where its content was taken from."""

    __tablename__ = "resolution"
    __table_args__ = (UniqueConstraint("number", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300), default="")
    issued_by: Mapped[str] = mapped_column(String(200), default="")
    dated: Mapped[dt.date | None]
    effective_on: Mapped[dt.date]
    source: Mapped[str] = mapped_column(Text, default="")
    applied_at: Mapped[dt.datetime]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    applied_by: Mapped[Signature | None] = signed("applied_by", optional=True)


class UnitVersion(Lasting, Model):
    """What a unit was called and where it belonged from one day to another; none has a gap or an overlap.

    Without a first day it holds since before the record, without a last day until further notice. `change` says what
    began it: "" for the first one, otherwise "rename", "recode", "move" or several of them with a comma between.
    """

    __tablename__ = "unit_version"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(PARENTS, name="parent"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="period"),
        Index("ix_unit_version_unit_id_starts_on", "unit_id", "starts_on"),
        Index("ix_unit_version_parent_id_sort_key", "parent_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(20), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(120))
    search_key: Mapped[str] = mapped_column(String(120), index=True)
    sort_key: Mapped[str] = mapped_column(String(400))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    change: Mapped[str] = mapped_column(String(40), default="")
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    parent: Mapped[Unit | None] = relationship(foreign_keys=[parent_id])
    resolution: Mapped[Resolution | None] = relationship()


class Succession(Model):
    """That a unit, whole or in part, became another one on a day; a tier that was removed has no successor."""

    __tablename__ = "succession"
    __table_args__ = (
        CheckConstraint("kind IN ('merge', 'split', 'tier_removed', 'tier_changed')", name="kind"),
        CheckConstraint("extent IN ('whole', 'part')", name="extent"),
        CheckConstraint("(kind = 'tier_removed') = (successor_id IS NULL)", name="successor"),
        UniqueConstraint("predecessor_id", "successor_id", "effective_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    extent: Mapped[str] = mapped_column(String(5))
    effective_on: Mapped[dt.date]
    resolution_id: Mapped[int] = mapped_column(ForeignKey("resolution.id"))

    predecessor: Mapped[Unit] = relationship(foreign_keys=[predecessor_id])
    successor: Mapped[Unit | None] = relationship(foreign_keys=[successor_id])
    resolution: Mapped[Resolution] = relationship()


class UnitAttribute(Sourced, Model):
    """What a document says of a unit from one day to another, such as that it lies in a disadvantaged area."""

    __tablename__ = "unit_attribute"
    __table_args__ = (
        CheckConstraint("name IN ('disadvantaged_area')", name="name"),
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="period"),
        Index("ix_unit_attribute_unit_id_name", "unit_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(40))


class Organisation(Sourced, Model):
    """An office at a unit: a people's committee, an education office, an association, a learning centre and so on.

    Like a unit it is never removed: it ends on a day.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="period"),
        UniqueConstraint("unit_id", "kind", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    search_key: Mapped[str] = mapped_column(String(200), index=True)
    source: Mapped[str] = mapped_column(String(300), default="")

    unit: Mapped[Unit] = relationship()


class OfficeContact(Model):
    """How the office at a unit is reached: shown at the foot of the pages of its people and of those below it."""

    __tablename__ = "office_contact"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("telephone <> ''", name="telephone"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    telephone: Mapped[str] = mapped_column(String(40))
    hours: Mapped[str] = mapped_column(String(200), default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]

    entered_by: Mapped[Signature] = signed("entered_by")
    unit: Mapped[Unit] = relationship()

    @property
    def dialled(self) -> str:
        """The number as a telephone dials it: digits, and the plus before them."""
        return "".join(sign for sign in self.telephone if sign.isdigit() or sign == "+")


class Holder(Model):
    """What is rated or commended and is no unit: a learning centre, an agency or a person, at a unit.

    `detail` says more of it in the words of its unit: an address, a position. `organisation` is the office that it is,
    where it is one that was entered.
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
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    entered_at: Mapped[dt.datetime]

    unit: Mapped[Unit] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
