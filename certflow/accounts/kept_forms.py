"""What was sent after a session had ended: kept for that person, encrypted, for an hour, and sent again by them."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select

from certflow import clock
from certflow.accounts import secrets_at_rest
from certflow.accounts.accounts import token_hash
from certflow.gateways.files.content import MAX_BYTES
from certflow.gateways.installation import equipment
from certflow.models.accounts import KeptForm
from certflow.models.base import db
from certflow.models.people import SignInSession, User

KEPT_FOR = dt.timedelta(hours=1)
MOST_KEPT = 10
MOST_BYTES = 100 * 1024 * 1024  # of all files of a person
MARKS = {"csrf_token", "kept_form", "kept_files"}  # which every page gives anew
NOT_KEPT = {*MARKS, "token", "code"}  # a code of the second factor; units have other names
Pairs = tuple[tuple[str, str], ...]
_FOLDER = "kept"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent in a field."""

    field: str
    original_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that lies encrypted under `key` in the storage; "" where it could not be kept."""

    field: str
    original_name: str
    size: int
    key: str


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form that was kept: its number, where it was sent, its fields and files in order, and when."""

    id: int
    path: str
    pairs: Pairs
    files: tuple[KeptFile, ...]
    kept_at: dt.datetime


def pairs_of(sent: Iterable[tuple[str, str]]) -> Pairs:
    """The fields that may be kept: no password and no code."""
    return tuple((name, text) for name, text in sent if name not in NOT_KEPT and "password" not in name)


def person_of(token: str) -> int | None:
    """The id of the person whose session this token opened, also after it ended; None for any other token."""
    query = select(SignInSession.user_id).where(SignInSession.token_hash == token_hash(token))
    return db.session.scalar(query)


def store(user_id: int, files: Iterable[SentFile]) -> tuple[KeptFile, ...]:
    """Put files of a form into the storage for `keep`; writes nothing to the database.

    A file larger than `MAX_BYTES`, or for which the person has no room left, is only named.
    """
    with suppress(OSError):
        sweep()
    return tuple(_stored(files, MOST_BYTES - sum(file.size for form in of(user_id) for file in form.files if file.key)))


def keep(user_id: int, path: str, pairs: Pairs, files: tuple[KeptFile, ...] = ()) -> SentForm:
    """Keep what was sent to a path, at most `MOST_KEPT` of a person; what is older than an hour goes for good."""
    now = clock.now()
    db.session.execute(delete(KeptForm).where(KeptForm.kept_at < now - KEPT_FOR))
    newest = select(KeptForm.id).where(KeptForm.user_id == user_id).order_by(KeptForm.id.desc()).offset(MOST_KEPT - 1)
    surplus = db.session.scalars(newest.limit(MOST_KEPT)).all()
    db.session.execute(delete(KeptForm).where(KeptForm.id.in_(surplus)))
    sealed = secrets_at_rest.seal(json.dumps({"pairs": pairs, "files": [asdict(file) for file in files]}), "kept form")
    row = KeptForm(user_id=user_id, path=path, content=sealed, kept_at=now)
    db.session.add(row)
    db.session.flush()
    return SentForm(row.id, path, pairs, files, now)


def _stored(files: Iterable[SentFile], room: int) -> Iterator[KeptFile]:
    storage = equipment().storage
    for file in files:
        size, key = len(file.content), ""
        if size <= min(room, MAX_BYTES):
            with suppress(OSError):  # what was typed is kept also where files cannot be
                storage.put(at := storage.new_key(_FOLDER), [secrets_at_rest.seal_file(file.content, "kept form")])
                key, room = at, room - size
        yield KeptFile(file.field, file.original_name, size, key)


def of(user_id: int) -> list[SentForm]:
    """What is kept for a person, newest first."""
    query = select(KeptForm).where(KeptForm.user_id == user_id, KeptForm.kept_at >= clock.now() - KEPT_FOR)
    rows = db.session.scalars(query.order_by(KeptForm.id.desc()).limit(MOST_KEPT))
    unsealed = [(row, secrets_at_rest.unseal(row.content, "kept form")) for row in rows]
    return [_form(row, json.loads(text)) for row, text in unsealed if text]


def _form(row: KeptForm, content: dict[str, Any] | list[Any]) -> SentForm:
    content = content if isinstance(content, dict) else {"pairs": content, "files": []}  # kept by an older release
    pairs = tuple((str(name), str(value)) for name, value in content["pairs"])
    return SentForm(row.id, row.path, pairs, tuple(KeptFile(**file) for file in content["files"]), row.kept_at)


def files_of(number: int, user: User) -> list[SentFile]:
    """The files of a kept form of this person that are there still."""
    files = next((form.files for form in of(user.id) if form.id == number), ())
    contents = [(file, _content(file.key)) for file in files if file.key]
    return [SentFile(file.field, file.original_name, content) for file, content in contents if content is not None]


def _content(key: str) -> bytes | None:
    try:
        return secrets_at_rest.unseal_file(equipment().storage.read(key), "kept form")
    except FileNotFoundError:
        return None


def sweep() -> None:
    """Remove files that were kept too long ago to be sent again."""
    equipment().storage.sweep(_FOLDER, clock.now() - KEPT_FOR)


def discard(number: int, user: User) -> None:
    """Forget a kept form of this person; nothing happens when it is gone already."""
    db.session.execute(delete(KeptForm).where(KeptForm.id == number, KeptForm.user_id == user.id))
