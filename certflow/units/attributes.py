"""Attributes of units with dates and a source document: that a unit lies in a disadvantaged area."""

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
    """The attributes of a unit, latest first; at most MOST_LISTED."""
    query = select(UnitAttribute).where(UnitAttribute.unit_id == unit_id)
    latest = query.order_by(UnitAttribute.starts_on.desc().nulls_last(), UnitAttribute.id.desc())
    return list(db.session.scalars(latest.limit(MOST_LISTED)))


def get(attribute_id: int) -> UnitAttribute:
    """The attribute with this id; raises NotFound."""
    return _found(db.session.get(UnitAttribute, attribute_id))


def _found(statement: UnitAttribute | None) -> UnitAttribute:
    if statement is None:
        raise NotFound(_("There is no such entry."))
    return statement


def add(
    unit_id: int, *, source: str, starts_on: dt.date | None, ends_on: dt.date | None = None, actor: User
) -> UnitAttribute:
    """Record that a unit lies in a disadvantaged area; raises Invalid for faults and for overlapping dates."""
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
    """Set the last day of an attribute, with its source document; dossiers opened earlier keep the attribute."""
    access.require_administrator(actor)
    statement = _found(db.session.get(UnitAttribute, attribute_id, with_for_update=True, populate_existing=True))
    if statement.ends_on is not None:
        raise ActionNotOpen(_("This entry already has a last day."))
    dated.end_by_source(statement, last_day=last_day, source=source)
    return statement


def mark_disadvantaged(unit: Unit, source: str, *, since: dt.date | None = None, until: dt.date | None = None) -> None:
    """Record the attribute for the demonstration data: no actor, no check for overlapping dates."""
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
