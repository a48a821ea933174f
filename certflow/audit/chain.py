"""The chain: one entry for each transaction, written as the last thing before its commit.

Each entry carries an HMAC over itself and over the HMAC of the entry before, by a key that is kept outside the
database. Whoever changes the database alone can neither write an entry nor change one.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from certflow import clock
from certflow.audit.changes import Changed, is_audited, taken
from certflow.gateways.installation import equipment
from certflow.models.audit import AuditEntry
from certflow.models.base import db, only_reads

CHANGE, READ, EXPORT, DENIED = "change", "read", "export", "denied"
SIGNED_IN, SIGN_IN_REFUSED = "signed_in", "sign_in_refused"
ANCHOR, VERIFIED, STARTED, SCHEMA = "anchor", "verified", "started", "schema"
_NOTES, _ADOPTED, _WROTE = "audit_notes", "audit_adopted", "audit_wrote"

Notes = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """On which occasion something is done: a request, a job or a command; `subject` names the ids it is about."""

    what: str
    subject: dict[str, Any] = field(default_factory=dict)
    dossier_id: int | None = None
    actor_id: int | None = None
    actor: str = ""
    source: str = ""


_occasion: ContextVar[Callable[[], Occasion]] = ContextVar("occasion", default=lambda: Occasion("program"))


def begin(occasion: Callable[[], Occasion]) -> Token[Callable[[], Occasion]]:
    """From now on entries name this occasion, asked when one is written; `end` takes the token."""
    return _occasion.set(occasion)


def end(token: Token[Callable[[], Occasion]]) -> None:
    """The occasion before is named again."""
    _occasion.reset(token)


@contextmanager
def during(occasion: Occasion) -> Iterator[None]:
    """Entries that are written inside name this occasion."""
    token = begin(lambda: occasion)
    try:
        yield
    finally:
        end(token)


def note(kind: str, **facts: Any) -> None:
    """Say in the entry of the transaction under way what is more than a change of rows; `facts` are JSON.

    The transaction must be one that may write.
    """
    db.session().info.setdefault(_NOTES, []).append((kind, facts))


def adopt(changes: list[Changed], kind: str, **facts: Any) -> None:
    """Take rows as they stand into the entry of the transaction under way, whoever has changed them, and say why."""
    note(kind, **facts)
    db.session().info.setdefault(_ADOPTED, []).extend(changes)


def seal(session: Session) -> None:
    """Write the entry of the transaction under way, if it has changed or noted anything.

    Every commit does so first. From here to the commit no other transaction can write its entry.
    """
    notes: Notes = session.info.get(_NOTES, [])
    if not session.in_transaction() and not notes:
        return
    session.flush()
    if only_reads() and not notes and not session.info.get(_WROTE):
        return
    connection = session.connection()
    if not is_audited(connection):
        return
    turn = taken(connection.connection.driver_connection, noted=bool(notes))
    if turn is not None:
        changes, number, before = turn
        changes += session.info.get(_ADOPTED, [])
        connection.execute(_INSERT, entry(_occasion.get()(), notes, changes, number=number + 1, before=before))
    _forget_what_was_noted(session)


_INSERT = insert(AuditEntry)


def entry(occasion: Occasion, notes: Notes, changes: Sequence[Changed], *, number: int, before: str) -> dict[str, Any]:
    """The columns of an entry with its MAC; `before` is the MAC of the entry with the number before, or ""."""
    columns = {
        "number": number,
        "at": clock.now(),
        "kind": notes[0][0] if notes else CHANGE,
        "what": occasion.what[:120],
        "subject": _json(occasion.subject),
        "dossier_id": occasion.dossier_id,
        "actor_id": occasion.actor_id,
        "actor": occasion.actor[:120],
        "source": occasion.source[:64],
        "notes": _json(notes),
        "changes": _json(_last(changes)),
        "key_id": key_id(),
    }
    return columns | {"mac": mac(columns, before)}


def _last(changes: Sequence[Changed]) -> list[list[str]]:
    """Each changed row once, as it stands at the end; with what it was at the beginning where that is kept."""
    rows: dict[tuple[str, str], list[str]] = {}
    for table, key, digest, was in changes:
        earlier = rows.get((table, key))
        kept = earlier[3:] if earlier else [was] if was else []
        rows[table, key] = [table, key, digest, *kept]
    return list(rows.values())


def mac(columns: dict[str, Any], before: str) -> str:
    """The HMAC of an entry's columns and of the HMAC before, in hexadecimal digits."""
    at: dt.datetime = columns["at"]
    content = {name: value for name, value in columns.items() if name != "mac"}
    content["at"] = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    words = f"{before}\n{json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"
    return hmac.new(_key(), words.encode(), hashlib.sha256).hexdigest()


def key_id() -> str:
    """Names the key, from which it cannot be found."""
    return hashlib.sha256(b"certflow audit key " + _key()).hexdigest()[:16]


def _key() -> bytes:
    return equipment().settings.audit_key.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@event.listens_for(db.session, "after_flush")
def _note_flush(session: Session, _context: object) -> None:
    session.info[_WROTE] = True


@event.listens_for(db.session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[_WROTE] = True


@event.listens_for(db.session, "before_commit")
def _seal_before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        seal(session)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if not transaction.nested:
        _forget_what_was_noted(session)


def _forget_what_was_noted(session: Session) -> None:
    for name in (_NOTES, _ADOPTED, _WROTE):
        session.info.pop(name, None)
