"""What a resolution does with the stored units: told first, then done whole, once, and by one person at a time.

A resolution is done on its day or later, never before: a unit's present name, code and parent are stored, so that
lists and searches need no date, and would be wrong from the moment of an early change until that day. What it does may
be looked at before. Done later than its day, it is true of all days since; dossiers begun meanwhile keep their places.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from certflow import clock
from certflow.errors import ActionNotOpen, Invalid, Stale
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.units import Resolution, UnitVersion
from certflow.units import store
from certflow.units.changes import Change, Known, Plan, Units
from certflow.units.planning import plan as planned
from certflow.wording import _

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Decree:
    """A resolution as it was sent: how it is numbered, when it takes effect, and its changes.

    Changes that cite another number are recorded under that one.
    """

    number: str
    effective_on: dt.date
    changes: tuple[Change, ...]
    title: str = ""
    issued_by: str = ""
    dated: dt.date | None = None
    source: str = ""


def plan(decree: Decree) -> Plan:
    """What the resolution would do with the units as they are stored now; nothing is changed."""
    codes = {change.unit.code for change in decree.changes if change.unit}
    return planned(known(decree.effective_on, codes), decree.changes, decree.effective_on)


def known(on: dt.date, codes: set[str]) -> Units:
    """The units of the day before, what begins on the day or later, and when units of `codes` ended before."""
    table, before = UnitVersion, on - dt.timedelta(days=1)
    columns = (table.unit_id, table.kind, table.code, table.name, table.short_name, table.parent_id)
    query = select(*columns, table.starts_on, table.ends_on)
    rows = db.session.execute(query.where(table.meets(before, None)).order_by(table.id))
    found = [Known(*row) for row in rows]
    begun = [one for one in found if one.since is None or one.since <= before]
    missing = codes - {one.code for one in begun}
    former: Sequence[tuple[str, dt.date]] = ()
    if missing:
        ended = select(table.code, func.max(table.ends_on)).where(table.ends_on < before).group_by(table.code)
        former = [(code, day) for code, day in db.session.execute(ended) if day and code in missing]
    later = tuple(one for one in found if one.since is not None and one.since > before)
    return Units(tuple(begun), later, tuple(former))


def done_before(decree: Decree) -> Resolution | None:
    """The record of this resolution, when it has been applied already; one that was only cited has no title."""
    query = select(Resolution).where(
        Resolution.number == decree.number,
        Resolution.effective_on == decree.effective_on,
        Resolution.title != "",
    )
    return db.session.scalar(query)


def refuse_if_not_open(decree: Decree) -> None:
    """Raises ActionNotOpen for a resolution that has been applied, or whose day has not come."""
    done = done_before(decree)
    if done is not None:
        said = {"number": done.number, "day": f"{clock.local_day(done.applied_at):%d/%m/%Y}"}
        raise ActionNotOpen(_("Resolution %(number)s was applied on %(day)s already.", **said))
    if decree.effective_on > clock.today():
        day = f"{decree.effective_on:%d/%m/%Y}"
        raise ActionNotOpen(_("This resolution takes effect on %(day)s; it can be applied from that day on.", day=day))


def apply(decree: Decree, *, actor: User | None = None, seen: str | None = None) -> tuple[Resolution, Plan]:
    """Do what the resolution says; `seen` is the fingerprint of the plan that was looked at.

    Raises ActionNotOpen, Invalid with every fault, or Stale when the units are others than those looked at.
    """
    store.hold()
    refuse_if_not_open(decree)
    found = plan(decree)
    if seen is not None and seen != found.fingerprint:
        raise Stale(_("Units were changed since you looked at this resolution. Look again at what it would do."))
    if found.faults:
        raise Invalid(*(_("Row %(row)s: %(words)s", row=fault.row, words=fault.words) for fault in found.faults))
    recorded = _Recorded(decree, actor)
    store.carry_out(found, recorded.id_of)
    return recorded.own, found


class _Recorded:
    """The stored records of a resolution and of those that its changes cite, each made when it is first asked for."""

    def __init__(self, decree: Decree, actor: User | None) -> None:
        self._decree, self._ids = decree, dict[str, int]()
        self._by = {"applied_at": clock.now(), "applied_by_id": actor.id if actor else None}
        self.own = self._stored(decree.number)
        self.own.title = decree.title or decree.number
        self.own.issued_by, self.own.dated, self.own.source = decree.issued_by, decree.dated, decree.source
        self.own.applied_at, self.own.applied_by_id = clock.now(), actor.id if actor else None
        db.session.flush()

    def _stored(self, number: str) -> Resolution:
        same = {"number": number, "effective_on": self._decree.effective_on}
        found = db.session.scalar(select(Resolution).filter_by(**same))
        if found is None:
            source = f"Căn cứ nêu trong {self._decree.number}" if number != self._decree.number else ""
            found = Resolution(**same, source=source, **self._by)
            db.session.add(found)
            db.session.flush()
        return found

    def id_of(self, cites: str) -> int:
        """The id of the record of a cited number; of the resolution itself for none."""
        number = cites or self._decree.number
        if number not in self._ids:
            self._ids[number] = self._stored(number).id
        return self._ids[number]


def applied(limit: int = MOST_LISTED) -> list[Resolution]:
    """The resolutions applied last, newest first."""
    query = select(Resolution).where(Resolution.title != "").order_by(Resolution.effective_on.desc())
    return list(db.session.scalars(query.order_by(Resolution.id.desc()).limit(limit)))
