"""Lists of people that administrators sent: kept until they are made or given up, and what was made of them."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certflow.models.base import Model
from certflow.models.people import User


class PeopleImport(Model):
    """A list that was sent; its file is gone once people were made of it.

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

    sent_by: Mapped[User | None] = relationship()
