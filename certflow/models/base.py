"""The database: one declarative base, instants in UTC, unique constraints as refusals, a strict SQLite, pagination.

Pages count from 1, and one without rows is empty.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.pagination import Pagination as Pagination  # for the services, which do not import Flask
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Select, TypeDecorator, event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, RelationshipProperty, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from certflow.errors import Refusal, SetupError

BUSY_SECONDS = 15
POOL_SECONDS = 10
FULL = 2

_reading: ContextVar[bool] = ContextVar("reading", default=False)


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, stored as UTC; comes back aware in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone is ambiguous")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class instant(FunctionElement[dt.datetime]):  # noqa: N801 - reads as a SQL function
    """The database's own clock at the moment the statement runs."""

    type = Instant()
    inherit_cache = True


@compiles(instant, "postgresql")
def _instant_postgresql(element: instant, compiler: SQLCompiler, **options: Any) -> str:
    return "statement_timestamp()"


@compiles(instant, "sqlite")
def _instant_sqlite(element: instant, compiler: SQLCompiler, **options: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


class Base(DeclarativeBase):
    """Base of every stored thing; constraint names are fixed so that they can be mapped to messages."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(metadata=metadata, type_annotation_map={dt.datetime: Instant()})


db = SQLAlchemy(model_class=Base)


class Model(Base):
    """A stored thing."""

    __abstract__ = True


def reverse(model: type[Model], name: str, relation: RelationshipProperty[Any]) -> InstrumentedAttribute[Any]:
    """Add `relation` to `model` as its attribute `name`, and return it for queries.

    For a class that is declared in a module above that of `model`, which could not be imported there in turn.
    """
    inspect(model).add_property(name, relation)
    attribute: InstrumentedAttribute[Any] = getattr(model, name)
    return attribute


def begin_reading(only_reads: bool) -> None:
    """Say whether the transactions that follow only read: on SQLite they then leave the write lock to others."""
    _reading.set(only_reads)


def only_reads() -> bool:
    """Whether the transactions of this request or job only read, so far."""
    return _reading.get()


def begin_writing() -> None:
    """End a transaction that was begun only to read, so that the next statement begins one that may write."""
    if _reading.get():
        db.session.rollback()
        _reading.set(False)


def undo() -> None:
    """Roll back what was not committed; a connection that fails even at that is thrown away."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session().invalidate()


def engine_options(url: str) -> dict[str, Any]:
    """Engine options for `url`: how long SQLite waits for its lock, and anybody for a connection."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS}, "pool_timeout": POOL_SECONDS}
    return {"pool_size": 5, "max_overflow": 5, "pool_timeout": POOL_SECONDS}


def prepare(engine: Engine) -> None:
    """Make the connections of `engine` strict: SQLite keeps every commit and begins its transactions outright."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def require_strict_sqlite(connection: Connection) -> None:
    """Refuse to start on a SQLite database that could lose an acknowledged commit; raises SetupError."""
    if connection.dialect.name != "sqlite":
        return
    required = {"journal_mode": "wal", "synchronous": FULL, "foreign_keys": 1}
    for pragma, value in required.items():
        actual = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
        if actual != value:
            raise SetupError(
                f"SQLite runs with {pragma}={actual}, and {value} is needed to keep every decision",
                "put the data folder on a local disk (CERTFLOW_DIR), or use PostgreSQL (CERTFLOW_DATABASE_URL)",
            )


@contextmanager
def refusing(constraint: str, refusal: Refusal) -> Iterator[None]:
    """Store what is added inside; raises `refusal` when the unique `constraint` says that somebody was faster.

    What the transaction did before stays. The constraint is known by its name, which PostgreSQL gives; SQLite has
    one writer at a time, whose own question before the insert has already found the other.
    """
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as fault:
        if getattr(getattr(fault.orig, "diag", None), "constraint_name", None) != constraint:
            raise
        raise refusal from fault


def paginate(query: Select[Any], page: int, per_page: int) -> Pagination:
    """One page of an ordered query with the number of all its rows; a page beyond the last has no rows."""
    return db.paginate(query, page=page, per_page=per_page, max_per_page=None, error_out=False)


class ClampedPagination(Pagination):
    """A page of which the argument `total` is known before; a number beyond the last page is the last page."""

    def __init__(self, page: int, per_page: int, *, total: int, **arguments: Any) -> None:
        last = max(1, -(-total // per_page))
        super().__init__(min(page, last), per_page, max_per_page=None, error_out=False, total=total, **arguments)

    def _query_count(self) -> int:
        total: int = self._query_args["total"]
        return total


class ListPagination(ClampedPagination):
    """A page of a list in memory; as `ClampedPagination`."""

    def __init__(self, rows: Sequence[Any], page: int, per_page: int) -> None:
        super().__init__(page, per_page, total=len(rows), rows=rows)

    def _query_items(self) -> list[Any]:
        rows: Sequence[Any] = self._query_args["rows"]
        return list(rows[self._query_offset : self._query_offset + self.per_page])


class IdPagination(ClampedPagination):
    """A page of the ordered query `select` of one class, whose id is `key`; `options` say what is loaded with it.

    Sorting whole rows of all pages for the sake of one would take most of the time: the ids alone are sorted.
    """

    def _query_items(self) -> list[Any]:
        query, key = self._query_args["select"], self._query_args["key"]
        ids = query.with_only_columns(key, maintain_column_froms=True).limit(self.per_page).offset(self._query_offset)
        query = query.options(*self._query_args["options"]).where(key.in_(ids.correlate(None)))
        return list(db.session.scalars(query).unique())
