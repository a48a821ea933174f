"""Administrative units: importing the real ones, finding them again, as they stand on a day."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.domain.vietnamese import search_key, sort_key
from certflow.errors import Invalid, NotFound
from certflow.gateways.unit_data import UnitRow
from certflow.models.base import db
from certflow.models.dossier import Dossier
from certflow.models.places import Unit, UnitAttribute, UnitVersion
from certflow.wording import _

MOST_FOUND = 20
COUNTRY_CODE, COUNTRY_NAME = "VN", "Trung ương"
DISADVANTAGED = "disadvantaged_area"
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
    last_day = UnitVersion.on(REFORM - dt.timedelta(days=1))
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


def get(unit_id: int) -> Unit:
    """A unit with the units above it; raises NotFound."""
    unit = db.session.scalar(
        select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.parent).joinedload(Unit.parent))
    )
    if unit is None:
        raise NotFound(_("There is no such unit."))
    return unit


def ensure_country() -> Unit:
    """The country, entered when it is not among the units yet."""
    unit = db.session.scalar(select(Unit).where(Unit.kind == "country"))
    if unit is None:
        unit = enter(described(COUNTRY_CODE, "country", COUNTRY_NAME, COUNTRY_NAME))
    return unit


def country() -> Unit:
    """The country, where the ministry's people sit; raises NotFound while units are not imported."""
    unit = db.session.scalar(select(Unit).where(Unit.kind == "country"))
    if unit is None:
        raise NotFound(_("The country is not among the units yet; import the units first."))
    return unit


def seat_of(unit: Unit, kind: str) -> Unit:
    """The unit of `kind` at or above `unit`; raises NotFound when it has none."""
    if kind == "country":
        return country()
    step: Unit | None = unit
    while step is not None and step.kind != kind:
        step = step.parent
    if step is None:
        raise NotFound(_("%(unit)s has no unit of this kind above it.", unit=unit.name))
    return step


def by_code(code: str, on: dt.date | None = None) -> Unit:
    """The unit that has an official code on a day (today), or was the last to have it; raises NotFound."""
    held = select(Unit).join(UnitVersion, UnitVersion.unit_id == Unit.id).where(UnitVersion.code == code)
    unit = db.session.scalar(held.where(UnitVersion.on(on or clock.today())))
    if unit is None and on is None:
        unit = db.session.scalar(held.order_by(UnitVersion.ends_on.desc().nulls_first(), Unit.id.desc()).limit(1))
    if unit is None:
        raise NotFound(_("There is no unit with code %(code)s.", code=code))
    return unit


def find(words: str, kind: str = "", on: dt.date | None = None) -> list[Unit]:
    """Units whose name on a day (today) contains `words`, with or without diacritics; at most MOST_FOUND."""
    table: type[Unit] | type[UnitVersion] = Unit if on is None else UnitVersion
    query = select(Unit.id).where(standing())
    if on is not None:
        query = select(UnitVersion.unit_id.label("id")).where(UnitVersion.on(on))
    query = query.where(table.search_key.contains(search_key(words), autoescape=True))
    if kind:
        query = query.where(table.kind == kind)
    few = query.order_by(table.sort_key, table.id).limit(MOST_FOUND).subquery()
    found = select(Unit).join(few, Unit.id == few.c.id).order_by(Unit.sort_key, Unit.id)
    return list(db.session.scalars(found.options(joinedload(Unit.parent).joinedload(Unit.parent))))


def standing(on: dt.date | None = None) -> ColumnElement[bool]:
    """The units that exist on a day (today)."""
    day = on or clock.today()
    begun = or_(Unit.starts_on.is_(None), Unit.starts_on <= day)
    return and_(begun, or_(Unit.ends_on.is_(None), Unit.ends_on >= day))


def of_kind(kind: str, on: dt.date | None = None) -> list[Unit]:
    """All units of a kind on a day (today) in Vietnamese order; for provinces, of which there are few."""
    return list(db.session.scalars(select(Unit).where(Unit.kind == kind, standing(on)).order_by(Unit.sort_key)))


def version_on(unit: Unit, day: dt.date) -> UnitVersion:
    """What the unit is called and where it belongs on a day; raises NotFound when it does not exist then.

    Days before the record are answered by its first version.
    """
    found = db.session.scalar(select(UnitVersion).where(UnitVersion.unit_id == unit.id, UnitVersion.on(day)))
    if found is None:
        raise NotFound(_("%(unit)s does not exist on %(day)s.", unit=unit.name, day=f"{day:%d/%m/%Y}"))
    return found


def chain_on(unit: Unit, day: dt.date) -> dict[str, UnitVersion]:
    """The unit and those above it as they stand on a day, lowest first, by kind; raises NotFound."""
    found: dict[str, UnitVersion] = {}
    step: Unit | None = unit
    while step is not None:
        version = version_on(step, day)
        found[version.kind] = version
        step = version.parent
    return found


def places_of(dossier: Dossier) -> dict[str, UnitVersion]:
    """The dossier's unit and those above it as they were called when it was begun, lowest first, by kind.

    What a resolution ended before that day, but was entered after it, is called what it was at last.
    """
    day = clock.local_day(dossier.opened_at)
    named = {dossier.place.kind: dossier.place}
    return named | {unit.kind: _called(unit, day) for unit in dossier.above}


def _called(unit: Unit, day: dt.date) -> UnitVersion:
    versions = (
        select(UnitVersion).where(UnitVersion.unit_id == unit.id).order_by(UnitVersion.starts_on.desc().nulls_last())
    )
    begun = or_(UnitVersion.starts_on.is_(None), UnitVersion.starts_on <= day)
    return db.session.scalars(versions.where(begun).limit(1)).one()


def seat_for(dossier: Dossier, kind: str) -> Unit:
    """The unit of `kind` among those the dossier was begun under; raises NotFound when it has none."""
    found = country() if kind == "country" else dossier.places.get(kind)
    if found is None:
        raise NotFound(_("%(unit)s has no unit of this kind above it.", unit=dossier.place.name))
    return found


def taken_over(seats: Collection[int]) -> frozenset[tuple[int, int]]:
    """The units that those of `seats` took over whole, each with its heir."""
    if not seats:
        return frozenset()
    rows = db.session.execute(select(Unit.id, Unit.heir_id).where(Unit.heir_id.in_(seats)))
    return frozenset((one, heir) for one, heir in rows if heir)


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


def disadvantage(unit: Unit, on: dt.date | None = None) -> str:
    """The document by which the unit lies in a disadvantaged area on a day (today); "" when none says so."""
    day, table = on or clock.today(), UnitAttribute
    begun = or_(table.starts_on.is_(None), table.starts_on <= day)
    holds = and_(begun, or_(table.ends_on.is_(None), table.ends_on >= day))
    query = select(table.source).where(table.unit_id == unit.id, table.name == DISADVANTAGED, holds)
    return db.session.scalar(query.order_by(table.id.desc()).limit(1)) or ""
