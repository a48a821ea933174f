"""What is kept about accounts: links by mail, mail that waits, second factors, guesses counted, and two histories."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.people import User


class OutgoingMail(Model):
    """A mail that is sent after its transaction; its words are taken away once it is sent or no longer of use."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_waiting", "closed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime]
    useless_from: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_fault: Mapped[str] = mapped_column(String(500), default="")


class AccountLink(Model):
    """A link with which a person chooses a password once; only the hash of its token is kept.

    It is dead from `used_at`, `replaced_at` or `expires_at` on. `mail_id` is None when it was handed over by hand.
    """

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    replaced_at: Mapped[dt.datetime | None]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    mail: Mapped[OutgoingMail | None] = relationship()


class RecoveryCode(Model):
    """One of the codes that stand in for a lost telephone, each once; only its keyed hash is kept."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    used_at: Mapped[dt.datetime | None]


class SignInStep(Model):
    """A sign-in whose password was right and whose second factor is still to come; it opens nothing by itself."""

    __tablename__ = "sign_in_step"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    started_at: Mapped[dt.datetime]

    user: Mapped[User] = relationship()


class SignInCount(Model):
    """Wrong guesses counted under a key, of which some are forgiven as time passes: see guessing/throttling.py."""

    __tablename__ = "sign_in_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class GuessingSource(Model):
    """One run of failed sign-ins from one source: at how many different names, from when to when."""

    __tablename__ = "guessing_source"
    __table_args__ = (Index("ix_guessing_source_source", "source", "last_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(64))
    names: Mapped[int]
    began_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)

    @property
    def minutes(self) -> int:
        """How long it went on, at least 1."""
        return (self.last_at - self.began_at) // dt.timedelta(minutes=1) + 1


class SignInEntry(Model):
    """One line of the history of sign-ins of a person: what happened, from where, with which browser."""

    __tablename__ = "sign_in_entry"
    __table_args__ = (Index("ix_sign_in_entry_user_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    what: Mapped[str] = mapped_column(String(30))
    source: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime]


class AccountEvent(Model):
    """One line of the history of an account, only ever added; without an actor it was done on the command line."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_user_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    what: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime]

    done_by: Mapped[Signature | None] = signed("actor", optional=True)


class KeptForm(Model):
    """What a person sent after the session had ended, encrypted, to be sent again after signing in."""

    __tablename__ = "kept_form"
    __table_args__ = (Index("ix_kept_form_user_id_kept_at", "user_id", "kept_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    path: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[dt.datetime] = mapped_column(index=True)
