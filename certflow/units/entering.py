"""Storing new units with their first version."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import insert, select

from certflow import clock
from certflow.catalogue.units import COUNTRY_CODE, COUNTRY_NAME, DISADVANTAGED
from certflow.errors import Invalid
from certflow.gateways.unit_sources.data import UnitRow
from certflow.models.base import db
from certflow.models.units import Unit, UnitAttribute, UnitVersion
from certflow.vietnamese import search_key, sort_key
from certflow.wording import _

REFORM = dt.date(2025, 7, 1)  # since when there are two tiers


AT_ONCE = 5000  # SQLite takes 32,766 values in one statement


T = TypeVar("T")


Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made and what was already there."""

    made: int
    kept: int


def import_units(rows: Iterable[UnitRow], tick: Callable[[], None] = lambda: None) -> Imported:
    """Store units of three tiers; a code that one had on their last day is left as it is, so a repeat changes nothing.

    A unit's parent is stored already or among `rows`.
    """
    last_day = UnitVersion.stands_on(REFORM - dt.timedelta(days=1))
    known = dict(db.session.execute(select(UnitVersion.code, UnitVersion.unit_id).where(last_day)).all())
    rows = list(rows)
    made = 0
    for kind in ("province", "district", "commune"):
        new = {row.code: row for row in rows if row.kind == kind and row.code not in known}
        entered = []
        for row in new.values():
            place = {"parent_id": known[row.parent_code] if row.parent_code else None, "starts_on": None}
            entered.append(described(row.code, row.kind, row.name, row.short_name) | place)
            tick()
        known |= enter_all(entered)
        made += len(new)
    for _kept in rows[made:]:
        tick()
    return Imported(made, len(rows) - made)


def enter_all(rows: Sequence[Row], resolutions: Mapping[str, int] = MappingProxyType({})) -> dict[str, int]:
    """Store many new units, as `described` with parent and first day, each with its first version; ids by code.

    `resolutions` are the ids of the documents that made them, by code.
    """
    ids: dict[str, int] = {}
    for some in portions(rows):
        stored = db.session.execute(insert(Unit).returning(Unit.code, Unit.id), some)
        made = dict(stored.all())
        versions = [row | {"unit_id": made[row["code"]], "resolution_id": resolutions.get(row["code"])} for row in some]
        db.session.execute(insert(UnitVersion), versions)
        ids |= made
    return ids


def portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many as one statement takes, then the next."""
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def enter(
    said: dict[str, Any],
    *,
    parent_id: int | None = None,
    starts_on: dt.date | None = None,
    resolution_id: int | None = None,
) -> Unit:
    """Store a unit that is new, as `described`, with its first version."""
    said = said | {"parent_id": parent_id, "starts_on": starts_on}
    unit = Unit(**said)
    db.session.add(unit)
    db.session.flush()
    db.session.add(UnitVersion(unit_id=unit.id, resolution_id=resolution_id, **said))
    db.session.flush()
    return unit


def described(code: str, kind: str, name: str, short_name: str) -> dict[str, Any]:
    """What a unit and its version say of themselves, with the keys by which they are found and put in order."""
    keys = {"search_key": search_key(name)[:120], "sort_key": sort_key(short_name)[:400]}
    return {"code": code, "kind": kind, "name": name, "short_name": short_name, **keys}


def ensure_country() -> Unit:
    """The country, entered when it is not among the units yet."""
    unit = db.session.scalar(select(Unit).where(Unit.kind == "country"))
    if unit is None:
        unit = enter(described(COUNTRY_CODE, "country", COUNTRY_NAME, COUNTRY_NAME))
    return unit


def mark_disadvantaged(unit: Unit, source: str, *, since: dt.date | None = None, until: dt.date | None = None) -> None:
    """Note that a unit lies in a disadvantaged area from one day to another, by the document that says so."""
    if not source.strip():
        raise Invalid(fields={"disadvantaged_source": (_("Name the document that lists the unit."),)})
    db.session.add(
        UnitAttribute(
            unit_id=unit.id,
            name=DISADVANTAGED,
            source=source.strip(),
            starts_on=since,
            ends_on=until,
            entered_at=clock.now(),
        )
    )
    db.session.flush()
