"""A dump of the database: by SQLite's own copy, or by PostgreSQL's own programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url

from certflow.errors import SetupError
from certflow.gateways.queue import is_queue_table

SEES_EVERYTHING = "-c certflow.everything=on"
OWN = ("--schema=public", "--schema=dbos")
DUMPED = ("--format=custom", "--enable-row-security", "--no-owner", "--no-privileges", *OWN)


@contextmanager
def made(url: str, target: Path) -> Iterator[Connection]:
    """Write the database at `url` into the file `target` while it is in use; a connection that sees just what it has.

    Raises SetupError where PostgreSQL's program is missing or fails.
    """
    address = make_url(url)
    lite = address.get_backend_name() == "sqlite"
    if lite:
        _copy(Path(str(address.database)), target)
        engine = create_engine(f"sqlite:///{target}")
    else:
        see = {"options": SEES_EVERYTHING}
        engine = create_engine(address, connect_args=see, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if not lite:
                snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar()
                _run("pg_dump", address, [*DUMPED, f"--file={target}", f"--snapshot={snapshot}"])
            yield connection
    finally:
        engine.dispose()


def _copy(path: Path, target: Path) -> None:
    """SQLite's own copy, which begins anew when somebody writes meanwhile; the copy is one file."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def load(url: str, source: Path) -> None:
    """Fill the empty database at `url` from the file, whole or not at all. Raises SetupError as `make` does."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(str(address.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f"{path.name}.restoring")
        shutil.copyfile(source, staged)
        os.chmod(staged, 0o600)
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        os.rename(staged, path)
        return
    engine = create_engine(address)
    with engine.begin() as connection:  # the schema "public" is there already, and pg_restore would make both
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS dbos")
    engine.dispose()
    _run("pg_restore", address, ["--no-owner", "--no-privileges", "--single-transaction", *OWN, str(source)])


def require_empty(url: str) -> None:
    """Raise SetupError when there is anything in the database at `url`."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return
    engine = create_engine(address)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    ours = [table for table in tables if not is_queue_table(table)]
    if ours:
        raise SetupError(
            f"the database is not empty: it has {len(ours)} tables",
            "name an empty one by CERTFLOW_DIR or CERTFLOW_DATABASE_URL, or move this one away",
        )


def _run(program: str, address: URL, options: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs; everybody on the machine sees its arguments, so no password is there."""
    path = shutil.which(program, path=os.pathsep.join((os.environ.get("CERTFLOW_PG_BIN", ""), os.environ["PATH"])))
    if path is None:
        raise SetupError(
            f"PostgreSQL's program {program} is not on this machine",
            "apt-get install postgresql-client of the server's version, or set CERTFLOW_PG_BIN to the folder it is in",
        )
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | {"PGOPTIONS": SEES_EVERYTHING, "PGPASSWORD": address.password or ""}
    command = [path, f"--dbname={plain}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"{program} failed: {done.stderr.strip()[-500:]}", f"{program} must be as new as the server")
