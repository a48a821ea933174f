"""Dossiers: claims, findings, evidence, submissions, history, and who works on them."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.people import Appointment, User
from certflow.models.rounds import Round
from certflow.models.rules import Delegation
from certflow.models.units import Holder, Unit, UnitVersion

# On both databases the unit itself has one dossier in a round; those about its holders are counted by holder.
_ABOUT_THE_UNIT: dict[str, Any] = {
    "sqlite_where": text("holder_id IS NULL"),
    "postgresql_where": text("holder_id IS NULL"),
}

RETRACTION = "retract:"  # begins what an act is called that takes a step back; no step of a scheme has a colon
PUT_BACK_FOR = dt.timedelta(hours=1)
_OPEN: dict[str, Any] = {"sqlite_where": text("until IS NULL"), "postgresql_where": text("until IS NULL")}


class Dossier(Model):
    """A unit's request in a round; keeps the version of the rules it began with. Only `act` writes `state`.

    It also keeps the places it began with: the unit as it was called then (`place`), and the commune, district and
    province to which it belonged, the unit itself among them. Once it is `filed`, those above see it. Where it is not
    about the unit itself, `holder` is whom or what at the unit it is about.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        Index("uq_dossier_round_unit", "round_id", "unit_id", unique=True, **_ABOUT_THE_UNIT),
        UniqueConstraint("round_id", "holder_id"),
        Index("ix_dossier_unit_state", "unit_id", "state"),
        Index("ix_dossier_round_state", "round_id", "state"),
        Index("ix_dossier_commune_id_state", "commune_id", "state"),
        Index("ix_dossier_district_id_state", "district_id", "state"),
        Index("ix_dossier_province_id_state", "province_id", "state"),
        CheckConstraint("proposed_level >= 0", name="proposed_level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("unit_version.id"))
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    province_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"))
    workflow: Mapped[str] = mapped_column(String(80))
    workflow_version: Mapped[int]
    form: Mapped[str] = mapped_column(String(80))
    form_version: Mapped[int]
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    filed: Mapped[bool] = mapped_column(default=False, server_default=false())
    entered_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    disadvantaged_area: Mapped[bool] = mapped_column(default=False)
    disadvantaged_source: Mapped[str] = mapped_column(String(300), default="")
    proposed_level: Mapped[int | None]

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    place: Mapped[UnitVersion] = relationship(lazy="joined")
    commune: Mapped[Unit | None] = relationship(foreign_keys=[commune_id])
    district: Mapped[Unit | None] = relationship(foreign_keys=[district_id])
    province: Mapped[Unit] = relationship(foreign_keys=[province_id])
    holder: Mapped[Holder | None] = relationship(lazy="joined")
    opened_by: Mapped[Signature] = signed("opened_by")
    opener: Mapped[User] = relationship()
    meeting: Mapped["Meeting | None"] = relationship(back_populates="dossier")
    claims: Mapped[list["Claim"]] = relationship(order_by="Claim.indicator")
    findings: Mapped[list["Finding"]] = relationship(order_by="Finding.indicator")
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")
    history: Mapped[list["HistoryEntry"]] = relationship(order_by="HistoryEntry.number")
    submissions: Mapped[list["Submission"]] = relationship(order_by="Submission.number")

    @property
    def subject_name(self) -> str:
        """Whom or what it is about: the holder, where there is one, otherwise the unit."""
        return self.holder.name if self.holder is not None else self.place.name

    @property
    def places(self) -> dict[str, Unit]:
        """The unit and those above it when the dossier was begun, lowest first, by kind."""
        units = {"commune": self.commune, "district": self.district, "province": self.province}
        return {kind: unit for kind, unit in units.items() if unit is not None}

    @property
    def seats(self) -> dict[str, int]:
        """By kind, the ids of the units whose people now hold the parts: those of `places`, or their heirs."""
        return {kind: unit.heir_id or unit.id for kind, unit in self.places.items()}

    @property
    def above(self) -> list[Unit]:
        """The units above the dossier's own when it was begun, lowest first."""
        return [unit for unit in self.places.values() if unit.id != self.unit_id]


class Meeting(Model):
    """The meeting that agreed on the self-assessment (Circular 25/2023/TT-BGDĐT art. 9.1.c)."""

    __tablename__ = "meeting"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    held_on: Mapped[dt.date]
    chaired_by: Mapped[str] = mapped_column(String(120))
    chair_position: Mapped[str] = mapped_column(String(120))
    bodies_present: Mapped[list[str]] = mapped_column(JSON)
    other_bodies: Mapped[str] = mapped_column(String(300), default="")
    conclusion: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)

    dossier: Mapped[Dossier] = relationship(back_populates="meeting")
    recorded_by: Mapped[Signature] = signed("recorded_by")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class _Assessed:
    """What a claim and a finding have in common: an answer to one indicator, who gave it and when.

    `writers` are the ids of the people who last changed each field, where that is known. An answer that is `to_confirm`
    was given under an earlier version of the rules and does not count until it is saved again.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(10), primary_key=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    explanation: Mapped[str] = mapped_column(Text, default="")
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)
    to_confirm: Mapped[bool] = mapped_column(default=False, server_default=false())
    writers: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))

    @declared_attr
    def saved_by(self) -> Mapped[Signature]:
        """The person who saved it last."""
        return signed("saved_by")


class Claim(_Assessed, Model):
    """What the commune says of one indicator."""

    __tablename__ = "claim"


class Finding(_Assessed, Model):
    """What the appraiser finds of one indicator; stands beside the claim and never replaces it."""

    __tablename__ = "finding"


PAPERS = "papers"


class Evidence(Model):
    """A file behind a claim; kept for ever once submitted, `removed_at` takes it out of a draft.

    Files under PAPERS in place of an indicator are other papers, which a supplement asked for.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_dossier_indicator", "dossier_id", "indicator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    indicator: Mapped[str] = mapped_column(String(10))
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    original_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]

    dossier: Mapped[Dossier] = relationship(back_populates="evidence")
    uploaded_by: Mapped[Signature] = signed("uploaded_by")

    @classmethod
    def listed_at(cls, instant: dt.datetime) -> ColumnElement[bool]:
        """Whether a file is attached, or was taken out so lately that one button puts it back."""
        return or_(cls.removed_at.is_(None), cls.removed_at > instant - PUT_BACK_FOR)


