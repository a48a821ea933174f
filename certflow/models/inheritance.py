"""Inheritance rules: whether a unit that came out of others has the titles these held, as a document says."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.dated import Dated
from certflow.models.units import Unit


class InheritanceRule(Dated, Model):
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
    document_number: Mapped[str] = mapped_column(String(120), default="")
    issued_by: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(300), default="")

    unit: Mapped[Unit] = relationship()

    @property
    def cited(self) -> str:
        """The document as papers and pages name it, or where the rule is taken from."""
        if not self.document_number:
            return self.source
        return ", ".join(part for part in (self.document_number, self.issued_by) if part)
