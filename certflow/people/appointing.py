"""Appointments: to most roles by one administrator, to those that judge, decide, sign or administer by two.

The two are an administrator who proposes with the document, and another one who confirms. Nobody both administers and
judges, decides or signs: who keeps the accounts could otherwise make a title alone.
"""

import datetime as dt
from typing import Any, Unpack

from sqlalchemy import select

from certflow import clock
from certflow.access import access
from certflow.accounts.directory import get
from certflow.approval import proposals
from certflow.approval.proposals import ActKind, same_person
from certflow.catalogue.role_titles import privileged_roles, roles
from certflow.errors import Invalid
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.models.units import Unit
from certflow.people import people
from certflow.units.organisations import OfficeSeat
from certflow.wording import N_, _

SHOWN_FOR = dt.timedelta(days=14)
MOST_SHOWN = 5


def appoint(
    user_id: int,
    *,
    actor: User,
    role: str,
    unit_id: int | None,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    **seat: Unpack[OfficeSeat],
) -> Appointment | Proposal:
    """Appoint a person to a role at a unit between two days (no end: until further notice).

    A privileged role is only proposed until another administrator confirms it. Raises Invalid with the field's message.
    """
    access.require_administrator(actor)
    user = get(user_id)
    if role not in privileged_roles():
        return people.give(user, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on, actor=actor, **seat)
    faults = people.appointment_faults(user, role, unit_id, starts_on, ends_on, **seat)
    if not seat.get("document", "").strip():
        words = _("Name the document of the appointment: this role judges, decides, signs or administers.")
        faults["document"] = (words,)
    if faults:
        raise Invalid(fields=faults)
    first = starts_on or clock.today()
    days = {"starts_on": first.isoformat(), "ends_on": ends_on.isoformat() if ends_on else None}
    content: dict[str, Any] = {"role": role, "unit_id": unit_id, **days, **seat}
    return proposals.propose(KIND, actor=actor, content=content, user_id=user.id)


def recent_at(actor: User) -> list[tuple[Proposal, User]]:
    """The newest confirmed appointments of the last days at the units where `actor` has a part, with the person."""
    seats = {appointment.unit_id for appointment in access.appointments(actor) if appointment.unit_id is not None}
    if not seats:
        return []
    query = select(Proposal, User).join(User, Proposal.user_id == User.id)
    query = query.where(Proposal.outcome == "confirmed", Proposal.settled_at > clock.now() - SHOWN_FOR)
    newest = db.session.execute(query.order_by(Proposal.id.desc()).limit(100)).all()
    return [(row[0], row[1]) for row in newest if row[0].content["unit_id"] in seats][:MOST_SHOWN]


def waiting_about(user: User) -> Proposal | None:
    """The appointment that was proposed for a person and is not settled yet."""
    return proposals.open_about(KIND, user_id=user.id)


def _settles(proposal: Proposal, actor: User) -> bool:
    return access.is_administrator(actor) and proposal.user is not None and not same_person(proposal.user, actor)


def _carry_out(proposal: Proposal, actor: User) -> None:
    """Raises Invalid when it would no longer be allowed."""
    content = proposal.content
    user, ends_on = get(proposal.user_id or 0), content["ends_on"]
    people.give(
        user,
        role=content["role"],
        unit_id=content["unit_id"],
        starts_on=dt.date.fromisoformat(content["starts_on"]),
        ends_on=dt.date.fromisoformat(ends_on) if ends_on else None,
        actor=actor,
        organisation_id=content.get("organisation_id"),
        document=content["document"],
    )


def _subject(proposal: Proposal) -> tuple[str, str, dict[str, Any]]:
    return proposal.user.full_name if proposal.user else "", "people.appoint", {"user_id": proposal.user_id or 0}


def _lines(proposal: Proposal) -> list[tuple[str, str]]:
    content = proposal.content
    unit = db.session.get(Unit, content["unit_id"]) if content["unit_id"] else None
    title = roles().get(content["role"], (content["role"], ""))[0]
    return [
        (_("Role"), f"{title}, {unit.name}" if unit else title),
        (_("First day"), _day(content["starts_on"])),
        (_("Last day"), _day(content["ends_on"]) if content["ends_on"] else _("until further notice")),
        (_("Document of the appointment"), content["document"]),
    ]


def _day(text: str) -> str:
    return f"{dt.date.fromisoformat(text):%d/%m/%Y}"


KIND = proposals.register(ActKind("appointment", N_("An appointment"), _subject, _lines, _settles, _carry_out))
