"""Authority rules: who decides where the law names nobody, each with the document that says so."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.dated import Dated
from certflow.models.people import User
from certflow.models.units import Unit


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
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])

    @hybrid_method
    def counts_on(self, day: dt.date) -> bool:
        """Whether the rule is in force on `day`."""
        settled = self.practice | (self.confirmed_at != None)  # noqa: E711 - SQL reads this line too
        return settled & self.runs(day, day)