class Submission(Model):
    """What was filed, frozen: the manifest of answers and file hashes, and the hash of the manifest.

    One that was taken back at `retracted_at` stays on record and counts as filed no more.
    """

    __tablename__ = "submission"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    manifest: Mapped[str] = mapped_column(Text)
    manifest_hash: Mapped[str] = mapped_column(String(64))
    claimed_level: Mapped[int]
    filed_at: Mapped[dt.datetime]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    retracted_at: Mapped[dt.datetime | None]

    filed_by: Mapped[Signature] = signed("filed_by")
    filer: Mapped[User] = relationship()


class FilingReceipt(Model):
    """The receipt of one filing: its number in the book of the receiving unit, and the facts that it states.

    A filing by a sample criteria set has a receipt without a number; one from before there were receipts has no row.
    """

    __tablename__ = "filing_receipt"
    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "submission"], ["submission.dossier_id", "submission.number"]),
        UniqueConstraint("unit_id", "notation", "year", "number"),
    )

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    submission: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    notation: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    number: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def number_text(self) -> str:
        """Number and notation as printed, below 10 with a leading zero; "" without one."""
        return f"{self.number:02d}/{self.notation}" if self.number is not None else ""


class HistoryEntry(Model):
    """One act on a dossier; entries are only ever added, and `number` equals the dossier's version after it.

    `document_number` and `document_date` name the paper from outside that the act records, where it records one.
    Where the actor acted for somebody else, `delegation` says by what, and `signs_for` how ("KT", "TL" or "TUQ").
    """

    __tablename__ = "history_entry"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(60))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    acting_as: Mapped[str] = mapped_column(String(40))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    signs_for: Mapped[str] = mapped_column(String(3), default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="")
    document_number: Mapped[str] = mapped_column(String(80), default="", server_default="")
    document_date: Mapped[dt.date | None]
    at: Mapped[dt.datetime]

    done_by: Mapped[Signature] = signed("actor")
    actor: Mapped[User] = relationship()
    delegation: Mapped[Delegation | None] = relationship()

    @property
    def retracts(self) -> int | None:
        """The number of the step that this act takes back; None for every other act."""
        return int(self.action.removeprefix(RETRACTION)) if self.action.startswith(RETRACTION) else None

    @property
    def signed_by(self) -> str:
        """Who did it, and how they signed where it was for somebody else."""
        return f"{self.done_by.full} ({self.signs_for}.)" if self.signs_for else self.done_by.full


