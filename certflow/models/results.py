"""What is decided and issued: recognitions, numbered documents, number books, confirmed criteria sets."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.dossiers import Dossier
from certflow.models.units import Holder, Unit


class NumberBook(Model):
    """The last number drawn from one office's book of one kind of document in one year."""

    __tablename__ = "number_book"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    notation: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Document(Model):
    """A paper: intended with its number and facts first, issued once its file is stored.

    One made with a sample criteria set has no number and never gets one.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("unit_id", "notation", "year", "number"),
        UniqueConstraint("dossier_id", "kind"),
        CheckConstraint("(storage_key IS NULL) = (issued_at IS NULL)", name="issued_with_file"),
        Index("ix_document_pending", "issued_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    kind: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    notation: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    number: Mapped[int | None]
    dated: Mapped[dt.date]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    intended_at: Mapped[dt.datetime]
    issued_at: Mapped[dt.datetime | None]
    storage_key: Mapped[str | None] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    last_fault: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier] = relationship()

    @validates("number")
    def _drawn_with_the_intent(self, _name: str, number: int | None) -> int | None:
        if inspect(self).has_identity:
            raise ValueError("a number is drawn with the intent or never")
        return number

    @property
    def number_text(self) -> str:
        """Number and notation as printed: below 10 with a leading zero (Decree 30/2020/NĐ-CP); "" without one."""
        return f"{self.number:02d}/{self.notation}" if self.number is not None else ""


class Recognition(Model):
    """A result a unit or a holder at it has: a level, a rating or an approval, its decision, and how long it is kept.

    `level` is 0 where there are none; of a rating it is the rank of the band, whose name `grade` keeps. `validity` is
    said in words where no day is set. A decision made elsewhere is named by `outside_decision` and has no paper here.
    One that was revoked, by the decision that `revocation` names, holds no more from the day `revoked_on`.
    """

    __tablename__ = "recognition"
    __table_args__ = (
        CheckConstraint("valid_until > recognised_on", name="period"),
        CheckConstraint("(revoked_on IS NULL) = (revocation = '')", name="revoked"),
        Index("ix_recognition_unit", "unit_id", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="recognition", server_default="recognition")
    level: Mapped[int]
    grade: Mapped[str] = mapped_column(String(120), default="", server_default="")
    recognised_on: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]
    validity: Mapped[str] = mapped_column(String(200), default="", server_default="")
    outside_decision: Mapped[str] = mapped_column(String(300), default="", server_default="")
    revoked_on: Mapped[dt.date | None]
    revocation: Mapped[str] = mapped_column(String(300), default="", server_default="")
    revoked_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    verify_code: Mapped[str] = mapped_column(String(40), unique=True)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    dossier: Mapped[Dossier] = relationship()
    unit: Mapped[Unit] = relationship()
    holder: Mapped[Holder | None] = relationship()
    decision: Mapped[Document | None] = relationship(foreign_keys=[decision_id])
    certificate: Mapped[Document | None] = relationship(foreign_keys=[certificate_id])

    @property
    def published(self) -> bool:
        """Whether everybody may know of it: all its papers are issued, or it was decided elsewhere."""
        if self.outside_decision:
            return True
        papers = [paper for paper in (self.decision, self.certificate) if paper is not None]
        return bool(papers) and all(paper.issued_at is not None for paper in papers)


class FormConfirmation(Model):
    """An education department's word that a transcribed criteria set agrees with the signed law."""

    __tablename__ = "form_confirmation"

    form: Mapped[str] = mapped_column(String(80), primary_key=True)
    form_version: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[dt.datetime]
    document: Mapped[str] = mapped_column(String(300))

    confirmed_by: Mapped[Signature] = signed("confirmed_by")
    unit: Mapped[Unit] = relationship()
