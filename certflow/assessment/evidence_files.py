"""Files of evidence in the storage: first the intent, then the file, then its row; what never got a row is removed.

An intent is an empty file under `intent/` with the rest of the key. So the sweep looks at the files of the last day and
not at all that there are. It deletes while no row can be added, and who adds a row looks whether its file is there
still: so no file is removed that a row names.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import select, text

from certflow import clock
from certflow.gateways.installation import equipment
from certflow.gateways.storage import Stored
from certflow.models import row_security
from certflow.models.base import db
from certflow.models.dossiers import Evidence

LASTS = timedelta(days=1)
_FOLDER, _INTENTS = "evidence/", "intent/"
_AT_ONCE = 20


def store(file: BinaryIO, key: str = "") -> tuple[Stored, str]:
    """Store the file under `key`, or a new one; an earlier attempt may have stored it there, but nothing else."""
    storage = equipment().storage
    key = key or storage.new_key("evidence")
    note_intent(key)
    try:
        return storage.put(key, file), key
    except FileExistsError:
        file.seek(0)
        sent = file.read()
        stored = Stored(len(sent), hashlib.sha256(sent).hexdigest())
        if not storage.verify(key, stored.sha256):
            raise
        return stored, key


def note_intent(key: str) -> None:
    """Let the sweep look a day from now whether the file has a row."""
    with suppress(FileExistsError):
        equipment().storage.put(key.replace(_FOLDER, _INTENTS, 1), [b"intent"])


def sweep() -> None:
    """Remove files that were stored more than a day ago and have no row, and all intents of that age."""
    storage, oldest = equipment().storage, clock.now() - LASTS
    intents = [intent for intent, written in storage.listed(_INTENTS.rstrip("/")) if written < oldest]
    for first in range(0, len(intents), _AT_ONCE):
        batch = intents[first : first + _AT_ONCE]
        with row_security.seeing(row_security.EVERYTHING):
            _remove_unnamed([intent.replace(_INTENTS, _FOLDER, 1) for intent in batch])
        for intent in batch:
            storage.delete(intent)


def _remove_unnamed(keys: Sequence[str]) -> None:
    if suspects := _unnamed(keys):
        db.session.rollback()
        if db.session.get_bind().dialect.name == "postgresql":  # SQLite has one writer, which is this transaction
            db.session.execute(text("LOCK TABLE evidence IN SHARE ROW EXCLUSIVE MODE"))
        for key in _unnamed(suspects):
            equipment().storage.delete(key)
    db.session.rollback()


def _unnamed(keys: Sequence[str]) -> list[str]:
    named = set(db.session.scalars(select(Evidence.storage_key).where(Evidence.storage_key.in_(keys))))
    return [key for key in keys if key not in named]
