"""People: accounts with their second factor, dated appointments, sign-in sessions, and lists that were sent."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import LONGEST_NAME, Held, Signature, signed
from certflow.models.units import Organisation, Unit


class User(Model):
    """A person with one account; `sign_in_name` is kept in lower case, `sort_key` orders by the given name.

    Without a `password_hash` the person is only invited: nobody can sign in until a link is redeemed.
    Where a person has a second account, administrators say so: `same_person_as_id` names the first one, which has none
    itself.
    """

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("same_person_as_id IS NULL OR same_person_as_id <> id", name="same_person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(String(120), unique=True)
    full_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    search_key: Mapped[str] = mapped_column(String(120), index=True)
    sort_key: Mapped[str] = mapped_column(String(400), index=True)
    position: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    email: Mapped[str] = mapped_column(String(200), default="", index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="vi")
    created_at: Mapped[dt.datetime]
    same_person_as_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)

    same_person_as: Mapped["User | None"] = relationship(remote_side=[id])
    appointments: Mapped[list["Appointment"]] = relationship(
        back_populates="user", order_by="Appointment.starts_on.desc()"
    )
    second_factor: Mapped["SecondFactor | None"] = relationship(back_populates="user")

    is_authenticated = True
    is_anonymous = False

    @property
    def person_id(self) -> int:
        """The same for every account of one person."""
        return self.same_person_as_id or self.id

    @property
    def signature(self) -> Signature:
        """Under which name and in which position the person does an act now."""
        return Signature(self.id, self.full_name, self.position)

    @property
    def is_active(self) -> bool:
        """Whether the account may be used; the name is Flask-Login's."""
        return self.active

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code as well."""
        return self.second_factor is not None and self.second_factor.confirmed_at is not None

    def get_id(self) -> str:
        """The account's id as text; the name is Flask-Login's."""
        return str(self.id)


class Appointment(Held, Model):
    """A role at a unit from one day to another, or until an administrator ends it; an administrator's has no unit.

    `organisation` is the office at the unit, where it is known; for what is about one learning centre or agency it says
    about which. `document` names the paper by which the person was appointed.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("(role = 'administrator') = (unit_id IS NULL)", name="seat"),
        Index("ix_appointment_unit_role", "unit_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    document: Mapped[str] = mapped_column(String(300), default="", server_default="")

    user: Mapped[User] = relationship(back_populates="appointments")
    unit: Mapped[Unit | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class SignInSession(Model):
    """A signed-in browser; only the hash of its token is kept, and it is dead once `ended_at` is set.

    `factor_at` is when a code of the second factor was last given in it.
    """

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    factor_at: Mapped[dt.datetime | None]
    agent: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User] = relationship()

    @property
    def handle(self) -> str:
        """Names the session on pages; nothing can be opened with it."""
        return self.token_hash[:16]


class SecondFactor(Model):
    """The secret shared with a person's telephone, encrypted; in force once `confirmed_at` is set.

    `last_step` is the number of the half minute whose code was accepted last: none is accepted twice.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship(back_populates="second_factor")


class PeopleImport(Model):
    """A list of people that was sent: kept until it is made or given up; its file is gone once people were made of it.

    `made` are the ids of the accounts made, `appointments` and `invited` count what else was done. Without a sender the
    list came by the command line.
    """

    __tablename__ = "people_import"
    __table_args__ = (CheckConstraint("done_at IS NULL OR storage_key IS NULL", name="done"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    sent_at: Mapped[dt.datetime] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str | None] = mapped_column(String(100))
    done_at: Mapped[dt.datetime | None]
    made: Mapped[list[int]] = mapped_column(JSON, default=list)
    appointments: Mapped[int] = mapped_column(default=0)
    invited: Mapped[int] = mapped_column(default=0)

    sent_by: Mapped[Signature | None] = signed("sent_by", optional=True)
