"""The database: one declarative base, instants in UTC, unique constraints as refusals, and a strict SQLite."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event, inspect
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
