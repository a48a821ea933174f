"""Offices at units: entered by an administrator with their source, ended on a day, and named where people sit.

A learning centre or an agency is a subject of rating too: its office has a holder, made with it or, where the holder
was entered before under the same name, linked to it. No office is made up: only those that somebody enters exist.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.access.access import HOLDING
from certflow.catalogue import units
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.unique import refusing
from certflow.models.units import Holder, Organisation, Unit
from certflow.units import holders
from certflow.vietnamese import says_something, search_key
from certflow.wording import _

MOST_LISTED = 200
LONGEST_NAME, LONGEST_SOURCE = 200, 300
EVERYWHERE = ("country", "province", "district", "commune")
LOCAL = ("province", "district", "commune")

# At which kinds of units an office of each kind can stand.
KINDS: dict[str, tuple[str, ...]] = {
    "people_committee": LOCAL,
    "education_ministry": ("country",),
    "education_department": ("province",),
    "education_office": ("district", "commune"),
    "study_promotion_association": EVERYWHERE,
    "front": EVERYWHERE,
    "learning_centre": ("commune",),
    "culture_sports_centre": LOCAL,
    "agency": EVERYWHERE,
}


class Seat(TypedDict, total=False):
    """Where at its unit an appointment is, and the paper by which somebody was appointed."""

    organisation_id: int | None
    document: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed of an office: its kind and name, since when it stands (None: not known), and who says so."""

    kind: str
    name: str
    source: str
    starts_on: dt.date | None = None


def kinds_at(unit_kind: str) -> list[str]:
    """The kinds of offices that can stand at a kind of unit."""
    return [kind for kind, places in KINDS.items() if unit_kind in places]


def title(kind: str) -> str:
    """The kind of an office in the reader's language."""
    titles = {
        "people_committee": _("People's committee"),
        "education_ministry": _("Ministry of education"),
        "education_department": _("Department of education"),
        "education_office": _("Education office"),
        "study_promotion_association": _("Study-promotion association"),
        "front": _("Fatherland Front committee"),
        "learning_centre": _("Community learning centre"),
        "culture_sports_centre": _("Culture and sports centre"),
        "agency": _("Agency or unit"),
    }
    return titles.get(kind, kind)


def standing(on: dt.date | None = None) -> ColumnElement[bool]:
    """The offices that exist on a day (today)."""
    day = on or clock.today()
    begun = or_(Organisation.starts_on.is_(None), Organisation.starts_on <= day)
    return and_(begun, or_(Organisation.ends_on.is_(None), Organisation.ends_on >= day))


def at(unit_id: int, on: dt.date | None = None) -> list[Organisation]:
    """The offices at a unit, those that ended with them; with `on` those of that day. At most MOST_LISTED."""
    query = select(Organisation).where(Organisation.unit_id == unit_id)
    query = query.where(standing(on)) if on else query
    return list(db.session.scalars(query.order_by(Organisation.search_key, Organisation.id).limit(MOST_LISTED)))


def add(unit_id: int, entry: Entry, *, actor: User) -> Organisation:
    """Enter an office at a unit; raises Invalid with the messages of all fields at fault."""
    access.require_administrator(actor)
    unit = units.get(unit_id)
    name, source = " ".join(entry.name.split()), " ".join(entry.source.split())
    faults = _faults(unit, entry, name, source)
    if faults:
        raise Invalid(fields=faults)
    made = Organisation(unit_id=unit.id, kind=entry.kind, name=name, search_key=search_key(name)[:LONGEST_NAME])
    made.starts_on, made.source = entry.starts_on, source
    made.entered_by_id, made.entered_at = actor.id, clock.now()
    same = select(Organisation.id).filter_by(unit_id=unit.id, kind=entry.kind, name=name)
    if db.session.scalar(same) is not None:
        raise _taken()
    with refusing("uq_organisation_unit_id_kind_name", _taken()):
        db.session.add(made)
    if made.kind in HOLDING:
        _give_holder(made, unit)
    return made


def _taken() -> Invalid:
    return Invalid(fields={"name": (_("An office of this kind and name is entered at this unit already."),)})


