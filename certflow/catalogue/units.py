"""Administrative units: importing the real ones, finding them again, as they stand on a day."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import SQLCoreOperations

from certflow import clock
from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.units import Unit, UnitAttribute, UnitVersion
from certflow.vietnamese import search_key
from certflow.wording import _

MOST_FOUND = 20
COUNTRY_CODE, COUNTRY_NAME = "VN", "Trung ương"
DISADVANTAGED = "disadvantaged_area"


def get(unit_id: int) -> Unit:
    """A unit with the units above it; raises NotFound."""
    unit = db.session.scalar(
        select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.parent).joinedload(Unit.parent))
    )
    if unit is None:
        raise NotFound(_("There is no such unit."))
    return unit


def country() -> Unit:
    """The country, where the ministry's people sit; raises NotFound while units are not imported."""
    unit = db.session.scalar(select(Unit).where(Unit.kind == "country"))
    if unit is None:
        raise NotFound(_("The units do not include the country yet; import the units first."))
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
    query = select(Unit).join(UnitVersion, UnitVersion.unit_id == Unit.id).where(UnitVersion.code == code)
    unit = db.session.scalar(query.where(UnitVersion.stands_on(on or clock.today())))
    if unit is None and on is None:
        unit = db.session.scalar(query.order_by(UnitVersion.ends_on.desc().nulls_first(), Unit.id.desc()).limit(1))
    if unit is None:
        raise NotFound(_("There is no unit with code %(code)s.", code=code))
    return unit


def find(words: str, kind: str = "", on: dt.date | None = None) -> list[Unit]:
    """Units whose name on a day (today) contains `words`, with or without diacritics; at most MOST_FOUND."""
    table: type[Unit] | type[UnitVersion] = Unit if on is None else UnitVersion
    query = select(Unit.id).where(standing())
    if on is not None:
        query = select(UnitVersion.unit_id.label("id")).where(UnitVersion.stands_on(on))
    query = query.where(table.search_key.contains(search_key(words), autoescape=True))
    if kind:
        query = query.where(table.kind == kind)
    few = query.order_by(table.sort_key, table.id).limit(MOST_FOUND).subquery()
    ordered = select(Unit).join(few, Unit.id == few.c.id).order_by(Unit.sort_key, Unit.id)
    return list(db.session.scalars(ordered.options(joinedload(Unit.parent).joinedload(Unit.parent))))


def standing(on: dt.date | None = None) -> SQLCoreOperations[bool]:
    """The units that exist on a day (today)."""
    return Unit.stands_on(on or clock.today())


def of_kind(kind: str, on: dt.date | None = None) -> list[Unit]:
    """All units of a kind on a day (today) in Vietnamese order; for provinces, of which there are few."""
    return list(db.session.scalars(select(Unit).where(Unit.kind == kind, standing(on)).order_by(Unit.sort_key)))


def version_on(unit: Unit, day: dt.date) -> UnitVersion:
    """What the unit is called and where it belongs on a day; raises NotFound when it does not exist then.

    Days before the record are answered by its first version.
    """
    version = db.session.scalar(select(UnitVersion).where(UnitVersion.unit_id == unit.id, UnitVersion.stands_on(day)))
    if version is None:
        raise NotFound(_("%(unit)s does not exist on %(day)s.", unit=unit.name, day=f"{day:%d/%m/%Y}"))
    return version


def chain_on(unit: Unit, day: dt.date) -> dict[str, UnitVersion]:
    """The unit and those above it as they stand on a day, lowest first, by kind; raises NotFound."""
    by_kind: dict[str, UnitVersion] = {}
    step: Unit | None = unit
    while step is not None:
        version = version_on(step, day)
        by_kind[version.kind] = version
        step = version.parent
    return by_kind


def places_of(dossier: Dossier) -> dict[str, UnitVersion]:
    """The dossier's unit and those above it as they were called when it was begun, lowest first, by kind.

    A unit that ended before that day, by a resolution entered later, has its last name.
    """
    day = clock.local_day(dossier.opened_at)
    own_place = {dossier.place.kind: dossier.place}
    return own_place | {unit.kind: _called(unit, day) for unit in dossier.above}


def _called(unit: Unit, day: dt.date) -> UnitVersion:
    begun = select(UnitVersion).where(UnitVersion.unit_id == unit.id, UnitVersion.meets(None, day))
    return db.session.scalars(begun.order_by(UnitVersion.starts_on.desc().nulls_last()).limit(1)).one()


def seat_for(dossier: Dossier, kind: str) -> Unit:
    """The unit of `kind` among those the dossier was begun under; raises NotFound when it has none."""
    seat = country() if kind == "country" else dossier.places.get(kind)
    if seat is None:
        raise NotFound(_("%(unit)s has no unit of this kind above it.", unit=dossier.place.name))
    return seat


def disadvantage(unit: Unit, on: dt.date | None = None) -> str:
    """The document by which the unit lies in a disadvantaged area on a day (today); "" when none says so."""
    table = UnitAttribute
    holds = table.name == DISADVANTAGED, table.stands_on(on or clock.today())
    query = select(table.source).where(table.unit_id == unit.id, *holds)
    return db.session.scalar(query.order_by(table.id.desc()).limit(1)) or ""
