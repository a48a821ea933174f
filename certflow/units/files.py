"""Resolutions as files: read into changes of units, and kept under the hash of what was sent."""

import hashlib
import re
from contextlib import suppress

from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.resolutions.file import Resolution, read_resolution
from certflow.gateways.resolutions.rows import Change as FileRow
from certflow.gateways.unit_sources.data import UnitKind, unit_row
from certflow.units.changes import Becomes, Change, ChangeKind, Ref
from certflow.units.resolutions import Decree
from certflow.wording import _

NUMBER = re.compile(r"\d+.*/\w")
LONGEST_NUMBER, LONGEST_TITLE, LONGEST_ISSUER = 200, 300, 200
_KINDS: dict[str, ChangeKind] = {"merge": "merge", "split": "split", "create": "create", "end": "tier_removed"}
_PARENTS: dict[int, UnitKind] = {2: "province", 3: "district"}


def read(content: bytes) -> Decree:
    """The resolution in a file; raises Invalid with every fault of the file by row and column."""
    found = read_resolution(content)
    digest = hashlib.sha256(content).hexdigest()
    return Decree(
        number=found.number[:LONGEST_NUMBER],
        effective_on=found.effective_on,
        changes=tuple(_change(row) for row in found.changes),
        title=found.title[:LONGEST_TITLE],
        issued_by=found.issued_by[:LONGEST_ISSUER],
        dated=found.dated,
        source=_source(found, digest),
    )


def _source(found: Resolution, digest: str) -> str:
    return "; ".join(part for part in (found.source, f"tệp SHA-256 {digest}") if part)


def _change(row: FileRow) -> Change:
    """A row in the terms of the rules; a clause that it cites is in the file, a document's number is recorded."""
    unit = Ref(row.kind, row.code) if row.kind and row.code else None
    kind = _KINDS.get(row.change, "continue")
    if kind == "merge" and row.kind != row.new_kind:
        kind = "tier_changed"
    cites = row.cites[:LONGEST_NUMBER] if NUMBER.match(row.cites) else ""
    return Change(row.row, kind, unit, _becomes(row), row.extent, cites)


def _becomes(row: FileRow) -> Becomes | None:
    if row.new_kind is None:
        return None
    named = unit_row(row.new_kind, row.new_code or "", row.new_name, None) if row.new_name else None
    parent = Ref(_PARENTS[len(row.parent_code)], row.parent_code) if row.parent_code else None
    name, short_name = (named.name, named.short_name) if named else (None, None)
    return Becomes(row.new_kind, row.new_code, name, short_name, parent)


def keep(content: bytes) -> str:
    """Keep a file that can be read, and give its SHA-256, under which it is found again."""
    digest = hashlib.sha256(content).hexdigest()
    with suppress(FileExistsError):
        equipment().storage.put(_key(digest), iter([content]))
    return digest


def kept(digest: str) -> bytes:
    """The file with this SHA-256; raises NotFound."""
    try:
        return equipment().storage.read(_key(digest))
    except (FileNotFoundError, ValueError):
        raise NotFound(_("This file is not here. Choose it again.")) from None


def _key(digest: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError("not a hash")
    return f"resolution/{digest[:2]}/{digest}"