def _faults(unit: Unit, entry: Entry, name: str, source: str) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if entry.kind not in kinds_at(unit.kind):
        faults["kind"] = (_("Choose one of the kinds of offices that stand at such a unit."),)
    for field, typed, most in (("name", name, LONGEST_NAME), ("source", source, LONGEST_SOURCE)):
        if len(typed) > most:
            faults[field] = (_("Shorten this to at most %(most)s characters.", most=most),)
    if not says_something(name):
        faults["name"] = (_("Write the full name."),)
    if not says_something(source):
        faults["source"] = (_("Name the document, or say where you know it from."),)
    if entry.starts_on is not None and not unit.stands_on(entry.starts_on):
        faults["starts_on"] = (_("The unit does not exist on that day."),)
    elif entry.starts_on is None and unit.ends_on is not None and unit.ends_on < clock.today():
        faults["starts_on"] = (_("This unit has ended: give the day since when the office stood there."),)
    return faults


def _give_holder(made: Organisation, unit: Unit) -> None:
    """Link the one holder of this name that was entered before; only where there is none, or several, make one.

    Capital letters make no difference, accents do: "Ấp Tân" and "Ấp Tấn" are two places.
    """
    same = (Holder.unit_id == unit.id, Holder.kind == made.kind, Holder.organisation_id.is_(None))
    query = select(Holder).where(*same, Holder.search_key == made.search_key).with_for_update(of=Holder)
    known = [one for one in db.session.scalars(query) if one.name.casefold() == made.name.casefold()]
    holder = known[0] if len(known) == 1 else holders.named(unit, made.kind, made.name)
    if holder.organisation_id is not None:
        raise _taken()
    holder.organisation_id = made.id
    db.session.flush()


def get(organisation_id: int) -> Organisation:
    """One office with its unit; raises NotFound."""
    query = select(Organisation).where(Organisation.id == organisation_id).options(joinedload(Organisation.unit))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such office."))
    return found


def end(organisation_id: int, *, last_day: dt.date | None, source: str, actor: User) -> Organisation:
    """Let an office end on a day, by the document that says so; the source is kept beside that of its beginning."""
    access.require_administrator(actor)
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update(of=Organisation)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such office."))
    if found.ends_on is not None:
        raise ActionNotOpen(_("The last day of this office is entered already."))
    both = "; ".join((found.source, " ".join(source.split())))
    faults = _faults_in_the_end(found, last_day, source, both)
    if faults:
        raise Invalid(fields=faults)
    found.ends_on, found.source = last_day, both
    db.session.flush()
    return found


def _faults_in_the_end(
    found: Organisation, last_day: dt.date | None, source: str, both: str
) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if last_day is None:
        faults["ends_on"] = (_("Give the last day, for example 31/12/2026."),)
    elif found.starts_on is not None and last_day < found.starts_on:
        faults["ends_on"] = (_("The last day lies before the first day."),)
    if not says_something(source):
        faults["source"] = (_("Name the document, or say where you know it from."),)
    elif len(both) > LONGEST_SOURCE:
        faults["source"] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_SOURCE),)
    return faults


def at_units(unit_ids: Collection[int]) -> list[Organisation]:
    """The offices that stand today at any of several units; at most MOST_LISTED."""
    query = select(Organisation).where(Organisation.unit_id.in_(unit_ids), standing())
    query = query.options(joinedload(Organisation.unit)).order_by(Organisation.search_key, Organisation.id)
    return list(db.session.scalars(query.limit(MOST_LISTED)))


def seat_faults(
    unit_id: int | None, organisation_id: int | None = None, document: str = ""
) -> dict[str, tuple[str, ...]]:
    """What stands against an appointment at an office of a unit, or at a unit that has ended without a document."""
    faults: dict[str, tuple[str, ...]] = {}
    office = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    if organisation_id is not None and (office is None or office.unit_id != unit_id):
        faults["organisation_id"] = (_("Choose an office at the unit that you chose."),)
    elif office is not None and office.ends_on is not None and office.ends_on < clock.today():
        faults["organisation_id"] = (_("This office has ended."),)
    unit = db.session.get(Unit, unit_id) if unit_id is not None else None
    ended = unit is not None and unit.ends_on is not None and unit.ends_on < clock.today()
    if len(document) > LONGEST_SOURCE:
        faults["document"] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_SOURCE),)
    elif ended and not says_something(document):
        words = _("This unit has ended: name the document that lets somebody finish what was begun there.")
        faults["document"] = (words,)
    return faults
