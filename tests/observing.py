"""What the database holds, to say that an act changed this and nothing else."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from certflow.models.base import db, instant

Stored = dict[str, list[tuple[Any, ...]]]


def everything() -> Stored:
    """Every row of every table of the application, as this transaction sees it."""
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr)
        for table in db.metadata.sorted_tables
    }


def database_clock() -> dt.datetime:
    """The present instant by the database's own clock."""
    return db.session.scalars(sa.select(instant())).one()
