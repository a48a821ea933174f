"""How the offices at units are reached: entered by administrators, shown at the foot of every page."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.errors import Invalid
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.units import OfficeContact, Unit
from certflow.wording import _

LONGEST_NAME, LONGEST_TELEPHONE, LONGEST_HOURS = 200, 40, 200
MOST_SHOWN, MOST_LISTED = 3, 500
TELEPHONE = re.compile(r"\+?[0-9][0-9 .()/-]{5,37}[0-9]\Z")
FEWEST_DIGITS = 7
_MARKUP = re.compile(r"[<>]")
_NEAREST_FIRST = case({"commune": 0, "district": 1, "province": 2}, value=Unit.kind, else_=3)


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """What is typed of an office's contact."""

    name: str
    telephone: str
    hours: str = ""


def enter(unit_id: int, entry: ContactEntry, *, actor: User) -> OfficeContact:
    """Keep the contact of a unit's office, over the earlier one; raises Invalid by field."""
    dated.hold_unit(unit_id, actor)
    entry = ContactEntry(*(dated.joined(text) for text in (entry.name, entry.telephone, entry.hours)))
    if faults := _faults(entry):
        raise Invalid(fields=faults)
    contact = of_unit(unit_id)
    if contact is None:
        contact = OfficeContact(unit_id=unit_id)
        db.session.add(contact)
    contact.name, contact.telephone, contact.hours = entry.name, entry.telephone, entry.hours
    contact.entered_by, contact.entered_at = actor.signature, clock.now()
    db.session.flush()
    return contact


def remove(unit_id: int, *, actor: User) -> None:
    """Show no contact of the unit's office any more; nothing happens without one."""
    access.require_administrator(actor)
    contact = of_unit(unit_id)
    if contact is not None:
        db.session.delete(contact)
        db.session.flush()


def _faults(entry: ContactEntry) -> dated.Faults:
    faults = dated.faults_in_text("name", entry.name, LONGEST_NAME, _("Enter the name of the office."))
    faults |= dated.faults_in_length("hours", entry.hours, LONGEST_HOURS)
    for field in ("name", "hours"):
        if _MARKUP.search(getattr(entry, field)):
            faults[field] = (_("Write plain words without the signs < and >."),)
    digits = sum(sign.isdigit() for sign in entry.telephone)
    if not TELEPHONE.match(entry.telephone) or digits < FEWEST_DIGITS:
        faults["telephone"] = (_("Enter a telephone number, for example 0251 3822 310."),)
    return faults


def of_unit(unit_id: int) -> OfficeContact | None:
    """The contact entered for a unit; None without one."""
    return db.session.get(OfficeContact, unit_id)


def listed() -> list[OfficeContact]:
    """Every contact, offices above first; at most MOST_LISTED."""
    query = _contacts().order_by(_NEAREST_FIRST.desc(), Unit.sort_key, Unit.id)
    return list(db.session.scalars(query.limit(MOST_LISTED)))


def shown_to(unit_ids: Collection[int]) -> list[OfficeContact]:
    """The contacts of these units and of those above them, the nearest first; of the highest offices without units."""
    query = _contacts().order_by(_NEAREST_FIRST, Unit.sort_key, Unit.id).limit(MOST_SHOWN)
    if not unit_ids:
        return list(db.session.scalars(query.where(Unit.kind.in_(("province", "country")))))
    parents = select(Unit.parent_id).where(Unit.id.in_(unit_ids))
    above = select(Unit.parent_id).where(Unit.id.in_(parents))
    return list(db.session.scalars(query.where(or_(*(Unit.id.in_(ids) for ids in (unit_ids, parents, above))))))


def _contacts() -> Select[OfficeContact]:
    return select(OfficeContact).join(OfficeContact.unit).options(joinedload(OfficeContact.unit))
