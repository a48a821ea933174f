"""Which rows a transaction has changed: the database itself notes them, whatever statement did it.

A trigger on each table notes the table, the key and a digest of the row as it now stands. On SQLite the triggers and
the table they write to are temporary, each connection has its own: nothing is added to what is stored. PostgreSQL has
no such triggers; there they write to an unlogged table, whose rows the transaction takes out again before it commits.
A row that stays there was changed by somebody else than the application.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect

from certflow.gateways.queue import is_queue_table

# What counts guesses, waits or runs, for minutes or days. It decides nothing, and changes all the time.
VOLATILE = frozenset(
    ("clock_note", "guessing_source", "kept_form", "outgoing_mail", "sign_in_count", "sign_in_step", "worker_lease")
)
PENDING = "audit_pending"  # where PostgreSQL notes changes until they are taken
NOT_AUDITED = VOLATILE | {"alembic_version", "audit_entry", PENDING}
# Changed by every request or by time alone, and of no consequence.
VOLATILE_COLUMNS = {"sign_in_session": ("seen_at",)}
KEPT_WHEN_OVERWRITTEN = frozenset(("claim", "finding", "meeting"))
DIGITS = 32

FIRST_REVISION = "0023"  # the migration that made the audit; they are numbered
_REVISION = "SELECT version_num FROM alembic_version"
_AUDITED = "certflow.audited"

Changed = tuple[str, str, str, str]

_POSTGRESQL = Path(__file__).with_name("postgresql.sql")
_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY array_position(i.indkey::int[], a.attnum::int))
FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""


def prepare(engine: Engine) -> None:
    """Let each connection of `engine` note what it changes, once the database has the audit (`is_audited`)."""
    event.listen(engine, "connect", _watch if engine.dialect.name == "sqlite" else _look)


def is_audited(connection: Connection) -> bool:
    """Whether the database was at a revision with the audit when this connection was opened.

    An older one is there while it is migrated. No process works with one: none starts on it.
    """
    return bool(connection.info.get(_AUDITED))


def _look(driver: Any, record: Any) -> None:
    there = "SELECT to_regclass('alembic_version') IS NOT NULL"
    with driver.cursor() as cursor:
        migrated = bool(cursor.execute(there).fetchone()[0])
        version = cursor.execute(_REVISION).fetchone() if migrated else None
    driver.rollback()
    record.info[_AUDITED] = version is not None and version[0] >= FIRST_REVISION


def install(connection: Connection) -> None:
    """Put the triggers on every table that a migrated PostgreSQL database has; doing it again changes nothing."""
    if connection.dialect.name != "postgresql" or not inspect(connection).has_table("audit_entry"):
        return
    connection.exec_driver_sql(_POSTGRESQL.read_text())
    for table, keys in audited(connection).items():
        mode = "kept" if table in KEPT_WHEN_OVERWRITTEN else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION audit_note('{_array(keys)}', '{_array(VOLATILE_COLUMNS.get(table, ()))}', '{mode}')"
        )


def forget(connection: Connection) -> None:
    """Take the triggers off a connection to SQLite before its tables are changed."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        for (name,) in driver.execute("SELECT name FROM temp.sqlite_master WHERE type = 'trigger'").fetchall():
            driver.execute(f'DROP TRIGGER temp."{name}"')


