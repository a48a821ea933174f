"""Offices at units: an administrator enters them with a source and ends them; appointments refer to them.

A learning centre or an agency is a subject of rating too: its office has a holder, made with it or, where the holder
was entered before under the same name, linked to it. No office is made up: only those that somebody enters exist.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.access.access import HOLDING
from certflow.access.dated import Faults
from certflow.catalogue import units
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.models.base import db, refusing
from certflow.models.people import User
from certflow.models.units import Holder, Organisation, Unit
from certflow.units import holders
from certflow.vietnamese import says_something, search_key
from certflow.wording import _

MOST_LISTED = 200
LONGEST_NAME = 200
EVERYWHERE = ("country", "province", "district", "commune")
LOCAL = ("province", "district", "commune")

# At which kinds of units an office of each kind can stand.
KINDS: Faults = {
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


class OfficeSeat(TypedDict, total=False):
    """The office of an appointment, and the document of the appointment."""

    organisation_id: int | None
    document: str


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """The values of a new office: kind, name, source and first day (None: not known)."""

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


def at(unit_id: int, on: dt.date | None = None) -> list[Organisation]:
    """The offices at a unit, ended ones included, or only those that exist on the day `on`; at most MOST_LISTED."""
    query = select(Organisation).where(Organisation.unit_id == unit_id)
    query = query.where(Organisation.stands_on(on)) if on else query
    return list(db.session.scalars(query.order_by(Organisation.search_key, Organisation.id).limit(MOST_LISTED)))


def add(unit_id: int, entry: OfficeEntry, *, actor: User) -> Organisation:
    """Insert an office at a unit; raises Invalid with the messages of all invalid fields."""
    access.require_administrator(actor)
    unit = units.get(unit_id)
    name, source = dated.joined(entry.name), dated.joined(entry.source)
    faults = _faults(unit, entry, name, source)
    if faults:
        raise Invalid(fields=faults)
    key = search_key(name)[:LONGEST_NAME]
    office = Organisation(unit_id=unit.id, kind=entry.kind, name=name, search_key=key, **dated.entered(actor))
    office.starts_on, office.source = entry.starts_on, source
    same = select(Organisation.id).filter_by(unit_id=unit.id, kind=entry.kind, name=name)
    if db.session.scalar(same) is not None:
        raise _taken()
    with refusing("uq_organisation_unit_id_kind_name", _taken()):
        db.session.add(office)
    if office.kind in HOLDING:
        _give_holder(office, unit)
    return office


def _taken() -> Invalid:
    return Invalid(fields={"name": (_("This unit already has an office of this kind and name."),)})


def _faults(unit: Unit, entry: OfficeEntry, name: str, source: str) -> Faults:
    faults: Faults = {}
    if entry.kind not in kinds_at(unit.kind):
        faults["kind"] = (_("Choose a kind of office that such a unit has."),)
    faults |= dated.faults_in_text("name", name, LONGEST_NAME, _("Write the full name."))
    faults |= dated.faults_in_source(source)
    if entry.starts_on is not None and not unit.stands_on(entry.starts_on):
        faults["starts_on"] = (_("The unit does not exist on that day."),)
    elif entry.starts_on is None and not unit.meets(clock.today(), None):
        faults["starts_on"] = (_("This unit has ended: enter the first day of the office there."),)
    return faults


def _give_holder(office: Organisation, unit: Unit) -> None:
    """Link the existing holder of this name; if there is none or more than one, create a holder.

    Capital letters make no difference, accents do: "Ấp Tân" and "Ấp Tấn" are two places.
    """
    same = (Holder.unit_id == unit.id, Holder.kind == office.kind, Holder.organisation_id.is_(None))
    query = select(Holder).where(*same, Holder.search_key == office.search_key).with_for_update(of=Holder)
    holders_named = [
        candidate for candidate in db.session.scalars(query) if candidate.name.casefold() == office.name.casefold()
    ]
    holder = holders_named[0] if len(holders_named) == 1 else holders.named(unit, office.kind, office.name)
    if holder.organisation_id is not None:
        raise _taken()
    holder.organisation_id = office.id
    db.session.flush()


def get(organisation_id: int) -> Organisation:
    """One office with its unit; raises NotFound."""
    query = select(Organisation).where(Organisation.id == organisation_id).options(joinedload(Organisation.unit))
    return _found(db.session.scalar(query))


def _found(office: Organisation | None) -> Organisation:
    if office is None:
        raise NotFound(_("There is no such office."))
    return office


def end(organisation_id: int, *, last_day: dt.date | None, source: str, actor: User) -> Organisation:
    """Set the last day of an office, with its source document; raises ActionNotOpen if it has one."""
    access.require_administrator(actor)
    office = _found(db.session.get(Organisation, organisation_id, with_for_update=True, populate_existing=True))
    if office.ends_on is not None:
        raise ActionNotOpen(_("This office already has a last day."))
    dated.end_by_source(office, last_day=last_day, source=source)
    return office


def at_units(unit_ids: Collection[int]) -> list[Organisation]:
    """The offices that exist today at any of these units; at most MOST_LISTED."""
    query = select(Organisation).where(Organisation.unit_id.in_(unit_ids), Organisation.stands_on(clock.today()))
    query = query.options(joinedload(Organisation.unit)).order_by(Organisation.search_key, Organisation.id)
    return list(db.session.scalars(query.limit(MOST_LISTED)))


def seat_faults(unit_id: int | None, organisation_id: int | None = None, document: str = "") -> Faults:
    """The faults of an appointment by field: a wrong or ended office, or an ended unit without a document."""
    faults: Faults = {}
    office = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    if organisation_id is not None and (office is None or office.unit_id != unit_id):
        faults["organisation_id"] = (_("Choose an office at the unit that you chose."),)
    elif office is not None and not office.meets(clock.today(), None):
        faults["organisation_id"] = (_("This office has ended."),)
    unit = db.session.get(Unit, unit_id) if unit_id is not None else None
    ended = unit is not None and not unit.meets(clock.today(), None)
    faults |= dated.faults_in_length("document", document, dated.LONGEST_SOURCE)
    if ended and not says_something(document):
        words = _("This unit has ended: name the document that allows a person to finish the dossiers opened there.")
        faults["document"] = (words,)
    return faults
