"""Acts that need two persons: what one has proposed, how another settled it, and papers received by hand or by post."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.rules import AuthorityRule

_OPEN: dict[str, Any] = {"sqlite_where": text("outcome = ''"), "postgresql_where": text("outcome = ''")}


KINDS = "kind IN ('round_dates', 'authority_rule', 'paper_receipt', 'revocation', 'appointment')"


class Proposal(Model):
    """An act that one person proposed and that counts once another confirmed it; never changed after it is settled.

    It is about a round, an authority rule, a dossier or an account, by its `kind`; `content` says what is to be done.
    Of one kind at most one is open about each.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("outcome IN ('', 'confirmed', 'refused', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome = '') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by"),
        CheckConstraint("outcome NOT IN ('confirmed', 'refused') OR settled_by_id <> proposed_by_id", name="two"),
        Index("uq_proposal_round", "kind", "round_id", unique=True, **_OPEN),
        Index("uq_proposal_rule", "kind", "rule_id", unique=True, **_OPEN),
        Index("uq_proposal_dossier", "kind", "dossier_id", unique=True, **_OPEN),
        Index("uq_proposal_user", "kind", "user_id", unique=True, **_OPEN),
        Index("ix_proposal_outcome", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("authority_rule.id"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[dt.datetime]
    outcome: Mapped[str] = mapped_column(String(10), default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[dt.datetime | None]
    settled_reason: Mapped[str] = mapped_column(Text, default="")

    round: Mapped[Round | None] = relationship()
    rule: Mapped[AuthorityRule | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    proposed_by: Mapped[Signature] = signed("proposed_by")
    settled_by: Mapped[Signature | None] = signed("settled_by", optional=True)
    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by_id])


class PaperReceipt(Model):
    """That a dossier reached the receiving office on paper on a day, before it was filed here (Circular 25 art. 9.1.d).

    For its filing dates that day counts. It stands by two persons of the receiving side.
    """

    __tablename__ = "paper_receipt"
    __table_args__ = (CheckConstraint("way IN ('direct', 'post')", name="way"),)

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    received_on: Mapped[dt.date]
    way: Mapped[str] = mapped_column(String(10))
    register_number: Mapped[str] = mapped_column(String(80))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))

    proposal: Mapped[Proposal] = relationship()