def audited(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The audited tables that the database has, with the columns of their keys."""
    if connection.dialect.name == "postgresql":
        named = {table: tuple(keys) for table, keys in connection.exec_driver_sql(_TABLES)}
    else:
        driver = connection.connection.driver_connection
        named = {table: keys for table, keys, _columns in _sqlite_tables(driver)}
    return {table: keys for table, keys in named.items() if _is_audited(table, keys)}


def _is_audited(table: str, keys: tuple[str, ...]) -> bool:
    """Every table of ours has a key; one without is somebody else's."""
    return bool(keys) and table not in NOT_AUDITED and not is_queue_table(table)


def standing(connection: Connection, table: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The key and the digest of every row of a table as it stands, as the triggers would note them."""
    if connection.dialect.name == "postgresql":
        excepted = _array(VOLATILE_COLUMNS.get(table, ()))
        connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        key = f"audit_key(to_jsonb(t), '{_array(keys)}')"
        statement = f"SELECT {key}, audit_digest(to_jsonb(t), '{excepted}'::text[]) FROM {table} t"  # noqa: S608
    else:
        driver = connection.connection.driver_connection
        columns = next(names for name, _keys, names in _sqlite_tables(driver) if name == table)
        statement = f"SELECT {_key('t', keys)}, audit_digest({_content('t', table, columns)}) FROM {table} t"  # noqa: S608
    for row in connection.exec_driver_sql(statement, execution_options={"yield_per": 1000}):
        yield str(row[0]), str(row[1])


def taken(driver: Any, *, noted: bool) -> tuple[list[Changed], int, str] | None:
    """What the transaction under way has changed, and the number and MAC of the last entry, locked until its end.

    None when it has changed nothing and nothing is `noted`. `driver` is the connection of the driver itself: this is
    part of the commit, and no query of a page.
    """
    return _taken_sqlite(driver, noted) if hasattr(driver, "total_changes") else _taken_postgresql(driver, noted)


def _taken_postgresql(driver: Any, noted: bool) -> tuple[list[Changed], int, str] | None:
    with driver.cursor() as cursor:
        row = cursor.execute("SELECT last, last_mac, changed FROM audit_turn(%s)", [noted]).fetchone()
    if row is None:
        return None
    return [tuple(change) for change in json.loads(row[2] or "[]")], row[0] or 0, row[1] or ""


def _taken_sqlite(driver: Any, noted: bool) -> tuple[list[Changed], int, str] | None:
    rows = driver.execute("DELETE FROM audit_pending RETURNING id, relation, key, digest, was").fetchall()
    if not rows and not noted:
        return None
    last = driver.execute("SELECT number, mac FROM audit_entry ORDER BY number DESC LIMIT 1").fetchone()
    return [tuple(row[1:]) for row in sorted(rows)], *(last or (0, ""))


def _watch(driver: Any, record: Any) -> None:
    """Make the temporary triggers of a connection; a database without tables has none, until it is migrated."""
    driver.create_function("audit_digest", 1, _digest, deterministic=True)
    cursor = driver.cursor()
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute(
        "CREATE TEMP TABLE audit_pending (id INTEGER PRIMARY KEY AUTOINCREMENT, relation TEXT, key TEXT, digest TEXT, "
        "was TEXT DEFAULT '')"
    )
    tables = list(_sqlite_tables(driver))
    migrated = any(name == "alembic_version" for name, *_rest in tables)
    version = cursor.execute(_REVISION).fetchone() if migrated else None
    record.info[_AUDITED] = version is not None and version[0] >= FIRST_REVISION
    for table, keys, columns in tables if record.info[_AUDITED] else ():
        if _is_audited(table, keys):
            cursor.executescript(_triggers(table, keys, columns))
    cursor.close()


def _triggers(table: str, keys: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """The triggers of a table: few, as each connection makes them all, so that the update notes a new key too."""
    noted = "INSERT INTO audit_pending (relation, key, digest, was)"
    now = f"'{table}', {_key('NEW', keys)}, audit_digest({_content('NEW', table, columns)})"
    was = _content("OLD", table, columns) if table in KEPT_WHEN_OVERWRITTEN else "''"
    before = f"CREATE TEMP TRIGGER audit_{table}"
    differs = f"{_content('OLD', table, columns)} IS NOT {_content('NEW', table, columns)}"
    gone = f"{noted} SELECT '{table}', {_key('OLD', keys)}, '', ''"
    moved = f"{gone} WHERE {_key('OLD', keys)} IS NOT {_key('NEW', keys)}"
    return (
        f"{before}_insert AFTER INSERT ON main.{table} BEGIN {noted} SELECT {now}, ''; END;"
        f"{before}_update AFTER UPDATE ON main.{table} WHEN {differs} BEGIN {moved}; {noted} SELECT {now}, {was}; END;"
        f"{before}_delete AFTER DELETE ON main.{table} BEGIN {gone}; END;"
    )


def _sqlite_tables(driver: Any) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Each table with the columns of its key and all its columns."""
    rows = driver.execute(
        "SELECT m.name, c.name, c.pk FROM main.sqlite_master m, pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.name"
    ).fetchall()
    for table in dict.fromkeys(row[0] for row in rows):
        columns = [(name, place) for named, name, place in rows if named == table]
        keys = sorted((place, name) for name, place in columns if place)
        yield table, tuple(name for _place, name in keys), tuple(name for name, _place in columns)


def _key(row: str, keys: tuple[str, ...]) -> str:
    return " || ':' || ".join(f"{row}.{name}" for name in keys)


def _content(row: str, table: str, columns: tuple[str, ...]) -> str:
    excepted = VOLATILE_COLUMNS.get(table, ())
    pairs = ", ".join(f"'{name}', {row}.{name}" for name in columns if name not in excepted)
    return f"json_object({pairs})"


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:DIGITS]


def _array(names: tuple[str, ...]) -> str:
    return "{" + ",".join(names) + "}"
