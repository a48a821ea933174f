"""Dated rules, each with its document: who decides, who signs, who acts for whom, and what becomes of titles."""

import datetime as dt
from typing import Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from certflow.models.base import Model, reverse
from certflow.models.days import LONGEST_NAME, Dated, Signature, signed
from certflow.models.people import Appointment, User
from certflow.models.units import Organisation, Unit

Mode = Literal["KT", "TL", "TUQ"]
MODES: tuple[Mode, ...] = ("KT", "TL", "TUQ")
MODE = "mode IN ('KT', 'TL', 'TUQ')"


class AuthorityRule(Dated, Model):
    """In one province, from one day to another, dossiers of one scheme are decided by one role; with its document.

    It is about a scheme by its name, in whatever version: the scheme says whom its dossiers are about, and only its
    own roles can be named. A rule is never changed or removed; it counts once a second person has confirmed it, and a
    withdrawn one counts no more from that moment. One for `practice` needs no second person; it counts in practice
    rounds alone, before the official one.
    """

    __tablename__ = "authority_rule"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_reason"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> entered_by_id", name="two"),
        Index("ix_authority_rule_unit_id_workflow", "unit_id", "workflow"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    workflow: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    practice: Mapped[bool] = mapped_column(default=False)
    document_date: Mapped[dt.date] = mapped_column()
    issued_by: Mapped[str] = mapped_column(String(200))
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    original_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship()
    confirmed_by: Mapped[Signature | None] = signed("confirmed_by", optional=True)

    @hybrid_method
    def counts_on(self, day: dt.date) -> bool:
        """Whether the rule is in force on `day`."""
        settled = self.practice | (self.confirmed_at != None)  # noqa: E711 - SQL reads this line too
        return settled & self.runs(day, day)


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

    `position` is the delegate's own, as papers print it under the words that say for whom they sign. The two names are
    those of the day on which it was entered. A delegation is never changed or removed; a withdrawn one gives no rights
    from that moment.
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
    delegate_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    principal_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    ends_on: Mapped[dt.date] = mapped_column()
    document_date: Mapped[dt.date] = mapped_column()

    appointment: Mapped[Appointment] = relationship()
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id], back_populates="delegations")

    @property
    def acts(self) -> Signature:
        """The one who acts, as named when it was entered."""
        return Signature(self.delegate_id, self.delegate_name, self.position)

    @property
    def principal(self) -> Signature:
        """The one who delegated, as named when it was entered."""
        return Signature(self.appointment.user_id, self.principal_name)

    def counts_on(self, day: dt.date) -> bool:
        """Whether the delegation gives its rights on `day`: it runs, and the one who delegated holds the part then."""
        runs = self.runs(day, day)
        return runs and self.appointment.held_on(day) and self.appointment.user.active and self.delegate.active


DELEGATIONS: InstrumentedAttribute[list[Delegation]] = reverse(
    User,
    "delegations",
    relationship(Delegation, back_populates="delegate", foreign_keys=Delegation.delegate_id, order_by=Delegation.id),
)


def delegations_to(user: User) -> list[Delegation]:
    """All delegations to `user`, also those that are past or withdrawn."""
    return DELEGATIONS.__get__(user, User)


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
