"""Who may see and do what: roles by place in the unit tree, today, and the one filter for all lists."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased, joinedload

from certflow import clock
from certflow.definitions.specs import WorkflowSpec
from certflow.errors import ActionNotOpen, NotFound, NotPermitted
from certflow.models.base import db
from certflow.models.dossier import Dossier, Round, Submission
from certflow.models.people import Appointment, User
from certflow.models.places import Unit
from certflow.services.catalogue import workflow_of
from certflow.wording import _

ADMINISTRATOR = "administrator"


def appointments(user: User, today: dt.date | None = None) -> list[Appointment]:
    """The appointments `user` holds on `today`; none for an account that is switched off."""
    today = today or clock.today()
    if not user.active:
        return []
    return [a for a in user.appointments if a.starts_on <= today and (a.ends_on is None or a.ends_on >= today)]


def is_administrator(user: User) -> bool:
    """Whether `user` administers rounds and people today."""
    return any(a.role == ADMINISTRATOR for a in appointments(user))


def require_administrator(user: User) -> None:
    """Raises NotPermitted unless `user` is an administrator."""
    if not is_administrator(user):
        raise NotPermitted(_("This page is for administrators."))


def chain(unit: Unit) -> dict[str, Unit]:
    """`unit` and the units above it, by kind."""
    found = {}
    step: Unit | None = unit
    while step is not None:
        found[step.kind] = step
        step = step.parent
    return found


def roles_on(user: User, dossier: Dossier) -> frozenset[str]:
    """The roles of the dossier's scheme that `user` holds at the right unit today."""
    return roles_at(user, workflow_of(dossier).spec, dossier.unit)


def roles_at(user: User, spec: WorkflowSpec, unit: Unit) -> frozenset[str]:
    """The roles of a scheme that `user` holds today for a subject `unit`: each at the unit of the role's seat."""
    places = {kind: place.id for kind, place in chain(unit).items()}
    return frozenset(
        a.role
        for a in appointments(user)
        if a.role in spec.roles and a.unit_id == places.get(spec.roles[a.role].seat, -1)
    )


def _places(held: Iterable[Appointment]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {"commune": [], "district": [], "province": []}
    for appointment in held:
        if appointment.unit is not None:
            places[appointment.unit.kind].append(appointment.unit.id)
    return places


Subject = aliased(Unit, name="subject")
Above = aliased(Unit, name="above")


def within(held: Iterable[Appointment]) -> ColumnElement[bool]:
    """Dossiers whose subject is at or below the units of `held`; joins Subject and Above are the caller's."""
    places = _places(held)
    below = [
        Subject.id.in_(places["commune"]),
        or_(Subject.id.in_(places["district"]), Subject.parent_id.in_(places["district"])),
        or_(
            Subject.id.in_(places["province"]),
            Subject.parent_id.in_(places["province"]),
            Above.parent_id.in_(places["province"]),
        ),
    ]
    return or_(false(), *below)


def visible(user: User) -> ColumnElement[bool]:
    """The one filter of every list: a unit's own dossiers, and below it those that have been filed."""
    held = appointments(user)
    own = [a.unit_id for a in held if a.unit_id is not None]
    filed = exists(select(1).where(Submission.dossier_id == Dossier.id))
    return or_(Dossier.unit_id.in_(own), and_(within(held), filed))


def dossiers_seen_by(user: User) -> Select[Dossier]:
    """A select over the dossiers `user` may see."""
    return (
        select(Dossier)
        .join(Subject, Dossier.unit_id == Subject.id)
        .outerjoin(Above, Subject.parent_id == Above.id)
        .where(visible(user))
    )


def dossier(dossier_id: int, user: User, *, lock: bool = False) -> Dossier:
    """The dossier, when `user` may see it; raises NotFound alike for what is absent and what is not theirs.

    `lock` holds the row until the end of the transaction, so that what the guards read stays true.
    """
    query = dossiers_seen_by(user).where(Dossier.id == dossier_id)
    query = query.options(
        joinedload(Dossier.unit).joinedload(Unit.parent).joinedload(Unit.parent),
        joinedload(Dossier.round).selectinload(Round.dates),
    )
    if lock:
        query = query.with_for_update(of=Dossier).execution_options(populate_existing=True)
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound(_("There is no such dossier, or it is not yours to see."))
    return found


def writers(spec: WorkflowSpec, what: str) -> frozenset[str]:
    """The roles that write `what` ("claims" or "findings") in some state of a scheme."""
    return frozenset(state.turn for state in spec.states.values() if state.edits == what)


def require_editor(dossier: Dossier, user: User, what: str) -> str:
    """The role in which `user` may write `what` ("claims" or "findings") now; raises NotPermitted or ActionNotOpen."""
    spec = workflow_of(dossier).spec
    state = spec.states[dossier.state]
    roles = roles_on(user, dossier)
    if not writers(spec, what) & roles:
        raise NotPermitted(_("Only the person whose part it is may write here."))
    if state.edits != what or state.turn not in roles:
        raise ActionNotOpen(_("The dossier cannot be changed in its present state."))
    return state.turn
