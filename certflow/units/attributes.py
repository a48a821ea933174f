"""What documents say of units: that one lies in a disadvantaged area, from one day to another."""

import datetime as dt

from sqlalchemy import select

from certflow import clock
from certflow.access import access
from certflow.catalogue import units
from certflow.catalogue.units import DISADVANTAGED
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.models.base import begin_writing, db
from certflow.models.people import User
from certflow.models.units import Unit, UnitAttribute
from certflow.vietnamese import says_something
from certflow.wording import _

LONGEST_SOURCE = 300
MOST_LISTED = 50


def of_unit(unit_id: int) -> list[UnitAttribute]:
    """What was entered of a unit, the latest first."""
    query = select(UnitAttribute).where(UnitAttribute.unit_id == unit_id)
    latest = query.order_by(UnitAttribute.starts_on.desc().nulls_last(), UnitAttribute.id.desc())
    return list(db.session.scalars(latest.limit(MOST_LISTED)))


def get(attribute_id: int) -> UnitAttribute:
    """One statement; raises NotFound."""
    found = db.session.get(UnitAttribute, attribute_id)
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found


def add(
    unit_id: int, *, source: str, starts_on: dt.date | None, ends_on: dt.date | None = None, actor: User
) -> UnitAttribute:
    """Note that a unit lies in a disadvantaged area, by its document; of two for the same days one is enough."""
    access.require_administrator(actor)
    unit = units.get(unit_id)
    faults = _faults_of_the_source(source) | _faults_in_days(unit, starts_on, ends_on)
    if faults:
        raise Invalid(fields=faults)
    begin_writing()
    db.session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))
    for other in of_unit(unit_id):
        if _meet(other, starts_on, ends_on):
            raise Invalid(fields={"starts_on": (_("For some of these days it is entered already."),)})
    made = UnitAttribute(unit_id=unit_id, name=DISADVANTAGED, source=" ".join(source.split()))
    made.starts_on, made.ends_on = starts_on, ends_on
    made.entered_by_id, made.entered_at = actor.id, clock.now()
    db.session.add(made)
    db.session.flush()
    return made


def _faults_of_the_source(source: str) -> dict[str, tuple[str, ...]]:
    if not says_something(source):
        return {"source": (_("Name the document that lists the unit."),)}
    if len(source) > LONGEST_SOURCE:
        return {"source": (_("Shorten this to at most %(most)s characters.", most=LONGEST_SOURCE),)}
    return {}


def _faults_in_days(unit: Unit, first: dt.date | None, last: dt.date | None) -> dict[str, tuple[str, ...]]:
    if first is None:
        return {"starts_on": (_("Give the first day, for example 01/01/2026."),)}
    if not unit.stands_on(first):
        return {"starts_on": (_("The unit does not exist on that day."),)}
    if last is not None and last < first:
        return {"ends_on": (_("The last day lies before the first day."),)}
    return {}


def _meet(other: UnitAttribute, first: dt.date | None, last: dt.date | None) -> bool:
    begins = (other.starts_on or dt.date.min) <= (last or dt.date.max)
    return begins and (other.ends_on or dt.date.max) >= (first or dt.date.min)


def end(attribute_id: int, *, last_day: dt.date | None, source: str, actor: User) -> UnitAttribute:
    """Let what was said of a unit hold until a day, by the document that says so; dossiers begun before keep theirs."""
    access.require_administrator(actor)
    query = select(UnitAttribute).where(UnitAttribute.id == attribute_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such entry."))
    if found.ends_on is not None:
        raise ActionNotOpen(_("The last day of this entry is given already."))
    both = "; ".join((found.source, " ".join(source.split())))
    faults = _faults_of_the_source(source) or _faults_of_the_source(both)
    if last_day is None:
        faults["ends_on"] = (_("Give the last day, for example 31/12/2026."),)
    elif last_day < (found.starts_on or dt.date.min):
        faults["ends_on"] = (_("The last day lies before the first day."),)
    if faults:
        raise Invalid(fields=faults)
    found.ends_on, found.source = last_day, both
    db.session.flush()
    return found


def mark_disadvantaged(unit: Unit, source: str, *, since: dt.date | None = None, until: dt.date | None = None) -> None:
    """As `add` without an actor and without looking at other entries: for the practice season."""
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
