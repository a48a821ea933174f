"""What documents say of units: that one lies in a disadvantaged area, from one day to another."""

import datetime as dt

from sqlalchemy import exists, select

from certflow import clock
from certflow.access import access, dated
from certflow.catalogue import units
from certflow.catalogue.units import DISADVANTAGED
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.units import Unit, UnitAttribute
from certflow.wording import _

MOST_LISTED = 50


def of_unit(unit_id: int) -> list[UnitAttribute]:
    """What was entered of a unit, the latest first."""
    query = select(UnitAttribute).where(UnitAttribute.unit_id == unit_id)
    latest = query.order_by(UnitAttribute.starts_on.desc().nulls_last(), UnitAttribute.id.desc())
    return list(db.session.scalars(latest.limit(MOST_LISTED)))


def get(attribute_id: int) -> UnitAttribute:
    """One statement; raises NotFound."""
    return _found(db.session.get(UnitAttribute, attribute_id))


def _found(statement: UnitAttribute | None) -> UnitAttribute:
    if statement is None:
        raise NotFound(_("There is no such entry."))
    return statement


def add(
    unit_id: int, *, source: str, starts_on: dt.date | None, ends_on: dt.date | None = None, actor: User
) -> UnitAttribute:
    """Note that a unit lies in a disadvantaged area, by its document; of two for the same days one is enough."""
    access.require_administrator(actor)
    unit = units.get(unit_id)
    faults = dated.faults_in_days(starts_on, ends_on)
    faults |= dated.faults_in_text("source", source, dated.LONGEST_SOURCE, _("Enter the document that lists the unit."))
    if starts_on is not None and not unit.stands_on(starts_on):
        faults["starts_on"] = (_("The unit does not exist on that day."),)
    if faults:
        raise Invalid(fields=faults)
    dated.hold_unit(unit_id, actor)
    same = UnitAttribute.unit_id == unit_id, UnitAttribute.meets(starts_on, ends_on)
    if db.session.scalar(select(exists().where(*same))):
        raise Invalid(fields={"starts_on": (_("It is already entered for some of these days."),)})
    statement = UnitAttribute(unit_id=unit_id, name=DISADVANTAGED, source=dated.joined(source), **dated.entered(actor))
    statement.starts_on, statement.ends_on = starts_on, ends_on
    db.session.add(statement)
    db.session.flush()
    return statement


def end(attribute_id: int, *, last_day: dt.date | None, source: str, actor: User) -> UnitAttribute:
    """Let what was said of a unit hold until a day, by the document that says so; dossiers begun before keep theirs."""
    access.require_administrator(actor)
    statement = _found(db.session.get(UnitAttribute, attribute_id, with_for_update=True, populate_existing=True))
    if statement.ends_on is not None:
        raise ActionNotOpen(_("This entry already has a last day."))
    dated.end_by_source(statement, last_day=last_day, source=source)
    return statement


def mark_disadvantaged(unit: Unit, source: str, *, since: dt.date | None = None, until: dt.date | None = None) -> None:
    """As `add` without an actor and without looking at other entries: for the practice season."""
    if not source.strip():
        raise Invalid(fields={"disadvantaged_source": (_("Enter the document that lists the unit."),)})
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
