"""Databases as calls of `tests.make` left them, so that what many tests begin with is made by doing once in a run.

A call that follows only such calls on an empty database finds there what it left the first time, with the same numbers:
the database is put back as it was then, and the answer with it. Once anything else writes, the calls do their work.
The snapshots of a run are shared by its processes. Nothing is kept while a test moves the clock or has other schemes,
or when it starts processes of the product, whose writing is not seen here.
"""

import hashlib
import pickle
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import psycopg
import sqlalchemy as sa
from flask import Flask, current_app, has_app_context

from certflow import clock
from certflow.catalogue import catalogue
from certflow.models.base import Base, db
from tests import postgres

_EXTENSION = "certflow-test-snapshots"
_CLOCK = (clock.now, clock.today)
_READS = ("SELECT", "BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")
# What a migrated database holds without any test.
_OF_TEMPLATE = {"public.alembic_version", "dbos.dbos_migrations"}


_shared: set[str] = set()


def not_for(database_url: str) -> None:
    """Keep nothing of this database and put nothing back until the test ends: other processes use it."""
    _shared.add(database_url)


class Snapshots:
    """What one application's database holds: the calls since it was empty, or None once something else has written."""

    def __init__(self, folder: Path, files: Path) -> None:
        self._folder, self._files = folder, files
        self._calls: tuple[str, ...] | None = ()
        self._catalogue = catalogue.definitions()
        self._within = self._wrote = False

    def watch(self, statement: str) -> None:
        """See a statement before it is sent."""
        if not statement.lstrip().upper().startswith(_READS):
            self._wrote = True
            if not self._within:
                self._calls = None

    def made(self, call: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, which `call` names: looked up where it is known, made otherwise."""
        if self._calls is None or self._within or not self._usual():
            return make()
        calls = (*self._calls, call)
        known = self._folder / hashlib.sha256(repr((clock.today(), calls)).encode()).hexdigest()
        if known.with_suffix(".reads").exists():
            return make()
        answer = self._restored(known) if known.exists() else self._kept(known, make)
        if not known.with_suffix(".reads").exists():
            self._calls = calls
        return answer

    def _usual(self) -> bool:
        session = db.session()
        pending = session.new or session.dirty or session.deleted
        shared = current_app.config["SQLALCHEMY_DATABASE_URI"] in _shared
        return (
            not pending
            and not shared
            and (clock.now, clock.today) == _CLOCK
            and catalogue.definitions() is self._catalogue
        )

    def _kept(self, known: Path, make: Callable[[], Any]) -> Any:
        self._within, self._wrote, before = True, False, self._calls
        self._calls = None  # for the case that it fails halfway
        try:
            answer = make()
        finally:
            self._within = False
        self._calls = before
        if not self._wrote:
            known.with_suffix(".reads").touch()
            return answer
        with _aside(known) as folder:
            (folder / "answer").write_bytes(pickle.dumps(answer))
            _database().keep(folder / "database")
            if self._files.exists():
                shutil.copytree(self._files, folder / "files")
        return answer

    def _restored(self, known: Path) -> Any:
        self._within = True
        try:
            commit()
            _database().restore(known / "database")
            for row in db.session:  # a call may have changed what earlier ones gave
                if sa.inspect(row).mapper.version_id_col is not None:
                    db.session.refresh(row)
        finally:
            self._within = False
        if (known / "files").exists():
            shutil.copytree(known / "files", self._files, dirs_exist_ok=True)
        return _merged(pickle.loads((known / "answer").read_bytes()))


def commit() -> None:
    """Commit and keep readable what is loaded."""
    session = db.session()
    session.expire_on_commit = False
    session.commit()
    session.expire_on_commit = True


P = ParamSpec("P")
T = TypeVar("T")


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """A function of `tests.make` whose calls are looked up where nothing else has written."""

    @wraps(make)
    def call(*args: P.args, **named: P.kwargs) -> T:
        snapshots: Snapshots | None = current_app.extensions.get(_EXTENSION) if has_app_context() else None
        if snapshots is None:
            return make(*args, **named)
        answer: T = snapshots.made(
            f"{make.__module__}.{make.__name__} {_named((args, named))}", lambda: make(*args, **named)
        )
        return answer

    return call


@contextmanager
def used(app: Flask, folder: Path, files: Path) -> Iterator[None]:
    """Let `app`, whose database is empty and whose files lie in `files`, share the snapshots of `folder`."""
    with app.app_context():
        kind = db.engine.dialect.name
        snapshots = Snapshots(folder / f"snapshots-{kind}", files)
        db.session.remove()

        def watch(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
            snapshots.watch(statement)

        sa.event.listen(db.engine, "before_cursor_execute", watch)
    app.extensions[_EXTENSION] = snapshots
    try:
        yield
    finally:
        _shared.clear()
        del app.extensions[_EXTENSION]
        with app.app_context():
            sa.event.remove(db.engine, "before_cursor_execute", watch)


def _named(value: Any) -> str:
    """What names a value in every process: rows by their key."""
    if isinstance(value, Base):
        return f"{type(value).__name__} {sa.inspect(value).identity}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {_named(each)}' for key, each in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"({', '.join(_named(each) for each in value)})"
    return repr(value)


def _merged(answer: Any) -> Any:
    """An answer with its rows in the session, as they were when it was kept."""
    if isinstance(answer, Mapping):
        return {key: _merged(each) for key, each in answer.items()}
    if isinstance(answer, list | tuple):
        return type(answer)(_merged(each) for each in answer)
    return db.session.merge(answer, load=False) if isinstance(answer, Base) else answer


@contextmanager
def _aside(known: Path) -> Iterator[Path]:
    """A folder that appears as `known` when it is whole; another process that was faster keeps its own."""
    known.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=known.parent))
    yield folder
    with suppress(OSError):
        folder.rename(known)


def _database() -> "_Sqlite | _Postgres":
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]  # the engine names the first database it had
    made = sa.make_url(url)
    return _Sqlite(str(made.database)) if made.get_backend_name() == "sqlite" else _Postgres(url)


class _Sqlite:
    """All pages of a SQLite database."""

    def __init__(self, path: str) -> None:
        self._path = path

    def keep(self, at: Path) -> None:
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(at)) as target:
            source.backup(target)

    def restore(self, at: Path) -> None:
        with closing(sqlite3.connect(at)) as source, closing(sqlite3.connect(self._path)) as target:
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)


class _Postgres:
    """All rows and sequences of a PostgreSQL database, read and written past its rules by a superuser."""

    def __init__(self, url: str) -> None:
        self._url = url

    def keep(self, at: Path) -> None:
        with postgres.beside(self._url) as connection:
            rows = {table: _copied(connection, table) for table in _filled(connection)}
            named = postgres.names(connection, "sequence")
            each = (f"select '{name}', last_value, is_called from {name}" for name in named)
            sequences = [tuple(row) for row in connection.exec_driver_sql(" union all ".join(each))]
        at.write_bytes(pickle.dumps((rows, sequences)))

    def restore(self, at: Path) -> None:
        rows, sequences = pickle.loads(at.read_bytes())
        with postgres.beside(self._url) as connection:
            emptying = [f"delete from {table}" for table in _filled(connection)]
            connection.exec_driver_sql("; ".join(["set session_replication_role = replica", *emptying]))
            for table, copied in rows.items():
                with _driver(connection).cursor().copy(f"copy {table} from stdin (format binary)".encode()) as copy:
                    copy.write(copied)
            standing = (f"setval('{name}', {value}, {called})" for name, value, called in sequences)
            connection.exec_driver_sql(f"select {', '.join(standing)}")


def _filled(connection: sa.Connection) -> list[str]:
    return postgres.filled(connection, set(postgres.names(connection, "table")) - _OF_TEMPLATE)


def _copied(connection: sa.Connection, table: str) -> bytes:
    with _driver(connection).cursor().copy(f"copy {table} to stdout (format binary)".encode()) as copy:
        return b"".join(bytes(piece) for piece in copy)


def _driver(connection: sa.Connection) -> psycopg.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver
