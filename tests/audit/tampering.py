"""Changes that nobody owns up to: made past the application, as whoever has the database could make them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa
from flask import current_app

from certflow.models.base import db
from tests import postgres

# An expression for a value that is not the one that stands there, by the beginning of the column's type.
_OTHER = {
    "BOOLEAN": ("NOT coalesce({0}, 0)", "NOT coalesce({0}, false)"),
    "INTEGER": ("coalesce({0}, 0) + 100000", "coalesce({0}, 0) + 100000"),
    "DATETIME": ("coalesce({0}, '') || '1'", ""),
    "TIMESTAMP": ("", "coalesce({0}, now()) + interval '1 microsecond'"),
    "DATE": ("coalesce({0}, '') || '1'", "coalesce({0}, '2020-01-01') + 1"),
    "JSON": ("'{{\"other\": 1}}'", "'{{\"other\": 1}}'"),
    "VARCHAR": ("'x' || coalesce({0}, '')", "'~' || substr({0}, 2)"),
    "TEXT": ("'x' || coalesce({0}, '')", "'x' || coalesce({0}, '')"),
}


class Intruder:
    """Somebody who writes to the database past everything: triggers, foreign keys and row security."""

    def __init__(self, execute: Callable[[str], Any], *, server: bool) -> None:
        self._execute, self._server = execute, server

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        return [tuple(row) for row in self._execute(statement).fetchall()]

    def run(self, statement: str) -> None:
        """Do what a statement says."""
        self._execute(statement)

    def change(self, table: str, column: str, where: str) -> str | None:
        """Write something else into one field; what stood there, as a literal. None where that cannot be."""
        kinds = {each["name"]: str(each["type"]) for each in sa.inspect(db.engine).get_columns(table)}
        literal = f"quote_nullable({column}::text)" if self._server else f"quote({column})"
        before = self.rows(f"SELECT {literal} FROM {table} WHERE {where}")[0][0]
        other = next(pair for kind, pair in _OTHER.items() if kinds[column].startswith(kind))[self._server]
        try:
            self.run(f"UPDATE {table} SET {column} = {other.format(column)} WHERE {where}")
        except (sa.exc.DBAPIError, sqlite3.Error):  # a unique or a check constraint
            return None
        after = self.rows(f"SELECT {literal} FROM {table} WHERE {where}")
        return str(before) if after != [(before,)] else None


@contextmanager
def intruder() -> Iterator[Intruder]:
    """Somebody beside the application, whose changes last."""
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(sa.make_url(url).database), isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = 1")
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            yield Intruder(connection.execute, server=False)
        return
    with postgres.beside(url) as superuser:
        superuser.exec_driver_sql("SET session_replication_role = replica")
        yield Intruder(superuser.exec_driver_sql, server=True)
