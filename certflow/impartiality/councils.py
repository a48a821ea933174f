"""The councils that offices set up to appraise: recorded with their document, their members from day to day."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from certflow import clock
from certflow.access import access
from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.law.councils import PARTS
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.impartiality import Council, CouncilMember
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.unique import refusing
from certflow.models.units import Unit
from certflow.rounds import rounds
from certflow.vietnamese import says_something
from certflow.wording import _

PAGE_SIZE, MOST_MEMBERS = 50, 40
LONGEST_DOCUMENT, LONGEST_REASON = 120, 4000


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed of a council: of a round, or of all rounds of its scheme and year when `whole_year`."""

    round_id: int
    unit_id: int | None
    document_number: str
    document_date: dt.date | None
    whole_year: bool = False


def enter(entry: Entry, *, actor: User) -> Council:
    """Record a council by the document that sets it up; raises Invalid with the fields' messages."""
    access.require_administrator(actor)
    found = rounds.get(entry.round_id)
    unit = db.session.get(Unit, entry.unit_id) if entry.unit_id else None
    faults = _faults(found, unit, entry)
    if faults or unit is None or entry.document_date is None:
        raise Invalid(fields=faults)
    made = Council(unit_id=unit.id, workflow=found.workflow, assessed_year=found.assessed_year)
    made.round_id = None if entry.whole_year else found.id
    made.document_number, made.document_date = entry.document_number.strip(), entry.document_date
    made.entered_by_id, made.entered_at = actor.id, clock.now()
    taken = Invalid(_("This office already has a council for this; dissolve it first, or change its members."))
    if db.session.scalar(_same(made)):
        raise taken
    with refusing("uq_council_unit_year" if entry.whole_year else "uq_council_unit_round", taken):
        db.session.add(made)
    return made


def _same(made: Council) -> Select[int]:
    standing = select(Council.id).where(Council.unit_id == made.unit_id, Council.dissolved_at.is_(None))
    if made.round_id is not None:
        return standing.where(Council.round_id == made.round_id)
    of_year = Council.workflow == made.workflow, Council.assessed_year == made.assessed_year
    return standing.where(Council.round_id.is_(None), *of_year)


def seat_of(found: Round) -> str:
    """The kind of unit whose office sets up the council of a round's dossiers; "" where its scheme puts nothing up."""
    return workflow_of(found).impartiality.council_seat


def _faults(found: Round, unit: Unit | None, entry: Entry) -> dict[str, tuple[str, ...]]:
    seat = seat_of(found)
    faults: dict[str, tuple[str, ...]] = {}
    if not seat:
        faults["round_id"] = (_("In this scheme no result is put forward, so that it needs no council."),)
    elif unit is None or unit.kind != seat or not _of_round(found, unit):
        kind = role_titles.kind_title(seat)
        faults["unit_id"] = (_("Choose the unit at which this council is set up: a %(kind)s.", kind=kind),)
    if not says_something(entry.document_number):
        faults["document_number"] = (_("Give the number of the document that sets up the council."),)
    elif len(entry.document_number) > LONGEST_DOCUMENT:
        faults["document_number"] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_DOCUMENT),)
    if entry.document_date is None:
        faults["document_date"] = (_("Give the date of the document."),)
    elif entry.document_date > clock.today():
        faults["document_date"] = (_("The date of the document lies in the future"),)
    return faults


def _of_round(found: Round, unit: Unit) -> bool:
    """Whether a unit lies in the round's province, or is the country."""
    return unit.kind == "country" or access.chain(unit)["province"].seat_id == found.unit_id


def seat(
    council_id: int,
    *,
    actor: User,
    user_id: int,
    part: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None = None,
) -> CouncilMember:
    """Put a person on a council as its "chair", its "secretary" or a "member"."""
    access.require_administrator(actor)
    council, user = _standing(council_id), directory.get(user_id)
    faults = _part_faults(council, part) | _person_faults(council, user)
    if starts_on is None:
        faults["starts_on"] = (_("Give the first day, for example 01/01/2026."),)
    elif ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = (_("The last day lies before the first day."),)
    if faults or starts_on is None:
        raise Invalid(fields=faults)
    made = CouncilMember(council_id=council.id, user_id=user.id, part=part, starts_on=starts_on, ends_on=ends_on)
    made.named_by_id, made.named_at = actor.id, clock.now()
    db.session.add(made)
    db.session.flush()
    db.session.expire(council, ["members"])
    db.session.expire(user, ["council_seats"])
    return made


Faults = dict[str, tuple[str, ...]]


def _part_faults(council: Council, part: str) -> Faults:
    if part not in PARTS:
        return {"part": (_("Choose one of the parts listed."),)}
    if part != "member" and any(one.part == part for one in _present(council)):
        return {"part": (_("The council has a person in this part; end that part first."),)}
    return {}


def _person_faults(council: Council, user: User) -> Faults:
    present = _present(council)
    if any(one.user.person_id == user.person_id for one in present):
        return {"user_id": (_("%(name)s is on this council already.", name=user.full_name),)}
    if len(present) >= MOST_MEMBERS:
        return {"user_id": (_("A council has at most %(most)s members.", most=MOST_MEMBERS),)}
    return {}


def _present(council: Council) -> list[CouncilMember]:
    """Who sits on a council today or will from a later day on."""
    today = clock.today()
    return [one for one in council.members if one.ended_at is None and (one.ends_on is None or one.ends_on >= today)]


def _standing(council_id: int) -> Council:
    """A council that is held, so that two administrators do not fill the same part."""
    held = db.session.get(Council, council_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound(_("There is no such council."))
    if held.dissolved_at is not None:
        raise ActionNotOpen(_("This council has been dissolved."))
    return held


def end_seat(member_id: int, *, actor: User) -> CouncilMember:
    """End a person's part in a council now; its days stay on record."""
    access.require_administrator(actor)
    found = db.session.get(CouncilMember, member_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such member of a council."))
    if found.ended_at is not None or (found.ends_on or clock.today()) < clock.today():
        raise ActionNotOpen(_("This part has already ended."))
    found.ended_at, found.ends_on = clock.now(), max(clock.today(), found.starts_on)
    db.session.flush()
    return found


def dissolve(council_id: int, reason: str, *, actor: User) -> Council:
    """Let a council be no more, with a reason; it stays on record, and another one can be recorded."""
    access.require_administrator(actor)
    council = _standing(council_id)
    if not says_something(reason):
        raise Invalid(fields={"reason": (_("A reason must be given"),)})
    council.dissolved_at, council.dissolved_by_id, council.dissolved_reason = clock.now(), actor.id, reason.strip()
    db.session.flush()
    return council


def get(council_id: int) -> Council:
    """A council with its members; raises NotFound."""
    found = db.session.scalar(_shown().where(Council.id == council_id))
    if found is None:
        raise NotFound(_("There is no such council."))
    return found


def _shown() -> Select[Council]:
    members = selectinload(Council.members).joinedload(CouncilMember.user)
    return select(Council).options(members, joinedload(Council.unit), joinedload(Council.round))


def listed(page: int = 1) -> tuple[list[Council], int]:
    """One page of councils, the newest first, and how many there are in all."""
    total = db.session.scalar(select(func.count(Council.id))) or 0
    query = _shown().order_by(Council.id.desc()).limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)
    return list(db.session.scalars(query)), total


def scheme_of(council: Council) -> WorkflowSpec | None:
    """The newest version of the council's scheme."""
    versions = [workflow.spec for (name, _v), workflow in workflows().items() if name == council.workflow]
    return max(versions, key=lambda spec: spec.version, default=None)
