"""Administrative units: importing the real ones, finding them again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.domain.vietnamese import search_key, sort_key
from certflow.errors import Invalid, NotFound
from certflow.gateways.unit_data import UnitRow
from certflow.models.base import db
from certflow.models.places import Unit
from certflow.wording import _

MOST_FOUND = 20
COUNTRY_CODE = "VN"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made and what was already there."""

    made: int
    kept: int


def import_units(rows: Iterable[UnitRow], tick: Callable[[], None] = lambda: None) -> Imported:
    """Store units, parents first; a code that is already stored is left as it is, so a repeat changes nothing."""
    known = dict(db.session.execute(select(Unit.code, Unit.id)).all())
    made = kept = 0
    for row in rows:
        tick()
        if row.code in known:
            kept += 1
            continue
        unit = Unit(
            code=row.code,
            kind=row.kind,
            name=row.name,
            short_name=row.short_name,
            search_key=search_key(row.name),
            sort_key=sort_key(row.short_name),
            parent_id=known[row.parent_code] if row.parent_code else None,
        )
        db.session.add(unit)
        db.session.flush()
        known[row.code] = unit.id
        made += 1
    return Imported(made, kept)


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
        name = "Trung ương"
        keys = {"search_key": search_key(name), "sort_key": sort_key(name)}
        unit = Unit(code=COUNTRY_CODE, kind="country", name=name, short_name=name, **keys)
        db.session.add(unit)
        db.session.flush()
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


def by_code(code: str) -> Unit:
    """The unit with an official code; raises NotFound."""
    unit = db.session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise NotFound(_("There is no unit with code %(code)s.", code=code))
    return unit


def find(words: str, kind: str = "") -> list[Unit]:
    """Units whose name contains `words`, typed with or without diacritics; at most MOST_FOUND."""
    query = select(Unit).where(Unit.search_key.contains(search_key(words), autoescape=True))
    if kind:
        query = query.where(Unit.kind == kind)
    query = query.options(joinedload(Unit.parent).joinedload(Unit.parent)).order_by(Unit.sort_key, Unit.id)
    return list(db.session.scalars(query.limit(MOST_FOUND)))


def of_kind(kind: str) -> list[Unit]:
    """All units of a kind in Vietnamese order; for provinces, of which there are few."""
    return list(db.session.scalars(select(Unit).where(Unit.kind == kind).order_by(Unit.sort_key)))


def mark_disadvantaged(unit: Unit, source: str) -> None:
    """Note that a unit lies in a disadvantaged area, by the document that says so."""
    if not source.strip():
        raise Invalid(fields={"disadvantaged_source": (_("Name the document that lists the unit."),)})
    unit.disadvantaged_area, unit.disadvantaged_source = True, source.strip()
    db.session.flush()
