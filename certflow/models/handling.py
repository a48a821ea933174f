"""Who works on a dossier: taken on, given back, taken over, one row for each time."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.people import Appointment, User

_OPEN: dict[str, Any] = {"sqlite_where": text("until IS NULL"), "postgresql_where": text("until IS NULL")}


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

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
    appointment: Mapped[Appointment] = relationship()
