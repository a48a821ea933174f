"""Delegation: who acts for whom from day to day by which document, and the rules that say who may sign for whom."""

import datetime as dt
from typing import Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.dated import Dated
from certflow.models.people import Appointment, User
from certflow.models.units import Organisation, Unit

Mode = Literal["KT", "TL", "TUQ"]
MODES: tuple[Mode, ...] = ("KT", "TL", "TUQ")
MODE = "mode IN ('KT', 'TL', 'TUQ')"


class SigningRule(Dated, Model):
    """At one unit, from one day to another: who may sign what for the holder of a role, and how; with its document.

    The one who signs is named by a role that they hold at the same unit, or by the title of their position. Without
    `schemes` it is about all of them, without `papers` about every paper that the role signs; with an office only
    about people appointed there. A rule is never changed or removed; a withdrawn one counts no more from that moment.
    """

    __tablename__ = "signing_rule"
    __table_args__ = (
        CheckConstraint(MODE, name="mode"),
        CheckConstraint("(signer_role = '') <> (signer_position = '')", name="signer"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_reason"),
        Index("ix_signing_rule_unit_id_role", "unit_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(3))
    signer_role: Mapped[str] = mapped_column(String(40), default="", server_default="")
    signer_position: Mapped[str] = mapped_column(String(120), default="", server_default="")
    schemes: Mapped[list[str]] = mapped_column(JSON)
    papers: Mapped[list[str]] = mapped_column(JSON)
    document_date: Mapped[dt.date] = mapped_column()
    issued_by: Mapped[str] = mapped_column(String(200))

    unit: Mapped[Unit] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Delegation(Dated, Model):
    """That one person acts for another's appointment from one day to another, by a document; "" is every scheme.

    `position` is the delegate's own, as papers print it under the words that say for whom they sign. A delegation is
    never changed or removed; a withdrawn one gives no rights from that moment.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint(MODE, name="mode"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("document_number <> ''", name="document_number"),
        CheckConstraint("position <> ''", name="position"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    mode: Mapped[str] = mapped_column(String(3))
    workflow: Mapped[str] = mapped_column(String(80), default="", server_default="")
    position: Mapped[str] = mapped_column(String(120))
    ends_on: Mapped[dt.date] = mapped_column()
    document_date: Mapped[dt.date] = mapped_column()

    appointment: Mapped[Appointment] = relationship()
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id], back_populates="delegations")

    def counts_on(self, day: dt.date) -> bool:
        """Whether the delegation gives its rights on `day`: it runs, and the one who delegated holds the part then."""
        runs = self.runs(day, day)
        return runs and self.appointment.held_on(day) and self.appointment.user.active and self.delegate.active
