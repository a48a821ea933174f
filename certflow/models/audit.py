"""The audit: one entry for each transaction that changed, read or refused something, chained to the one before."""

import datetime as dt

from sqlalchemy import Dialect, Index, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from certflow.models.base import Model

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class WrittenInstant(TypeDecorator[dt.datetime]):
    """An instant in UTC as text of 32 signs, so that on every database exactly one text stands for it.

    What is no such text comes back as NEVER: somebody else has written it.
    """

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds") if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.datetime:
        try:
            instant = dt.datetime.fromisoformat(value or "")
            return instant if self.process_bind_param(instant, dialect) == value else NEVER
        except (ValueError, OverflowError):
            return NEVER


class AuditEntry(Model):
    """One entry of the chain; entries are only ever added, and their numbers have no gap.

    `notes` is a JSON list of [kind, facts]; `kind` is the first of these kinds, or "change". `changes` is a JSON list
    of [table, key, digest], with "" as the digest of a row that was deleted, and where a claim or a finding was
    overwritten with the fields as they were. The names are those of the day, and nothing refers to another table: an
    entry says what it says, whatever becomes of the rows. `mac` covers all columns and the `mac` before.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_kind_number", "kind", "number"),
        Index("ix_audit_entry_dossier_id_number", "dossier_id", "number"),
        Index("ix_audit_entry_actor_id_number", "actor_id", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(WrittenInstant)
    kind: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(Text)
    dossier_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(64))
    notes: Mapped[str] = mapped_column(Text)
    changes: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(String(16))
    mac: Mapped[str] = mapped_column(String(64))
