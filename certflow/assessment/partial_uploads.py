"""Files that come in parts, so that a line that drops goes on where it stopped: what tus 1.0 calls an upload.

What an upload is stands in its signed name; its parts lie in the storage under `upload/`, each written once. So no part
waits for the database, and any web process can take the next one. Parts are no evidence before `finish`. The signed
name lies beside the first part, so that whoever chooses the same file again goes on, also from another browser.
"""

import hashlib
import io
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from itsdangerous import BadSignature, URLSafeTimedSerializer

from certflow import clock
from certflow.access import access, editing
from certflow.assessment import evidence
from certflow.errors import Invalid, NotFound, Refusal
from certflow.gateways import signatures
from certflow.gateways.files.content import MAX_BYTES
from certflow.gateways.installation import equipment
from certflow.gateways.storage import StorageError
from certflow.models.dossiers import Evidence
from certflow.models.people import User
from certflow.wording import _

PART = 512 * 1024
MOST_OPEN = 4
LASTS = timedelta(days=1)
_LONGEST_NAME = 300
_FOLDER = "upload"
_NAME = "-name"
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class PartialUpload:
    """A file of `length` bytes on its way; whatever is asked of it is asked by the person who began it."""

    person: int
    dossier: int
    indicator: str
    length: int
    original_name: str
    nonce: str
    fingerprint: str = ""

    @property
    def name(self) -> str:
        """Its signed name, as it stands in addresses."""
        return str(_signer().dumps(astuple(self)))

    @property
    def token(self) -> str:
        """What tells it from every other one in keys of the storage."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:40]

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return -(-self.length // PART)

    def key(self, part: int) -> str:
        """Where a part lies, counted from 0."""
        return f"{_FOLDER}/{self.person}/{self.token}-{part}"

    @property
    def name_key(self) -> str:
        """Where its signed name lies while it is not finished."""
        return f"{_FOLDER}/{self.person}/{self.token}{_NAME}"

    @property
    def file(self) -> tuple[object, ...]:
        """What is equal for two uploads of one file to one place."""
        return (self.person, self.dossier, self.indicator, self.length, self.original_name, self.fingerprint)

    @property
    def evidence_key(self) -> str:
        """Where the whole file will lie; the same however often it is finished."""
        return f"evidence/{self.token[:2]}/{self.token}"


def begin(
    dossier_id: int, indicator: str, length: int, original_name: str, fingerprint: str = "", *, actor: User
) -> PartialUpload:
    """An upload for an indicator; raises Invalid for a file that is empty or too large, and what `attach` raises.

    `fingerprint`: hexadecimal, of the whole content. With one, an unfinished upload of the same file is returned, which
    goes on at its `offset`.
    """
    evidence.refuse_unless_open(dossier_id, indicator, actor)
    if length <= 0:
        raise Invalid(_("The file is empty. Check that it opens on your computer, then choose it again."))
    if length > MAX_BYTES:
        raise Invalid(_("The file is too large: at most %(most)s MB are accepted.", most=MAX_BYTES // 2**20))
    sweep()
    name, mark = original_name[:_LONGEST_NAME], fingerprint if _FINGERPRINT.fullmatch(fingerprint) else ""
    upload = PartialUpload(actor.id, dossier_id, indicator, length, name, secrets.token_hex(8), mark)
    earlier = _unfinished(actor) if mark else []
    return next((begun for begun in earlier if begun.file == upload.file), upload)


def unfinished(dossier_id: int, actor: User) -> dict[str, list[tuple[PartialUpload, int]]]:
    """By indicator the files of which a part was sent to this dossier, each with how many bytes are there."""
    by_indicator: dict[str, list[tuple[PartialUpload, int]]] = {}
    with suppress(StorageError):  # a page that takes answers does without
        for upload in _unfinished(actor):
            if upload.dossier == dossier_id and upload.fingerprint and (sent := offset(upload)):
                by_indicator.setdefault(upload.indicator, []).append((upload, sent))
    return by_indicator


def _unfinished(person: User) -> list[PartialUpload]:
    """The person's uploads that can go on, oldest first."""
    listed = sorted(equipment().storage.listed(f"{_FOLDER}/{person.id}"), key=lambda entry: entry[1])
    uploads = []
    for key, _at in listed:
        if key.endswith(_NAME):
            with suppress(FileNotFoundError, BadSignature):  # finished meanwhile, or of long ago
                uploads.append(_signed(equipment().storage.read(key).decode()))
    return uploads