class Sequel(Model):
    """What came first after a step: the side whose turn it then was opened the dossier, or the step was taken back.

    One row for a step, the entry `number` of the history, written once: so one of the two shuts the other out.
    Of steps from before this was kept it is "unrecorded".
    """

    __tablename__ = "sequel"
    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "number"], ["history_entry.dossier_id", "history_entry.number"]),
        CheckConstraint("kind IN ('viewed', 'retracted', 'unrecorded')", name="kind"),
        CheckConstraint("(kind = 'unrecorded') = (at IS NULL)", name="at"),
        CheckConstraint("(kind = 'unrecorded') = (done_by_id IS NULL)", name="done_by"),
    )

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    acting_as: Mapped[str] = mapped_column(String(40), default="", server_default="")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime | None]

    done_by: Mapped[Signature | None] = signed("done_by", optional=True)


class SupplementRequest(Model):
    """What an act that gave the dossier back asks to be supplemented; `number` is that act's in the history.

    `answer_by` is the last day that the person who asked gave, where one was given; no date of the law moves with it.
    It is open until the dossier comes back to `from_state` or is filed again, or the act is taken back:
    `settled_number` is that later act.
    """

    __tablename__ = "supplement_request"
    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "number"], ["history_entry.dossier_id", "history_entry.number"]),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    from_state: Mapped[str] = mapped_column(String(40))
    answer_by: Mapped[dt.date | None]
    settled_number: Mapped[int | None]

    items: Mapped[list["SupplementItem"]] = relationship(order_by="SupplementItem.position")

    @property
    def withdrawn(self) -> bool:
        """Whether the act that asked was taken back: it is settled, and nobody looked at what had changed."""
        return self.settled_number is not None and all(item.changed is None for item in self.items)


class SupplementItem(Model):
    """One thing that is asked: an indicator, a whole criterion, the meeting or other papers, with the words for it.

    `seen` is the mark of what stood there when it was asked; `changed` says whether something else stood there when
    the request was settled, None before.
    """

    __tablename__ = "supplement_item"
    __table_args__ = (
        ForeignKeyConstraint(["dossier_id", "number"], ["supplement_request.dossier_id", "supplement_request.number"]),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    seen: Mapped[str] = mapped_column(String(64))
    changed: Mapped[bool | None]


class Handling(Model):
    """One person works on a dossier in the part of one role, from `since` until it ends; rows only get their end.

    It tells the others and gives no rights. It counts while `appointment`, by which it was taken on, is held and the
    account is in use. `ending` says how it ended: "given_back", "taken_over" (with the reason), "passed_on" (the
    dossier went to another role), or "lapsed" (the appointment or the account had ended).
    """

    __tablename__ = "handling"
    __table_args__ = (
        Index("uq_handling_dossier_id_role_open", "dossier_id", "role", unique=True, **_OPEN),
        Index("ix_handling_appointment_id_open", "appointment_id", "dossier_id", **_OPEN),
        Index("ix_handling_dossier_id", "dossier_id"),
        CheckConstraint("(until IS NULL) = (ended_by_id IS NULL) AND (until IS NULL) = (ending = '')", name="ended"),
        CheckConstraint("(ending = 'taken_over') = (reason <> '')", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    role: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ending: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")

    taken_by: Mapped[Signature] = signed("user")
    ended_by: Mapped[Signature | None] = signed("ended_by", optional=True)
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    appointment: Mapped[Appointment] = relationship()
