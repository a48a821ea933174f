"""Definitions as they were first run, and the criteria sets that education departments write themselves."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.days import Signature, signed
from certflow.models.units import Unit


class PublishedDefinition(Model):
    """One version of a scheme or criteria set as it was published; rows are only ever added.

    `kind` is "workflow" or "form", `content` the canonical text of the file and `hash` its SHA-256.
    """

    __tablename__ = "published_definition"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[dt.datetime]


class RatingSet(Model):
    """One version of a department's own set for a family of schemes; a draft until it is published, then lasting.

    `content` is the table of its file as far as it is written, `revision` counts the changes of the draft.
    """

    __tablename__ = "rating_set"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint("(published_at IS NULL) = (published_by_id IS NULL)", name="published_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    family: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    title_vi: Mapped[str] = mapped_column(String(300), default="")
    title_en: Mapped[str] = mapped_column(String(300), default="")
    document_number: Mapped[str] = mapped_column(String(120), default="")
    document_date: Mapped[dt.date | None]
    issuer: Mapped[str] = mapped_column(String(200), default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[dt.datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[dt.datetime | None]

    unit: Mapped[Unit] = relationship()
    entered_by: Mapped[Signature] = signed("entered_by")
    changed_by: Mapped[Signature] = signed("changed_by")
    published_by: Mapped[Signature | None] = signed("published_by", optional=True)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it from the class