def _signed(name: str) -> PartialUpload:
    return PartialUpload(*_signer().loads(name, max_age=int(LASTS.total_seconds())))


def find(name: str, dossier_id: int, indicator: str, actor: User) -> PartialUpload:
    """The upload of this name, while claims are written; raises NotFound for one of somebody else or of long ago."""
    editing.require_editor(access.dossier(dossier_id, actor), actor, "claims")
    try:
        upload = _signed(name)
    except BadSignature as fault:
        raise _not_there() from fault
    if (upload.person, upload.dossier, upload.indicator) != (actor.id, dossier_id, indicator):
        raise _not_there()
    return upload


def offset(upload: PartialUpload) -> int:
    """How many bytes are there from the beginning; all of them also once it is attached."""
    if evidence.under(upload.evidence_key) is not None:
        return upload.length
    present = {key for key, _begun in equipment().storage.listed(f"{_FOLDER}/{upload.person}")}
    parts = next((part for part in range(upload.parts) if upload.key(part) not in present), upload.parts)
    return min(parts * PART, upload.length)


def append(upload: PartialUpload, at: int, content: bytes) -> int | None:
    """Keep the part that begins `at` this byte; the new offset, None where it is not the part that comes next.

    A part that was not sent whole is not kept.
    """
    part, storage = at // PART, equipment().storage
    whole = min(PART, upload.length - at)
    if at % PART or len(content) != whole or whole <= 0 or at != offset(upload):
        return None
    if part == 0:
        _give_way(upload)
        with suppress(FileExistsError):
            storage.put(upload.name_key, [upload.name.encode()])
    try:
        storage.put(upload.key(part), [content])
    except FileExistsError:
        return None
    return at + whole


def finish(upload: PartialUpload, *, actor: User) -> Evidence:
    """Attach the whole file, as `evidence.attach` does and with what it raises; done again, it changes nothing."""
    storage = equipment().storage
    if (attached := evidence.under(upload.evidence_key)) is not None:
        return attached
    parts = [upload.key(part) for part in range(upload.parts)]
    keys = [upload.name_key, *parts]
    try:
        whole = io.BytesIO(b"".join(storage.read(key) for key in parts))
    except FileNotFoundError as fault:
        raise _not_there() from fault
    about = (upload.dossier, upload.indicator, cast(BinaryIO, whole), upload.original_name)
    try:
        attached = evidence.attach(*about, actor=actor, key=upload.evidence_key)
    except Refusal:
        _remove(keys)
        raise
    _remove(keys)
    return attached


def sweep() -> None:
    """Remove parts of uploads that nobody can go on with."""
    equipment().storage.sweep(_FOLDER, clock.now() - LASTS)


def _give_way(upload: PartialUpload) -> None:
    """Remove the parts of the person's oldest uploads, so that with this one there are no more than MOST_OPEN."""
    begun: dict[str, list[str]] = {}
    for key, _at in sorted(equipment().storage.listed(f"{_FOLDER}/{upload.person}"), key=lambda entry: entry[1]):
        begun.setdefault(key.rpartition("-")[0], []).append(key)
    for keys in list(begun.values())[: max(len(begun) - MOST_OPEN + 1, 0)]:
        _remove(keys)


def _remove(keys: Iterable[str]) -> None:
    for key in keys:
        equipment().storage.delete(key)


def _not_there() -> NotFound:
    return NotFound(_("This upload is not there any more. Choose the file again."))


def _signer() -> URLSafeTimedSerializer:
    return signatures.timed(equipment().settings.secret_key, "certflow upload")
