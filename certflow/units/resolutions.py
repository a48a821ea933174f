"""Resolutions that change units: read from a file, planned for the stored units, applied whole and once.

A resolution is applied on its day or later, never before: a unit's present name, code and parent are stored, so that
lists and searches need no date, and would be wrong from an early change until that day. Its plan may be shown before.
Applied later than its day, it holds for all days since; dossiers begun meanwhile keep their places.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from certflow import clock
from certflow.errors import ActionNotOpen, Invalid, NotFound, Stale
from certflow.gateways.installation import equipment
from certflow.gateways.resolutions import file as resolution_file
from certflow.gateways.resolutions import rows as file_rows
from certflow.gateways.unit_sources.data import UnitKind, unit_row
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.units import Resolution, UnitVersion
from certflow.units import planning, store
from certflow.units.changes import Becomes, Change, ChangeKind, Known, ResolutionPlan, UnitRef, Units
from certflow.wording import _

NUMBER = re.compile(r"\d+.*/\w")
LONGEST_NUMBER, LONGEST_TITLE, LONGEST_ISSUER = 200, 300, 200
MOST_LISTED = 20
_KINDS: dict[str, ChangeKind] = {"merge": "merge", "split": "split", "create": "create", "end": "tier_removed"}
_PARENTS: dict[int, UnitKind] = {2: "province", 3: "district"}


@dataclass(frozen=True, slots=True)
class Decree:
    """A resolution as it was sent: its number, the day it takes effect, and its changes.

    Changes that cite another number are recorded under that one.
    """

    number: str
    effective_on: dt.date
    changes: tuple[Change, ...]
    title: str = ""
    issued_by: str = ""
    dated: dt.date | None = None
    source: str = ""


def read(content: bytes) -> Decree:
    """The resolution in a file; raises Invalid with every fault of the file by row and column."""
    file = resolution_file.read_resolution(content)
    hashed = f"tệp SHA-256 {hashlib.sha256(content).hexdigest()}"
    return Decree(
        number=file.number[:LONGEST_NUMBER],
        effective_on=file.effective_on,
        changes=tuple(_change(row) for row in file.changes),
        title=file.title[:LONGEST_TITLE],
        issued_by=file.issued_by[:LONGEST_ISSUER],
        dated=file.dated,
        source="; ".join(part for part in (file.source, hashed) if part),
    )


def _change(row: file_rows.ResolutionRow) -> Change:
    """A row as the planner takes it; the number of a cited document is recorded, a cited clause stays in the file."""
    unit = UnitRef(row.kind, row.code) if row.kind and row.code else None
    kind = _KINDS.get(row.change, "continue")
    if kind == "merge" and row.kind != row.new_kind:
        kind = "tier_changed"
    cites = row.cites[:LONGEST_NUMBER] if NUMBER.match(row.cites) else ""
    return Change(row.row, kind, unit, _becomes(row), row.extent, cites)


def _becomes(row: file_rows.ResolutionRow) -> Becomes | None:
    if row.new_kind is None:
        return None
    names = unit_row(row.new_kind, row.new_code or "", row.new_name, None) if row.new_name else None
    parent = UnitRef(_PARENTS[len(row.parent_code)], row.parent_code) if row.parent_code else None
    name, short_name = (names.name, names.short_name) if names else (None, None)
    return Becomes(row.new_kind, row.new_code, name, short_name, parent)


def keep(content: bytes) -> str:
    """Keep a file that can be read; returns its SHA-256, by which `kept` finds it."""
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


def plan(decree: Decree) -> ResolutionPlan:
    """What the resolution would do with the units stored now; nothing is changed."""
    codes = {change.unit.code for change in decree.changes if change.unit}
    return planning.plan(known(decree.effective_on, codes), decree.changes, decree.effective_on)


def known(on: dt.date, codes: set[str]) -> Units:
    """The versions of the day before and those that begin later; and when the units with one of `codes` ended."""
    table, before = UnitVersion, on - dt.timedelta(days=1)
    columns = (table.unit_id, table.kind, table.code, table.name, table.short_name, table.parent_id)
    query = select(*columns, table.starts_on, table.ends_on)
    rows = db.session.execute(query.where(table.meets(before, None)).order_by(table.id))
    versions = [Known(*row) for row in rows]
    begun = [version for version in versions if version.since is None or version.since <= before]
    missing = codes - {version.code for version in begun}
    former: Sequence[tuple[str, dt.date]] = ()
    if missing:
        ended = select(table.code, func.max(table.ends_on)).where(table.ends_on < before).group_by(table.code)
        former = [(code, day) for code, day in db.session.execute(ended) if day and code in missing]
    later = tuple(version for version in versions if version.since is not None and version.since > before)
    return Units(tuple(begun), later, tuple(former))


def done_before(decree: Decree) -> Resolution | None:
    """The record of this resolution when it has been applied; the record of one that was only cited has no title."""
    query = select(Resolution).where(
        Resolution.number == decree.number,
        Resolution.effective_on == decree.effective_on,
        Resolution.title != "",
    )
    return db.session.scalar(query)


def refuse_if_not_open(decree: Decree) -> None:
    """Raises ActionNotOpen for a resolution that has been applied, or whose day has not come."""
    earlier = done_before(decree)
    if earlier is not None:
        facts = {"number": earlier.number, "day": f"{clock.local_day(earlier.applied_at):%d/%m/%Y}"}
        raise ActionNotOpen(_("Resolution %(number)s was already applied on %(day)s.", **facts))
    if decree.effective_on > clock.today():
        day = f"{decree.effective_on:%d/%m/%Y}"
        raise ActionNotOpen(_("This resolution takes effect on %(day)s; it can be applied from that day on.", day=day))


def apply(decree: Decree, *, actor: User | None = None, seen: str | None = None) -> tuple[Resolution, ResolutionPlan]:
    """Apply the resolution; `seen` is the fingerprint of the plan that the actor has seen.

    Raises ActionNotOpen, Invalid with every fault, or Stale when the plan is another one now.
    """
    store.hold()
    refuse_if_not_open(decree)
    current = plan(decree)
    if seen is not None and seen != current.fingerprint:
        raise Stale(_("Units have changed since you looked at this resolution. Look at its result again."))
    if current.faults:
        raise Invalid(*(_("Row %(row)s: %(words)s", row=fault.row, words=fault.words) for fault in current.faults))
    own = _record_of(decree, actor)
    cited = {"source": f"Căn cứ nêu trong {decree.number}", "applied_by": own.applied_by}
    store.carry_out(current, lambda number: record(number or decree.number, decree.effective_on, **cited).id)
    return own, current


def _record_of(decree: Decree, actor: User | None) -> Resolution:
    """The record of the resolution itself, which another one may have cited before."""
    own = record(decree.number, decree.effective_on)
    own.title = decree.title or decree.number
    own.issued_by, own.dated, own.source = decree.issued_by, decree.dated, decree.source
    own.applied_at, own.applied_by = clock.now(), actor.signature if actor else None
    db.session.flush()
    return own


def record(number: str, effective_on: dt.date, **about: Any) -> Resolution:
    """The record of a number and day; it is made with what is known `about` it when there is none."""
    query = select(Resolution).filter_by(number=number, effective_on=effective_on)
    resolution = db.session.scalar(query)
    if resolution is None:
        resolution = Resolution(number=number, effective_on=effective_on, applied_at=clock.now(), **about)
        db.session.add(resolution)
        db.session.flush()
    return resolution


def applied(limit: int = MOST_LISTED) -> list[Resolution]:
    """The resolutions applied last, newest first."""
    query = select(Resolution).where(Resolution.title != "").order_by(Resolution.effective_on.desc())
    return list(db.session.scalars(query.order_by(Resolution.id.desc()).limit(limit)))
