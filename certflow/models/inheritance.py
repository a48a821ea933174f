"""Inheritance rules: whether a unit that came out of others has the titles these held, as a document says."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.people import User
from certflow.models.units import Unit


class InheritanceRule(Model):
    """In one province, from one day to another, what becomes of the titles of a scheme when units merge or divide.

    It is about a scheme by its name, in whatever version. Where no numbered document says it, `source` says in words
    where it is taken from. A rule is never changed or removed; a withdrawn one counts no more from that moment.
    """

    __tablename__ = "inheritance_rule"
    __table_args__ = (
        CheckConstraint("treatment IN ('inherited', 'suspended', 'reassess')", name="treatment"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("document_number <> '' OR source <> ''", name="source"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_reason"),
        Index("ix_inheritance_rule_unit_id_workflow", "unit_id", "workflow"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    workflow: Mapped[str] = mapped_column(String(80))
    treatment: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    document_number: Mapped[str] = mapped_column(String(120), default="")
    document_date: Mapped[dt.date | None]
    issued_by: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", server_default="")

    unit: Mapped[Unit] = relationship()
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])

    @property
    def cited(self) -> str:
        """The document as papers and pages name it, or where the rule is taken from."""
        if not self.document_number:
            return self.source
        return ", ".join(part for part in (self.document_number, self.issued_by) if part)
