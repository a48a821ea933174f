"""Verification: reads the whole chain, then compares every audited row, the anchors and the files with it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from json import JSONDecodeError, loads

from sqlalchemy import Connection, select

from certflow.audit import chain, changes
from certflow.audit.anchors import Anchor
from certflow.gateways.installation import equipment
from certflow.models.audit import AuditEntry
from certflow.models.base import begin_reading, db

MOST_TOLD = 1000
WITH_FILES = ("authority_rule", "document", "evidence")
_PORTION = 5000
_UNSEEN = """
SELECT relation, key FROM standing WHERE digest <> '' EXCEPT SELECT relation, key FROM seen ORDER BY relation, key
"""
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What does not agree: `kind` is chain, key, anchor, edited, inserted, deleted, outside, trigger or file."""

    kind: str
    words: str


@dataclass(slots=True)
class Verification:
    """What was compared and what did not agree; at most MOST_TOLD faults are listed, `count` counts all."""

    entries: int = 0
    rows: int = 0
    files: int = 0
    anchors: int = 0
    count: int = 0
    faults: list[AuditFault] = field(default_factory=list)

    def add(self, kind: str, words: str) -> None:
        """Count a fault, and list it while there are not too many."""
        self.count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(AuditFault(kind, words))


class _Digests:
    """The last digest of every row, by table and key; on the disk, because there may be millions."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self._store = store
        store.execute("CREATE TABLE standing (relation TEXT, key TEXT, digest TEXT, PRIMARY KEY (relation, key))")
        store.execute("CREATE TABLE seen (relation TEXT, key TEXT, PRIMARY KEY (relation, key)) WITHOUT ROWID")

    def set(self, rows: Iterable[Sequence[str]]) -> None:
        """Note what an entry says of rows: each is table, key, digest and whatever follows."""
        pairs = [(row[0], row[1], row[2]) for row in rows]
        self._store.executemany("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", pairs)

    def get(self, table: str, key: str) -> str:
        """What the chain says of a row; "" for one that it does not know or knows as deleted."""
        query = "SELECT digest FROM standing WHERE relation = ? AND key = ?"
        row = self._store.execute(query, (table, key)).fetchone()
        return row[0] if row else ""

    def see(self, table: str, keys: Iterable[str]) -> None:
        """Note that these rows stand in the table."""
        self._store.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", ((table, key) for key in keys))

    def unseen(self) -> Iterator[tuple[str, str]]:
        """The rows that the chain knows and no table has."""
        return iter(self._store.execute(_UNSEEN))


def verify(
    anchors: Sequence[Anchor] = (), *, files: bool = False, progress: Progress = lambda *_: None
) -> Verification:
    """Compare everything; with `files` every stored file is read too. `progress` is told a step and a count."""
    result = Verification(anchors=len(anchors))
    with _snapshot() as connection, closing(sqlite3.connect("")) as store:
        digests = _Digests(store)
        _follow(connection, digests, anchors, result, progress)
        for table, key, digest, _was in differing(connection, digests, result, progress):
            _tell_difference(result, table, key, digest, digests.get(table, key))
        _look_outside(connection, result)
        if files:
            _compare_files(connection, result, progress)
    return result


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """A connection that sees one state of the database from beginning to end, and holds nobody up."""
    begin_reading(True)
    try:
        with db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    finally:
        begin_reading(False)


def _follow(
    connection: Connection, digests: _Digests, anchors: Sequence[Anchor], result: Verification, progress: Progress
) -> None:
    """Read the chain from its beginning; what the anchors say is looked up on the way."""
    told: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        told.setdefault(anchor.number, []).append(anchor)
    before, number = "", 0
    query = select(AuditEntry.__table__).order_by(AuditEntry.number)
    for row in connection.execute(query, execution_options={"yield_per": 500}).mappings():
        columns = dict(row)
        number += 1
        if columns["number"] != number:
            result.add("chain", f"entries {number} to {columns['number'] - 1} are missing")
            number = columns["number"]
        _check_entry(columns, before, digests, result)
        for anchor in told.pop(number, ()):
            if anchor.mac != columns["mac"]:
                result.add("anchor", f"entry {number} is not the one that was anchored at {anchor.at.isoformat()}")
        before = columns["mac"]
        result.entries += 1
        if result.entries % _PORTION == 0:
            progress("entries", result.entries)
    for anchor in (anchor for missing in told.values() for anchor in missing):
        words = f"entry {anchor.number}, anchored at {anchor.at.isoformat()}, is missing: the chain ends at {number}"
        result.add("anchor", f"{words}. The end was cut off, or the database is an older copy")


def _check_entry(columns: dict[str, object], before: str, digests: _Digests, result: Verification) -> None:
    number = columns["number"]
    if columns["key_id"] != chain.key_id():
        result.add("key", f"entry {number} was made with another audit key ({columns['key_id']})")
    elif chain.mac(columns, before) != columns["mac"]:
        result.add("chain", f"entry {number} or the one before it was changed, added or moved")
    try:
        digests.set(loads(str(columns["changes"])))
    except (JSONDecodeError, IndexError, TypeError, sqlite3.Error):
        result.add("chain", f"the changes of entry {number} cannot be read")


def differing(
    connection: Connection, digests: _Digests, result: Verification, progress: Progress
) -> Iterator[changes.Changed]:
    """Every row that stands otherwise than the chain says, as it stands; "" is the digest of one that is gone."""
    for table, keys in changes.audited(connection).items():
        portion: list[str] = []
        for key, digest in changes.standing(connection, table, keys):
            portion.append(key)
            if digests.get(table, key) != digest:
                yield table, key, digest, ""
            if len(portion) == _PORTION:
                digests.see(table, portion)
                result.rows += len(portion)
                portion = []
                progress(table, result.rows)
        digests.see(table, portion)
        result.rows += len(portion)
    for table, key in digests.unseen():
        yield table, key, "", ""


def _tell_difference(result: Verification, table: str, key: str, digest: str, known: str) -> None:
    kind, verb = (
        ("edited", "changed") if known and digest else ("deleted", "deleted") if known else ("inserted", "added")
    )
    result.add(kind, f"{table} {key} was {verb} without an entry")


def _look_outside(connection: Connection, result: Verification) -> None:
    """On PostgreSQL: what was changed by somebody else, and whether every table still notes its changes."""
    if connection.dialect.name != "postgresql":
        return
    left = connection.exec_driver_sql("SELECT relation, key, by_role, at FROM audit_pending ORDER BY id LIMIT 1000")
    for relation, key, role, at in left:
        result.add("outside", f"{relation} {key} was changed outside of the application by {role} at {at.isoformat()}")
    query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit' AND tgenabled IN ('O', 'A')"
    watched = set(connection.exec_driver_sql(query).scalars())
    for table in changes.audited(connection).keys() - watched:
        result.add("trigger", f"changes of the table {table} are not noted: its trigger is off or gone")


def _compare_files(connection: Connection, result: Verification, progress: Progress) -> None:
    storage = equipment().storage
    for table in WITH_FILES:
        query = f"SELECT id, storage_key, sha256 FROM {table} WHERE storage_key IS NOT NULL ORDER BY id"  # noqa: S608
        for number, key, sha256 in connection.exec_driver_sql(query).fetchall():
            result.files += 1
            try:
                if not storage.verify(key, sha256):
                    result.add("file", f"the file {key} of {table} {number} has other content")
            except (OSError, ValueError) as fault:
                result.add("file", f"the file {key} of {table} {number} cannot be read: {fault}")
            if result.files % 100 == 0:
                progress("files", result.files)
    progress("files", result.files)


def adopt(reason: str) -> int:
    """Take every row as it stands into the chain, where it stands otherwise than the chain says; the number of them.

    For migrations, which change rows as the operator asks. The caller commits.
    """
    result = Verification()
    with _snapshot() as connection, closing(sqlite3.connect("")) as store:
        digests = _Digests(store)
        _follow(connection, digests, (), result, lambda *_: None)
        rows = list(differing(connection, digests, result, lambda *_: None))
    if rows:
        chain.adopt(rows, chain.SCHEMA, reason=reason, rows=len(rows))
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("DELETE FROM audit_pending")
    return len(rows)
