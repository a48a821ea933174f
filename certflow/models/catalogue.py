"""The definitions as they were first run, kept for ever."""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from certflow.models.base import Model


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
