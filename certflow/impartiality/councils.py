"""Appraisal councils of offices: recorded with a document, with members and their days."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from certflow import clock
from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.law.councils import PARTS
from certflow.models.base import Pagination, db, refusing
from certflow.models.impartiality import Council, CouncilMember
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.people import people
from certflow.rounds import rounds
from certflow.wording import N_, _

MOST_MEMBERS = 40
REGISTER = dated.Register(Council, N_("There is no such council."), N_("This council has been dissolved."))


@dataclass(frozen=True, slots=True)
class CouncilEntry:
    """The values of a new council: for one round, or for all rounds of its scheme and year if `whole_year`."""

    round_id: int
    unit_id: int | None
    document_number: str
    document_date: dt.date | None
    whole_year: bool = False


def enter(entry: CouncilEntry, *, actor: User) -> Council:
    """Insert a council with its document; raises Invalid by field, or if the office already has a council."""
    access.require_administrator(actor)
    round_ = rounds.get(entry.round_id)
    unit = db.session.get(Unit, entry.unit_id) if entry.unit_id else None
    faults = _faults(round_, unit, entry)
    if faults or unit is None:
        raise Invalid(fields=faults)
    of = {"workflow": round_.workflow, "assessed_year": round_.assessed_year, "document_date": entry.document_date}
    council = Council(unit_id=unit.id, **of, **dated.entered(actor))
    council.round_id, council.document_number = None if entry.whole_year else round_.id, entry.document_number.strip()
    duplicate = Invalid(
        _("This office already has a council for this round; dissolve that council first, or change its members.")
    )
    if db.session.scalar(_same(council)):
        raise duplicate
    with refusing("uq_council_unit_year" if entry.whole_year else "uq_council_unit_round", duplicate):
        db.session.add(council)
    return council


def _same(council: Council) -> Select[int]:
    standing = select(Council.id).where(Council.unit_id == council.unit_id, Council.withdrawn_at.is_(None))
    if council.round_id is not None:
        return standing.where(Council.round_id == council.round_id)
    of_year = Council.workflow == council.workflow, Council.assessed_year == council.assessed_year
    return standing.where(Council.round_id.is_(None), *of_year)


def seat_of(round_: Round) -> str:
    """The kind of unit that sets up the council of a round; "" if the scheme needs no council."""
    return workflow_of(round_).impartiality.council_seat


def _faults(round_: Round, unit: Unit | None, entry: CouncilEntry) -> Faults:
    seat = seat_of(round_)
    faults: Faults = {}
    if not seat:
        faults["round_id"] = (_("No result is put forward in this scheme, so it needs no council."),)
    elif unit is None or unit.kind != seat or not _of_round(round_, unit):
        kind = role_titles.kind_title(seat)
        faults["unit_id"] = (_("Choose the unit that sets up this council: a %(kind)s.", kind=kind),)
    missing, most = _("Enter the number of the document that sets up the council."), dated.LONGEST["document_number"]
    faults |= dated.faults_in_text("document_number", entry.document_number, most, missing)
    return faults | dated.faults_in_date(entry.document_date)


def _of_round(round_: Round, unit: Unit) -> bool:
    """Whether a unit lies in the round's province, or is the country."""
    return unit.kind == "country" or access.chain(unit)["province"].seat_id == round_.unit_id


def seat(
    council_id: int,
    *,
    actor: User,
    user_id: int,
    part: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None = None,
) -> CouncilMember:
    """Add a person to a council as "chair", "secretary" or "member"; raises Invalid by field."""
    access.require_administrator(actor)
    # The council's row is locked, so that two administrators cannot fill the same role.
    council, user = REGISTER.open(council_id), directory.get(user_id)
    faults = _part_faults(council, part) | _person_faults(council, user) | dated.faults_in_days(starts_on, ends_on)
    if faults:
        raise Invalid(fields=faults)
    member = CouncilMember(council_id=council.id, seated=user.signature, part=part)
    member.starts_on, member.ends_on = starts_on or clock.today(), ends_on
    member.named_by, member.named_at = actor.signature, clock.now()
    db.session.add(member)
    db.session.flush()
    db.session.expire(council, ["members"])
    db.session.expire(user, ["council_seats"])
    return member


def _part_faults(council: Council, part: str) -> Faults:
    if part not in PARTS:
        return {"part": (_("Choose a role from the list."),)}
    if part != "member" and any(member.part == part for member in _present(council)):
        return {"part": (_("The council already has a person in this role; end that role first."),)}
    return {}


def _person_faults(council: Council, user: User) -> Faults:
    present = _present(council)
    if any(member.user.person_id == user.person_id for member in present):
        return {"user_id": (_("%(name)s is already on this council.", name=user.full_name),)}
    if len(present) >= MOST_MEMBERS:
        return {"user_id": (_("A council has at most %(most)s members.", most=MOST_MEMBERS),)}
    if people.administers(user):
        return {"user_id": (people.both_words(),)}
    return {}


def _present(council: Council) -> list[CouncilMember]:
    """The members of a council today or from a later day."""
    return [member for member in council.members if member.goes_on(clock.today())]


def end_seat(member_id: int, *, actor: User) -> CouncilMember:
    """End a membership now; its days stay on record."""
    access.require_administrator(actor)
    member = db.session.get(CouncilMember, member_id, with_for_update=True, populate_existing=True)
    if member is None:
        raise NotFound(_("There is no such member of a council."))
    if not member.goes_on(clock.today()):
        raise ActionNotOpen(_("This role has already ended."))
    dated.end_part(member)
    return member


def dissolve(council_id: int, reason: str, *, actor: User) -> Council:
    """Dissolve a council with a reason; it stays on record, and a new one can be recorded."""
    access.require_administrator(actor)
    return REGISTER.withdraw(REGISTER.held(council_id), reason, actor=actor)


def get(council_id: int) -> Council:
    """A council with its members; raises NotFound."""
    return REGISTER.get(council_id, *_SHOWN)


_MEMBERS = selectinload(Council.members).joinedload(CouncilMember.user)
_SHOWN = _MEMBERS, joinedload(Council.unit), joinedload(Council.round)


def listed(page: int = 1) -> Pagination:
    """One page of councils, the newest first."""
    return dated.page_of(select(Council).options(*_SHOWN).order_by(Council.id.desc()), page)
