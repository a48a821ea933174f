"""Who may see and do what: roles by place in the unit tree, today, and the one filter for all lists."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.definitions.specs import WorkflowSpec
from certflow.errors import ActionNotOpen, NotFound, NotPermitted
from certflow.models.base import db
from certflow.models.dossier import Dossier, Round, Submission
from certflow.models.people import Appointment, User
from certflow.models.places import Holder, Unit
from certflow.services import units
from certflow.services.catalogue import workflow_of
from certflow.wording import _

ADMINISTRATOR = "administrator"

Places = Mapping[str, Collection[int]]


def appointments(user: User, today: dt.date | None = None) -> list[Appointment]:
    """The appointments `user` holds on `today`; none for an account that is switched off."""
    today = today or clock.today()
    if not user.active:
        return []
    return [a for a in user.appointments if a.held_on(today)]


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


def fits(unit: Unit, spec: WorkflowSpec) -> bool:
    """Whether a scheme can run at `unit`: it is of the right kind and has the scheme's tiers above it, no others."""
    return unit.kind == spec.place and set(chain(unit)) == set(spec.tiers)


def roles_on(user: User, dossier: Dossier) -> frozenset[str]:
    """The roles of the dossier's scheme that `user` holds today for the places it began with."""
    spec, places = workflow_of(dossier).spec, {kind: {unit.id, unit.seat_id} for kind, unit in dossier.places.items()}
    about = _about(dossier.holder)
    return _roles(appointments(user), spec, places, about)


def roles_at(user: User, spec: WorkflowSpec, unit: Unit) -> frozenset[str]:
    """The roles of a scheme that `user` holds today for a subject `unit`: each at the unit of the role's seat."""
    return _roles(appointments(user), spec, {kind: {place.id} for kind, place in chain(unit).items()})


def _roles(held: Iterable[Appointment], spec: WorkflowSpec, places: Places, about: int | None = None) -> frozenset[str]:
    roles = spec.roles
    return frozenset(a.role for a in held if a.role in roles and _sits(a, roles[a.role].seat, places, about))


def _sits(appointment: Appointment, seat: str, places: Places, about: int | None) -> bool:
    """Whether somebody sits at a unit of kind `seat` among `places`; there is one country, above all of them.

    A place is a unit and the one that took it over whole. Who was appointed at one that was merged has no part in what
    the others brought into the same heir, nor in what is the heir's own: for that they are appointed at the heir.
    Who was appointed at one learning centre or agency has no part in what is `about` another.
    """
    if seat == "country":
        return appointment.unit is not None and appointment.unit.kind == "country"
    if about is not None and _tied_elsewhere(appointment, about):
        return False
    return appointment.unit is not None and appointment.unit.id in places.get(seat, ())


def _tied_elsewhere(appointment: Appointment, about: int) -> bool:
    if appointment.organisation_id in (None, about):
        return False
    return appointment.organisation is not None and appointment.organisation.kind in HOLDING


def _about(holder: Holder | None) -> int | None:
    """The office that a learning centre or an agency is, NO_OFFICE while it is not entered; None for a person."""
    if holder is None or holder.kind not in HOLDING:
        return None
    return holder.organisation_id or NO_OFFICE


def opens_for(user: User, role: str, holder: Holder) -> bool:
    """Whether who may open dossiers in `role` at the holder's unit may open one about this holder.

    Who holds the role there only at another learning centre or agency may not.
    """
    about = _about(holder)
    held = [one for one in appointments(user) if one.role == role and one.unit_id == holder.unit_id]
    return about is None or not held or any(not _tied_elsewhere(one, about) for one in held)


KINDS = ("commune", "district", "province", "country")
HOLDING = ("learning_centre", "agency")
NO_OFFICE = -1


def _places(held: Iterable[Appointment]) -> dict[str, list[int]]:
    """The ids of the units of `held`, and of those that they took over whole, by the kind of unit."""
    seats: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for appointment in held:
        if appointment.unit is not None:
            seats[appointment.unit.kind].add(appointment.unit.id)
    served = _served(frozenset().union(*seats.values()))
    return {kind: sorted(found | {one for one, seat in served if seat in found}) for kind, found in seats.items()}


def _served(seats: frozenset[int]) -> frozenset[tuple[int, int]]:
    """The units that those of `seats` took over whole, each with its heir; asked once in a session."""
    known: dict[frozenset[int], frozenset[tuple[int, int]]] = db.session.info.setdefault("served", {})
    if seats not in known:
        known[seats] = units.taken_over(seats)
    return known[seats]


def _within(places: Mapping[str, Any]) -> ColumnElement[bool]:
    """The dossiers about a unit at or below `places`; the country's people have those about provinces."""
    provinces_own = and_(Dossier.commune_id.is_(None), Dossier.district_id.is_(None))
    return or_(
        Dossier.commune_id.in_(places["commune"]),
        Dossier.district_id.in_(places["district"]),
        Dossier.province_id.in_(places["province"]),
        and_(provinces_own, _country().in_(places["country"])),
    )


def _country() -> Any:
    """The country's own id: its people see what provinces have filed, and nothing below."""
    return select(Unit.id).where(Unit.kind == "country").scalar_subquery()


def _visible(places: Mapping[str, Any]) -> ColumnElement[bool]:
    """The one rule of what is seen: a unit's own dossiers, and below it those that have been filed."""
    own = [Dossier.unit_id.in_(places[kind]) for kind in KINDS]
    filed = exists(select(1).where(Submission.dossier_id == Dossier.id))
    return or_(*own, and_(_within(places), filed))


def within(held: Iterable[Appointment]) -> ColumnElement[bool]:
    """Dossiers whose subject was at or below the units of `held` when they were begun."""
    return _within(_places(held))


def visible(user: User) -> ColumnElement[bool]:
    """The one filter of every list, for what `user` may see today."""
    return _visible(_places(appointments(user)))


PLACED = tuple(joinedload(place) for place in (Dossier.unit, Dossier.commune, Dossier.district, Dossier.province))

# The look-up of one dossier is built once: building it costs more than running it.
_ONE = (
    select(Dossier)
    .where(_visible({kind: bindparam(kind, expanding=True) for kind in KINDS}), Dossier.id == bindparam("dossier_id"))
    .options(*PLACED)
)
_SHOWN = _ONE.options(joinedload(Dossier.round).selectinload(Round.dates))
_LOCKED = _ONE.with_for_update(of=Dossier).execution_options(populate_existing=True)


def dossier(dossier_id: int, user: User, *, lock: bool = False) -> Dossier:
    """The dossier, when `user` may see it; raises NotFound alike for what is absent and what is not theirs.

    `lock` holds the row until the end of the transaction, so that what the guards read stays true.
    """
    asked = {"dossier_id": dossier_id, **_places(appointments(user))}
    found = db.session.scalars(_LOCKED if lock else _SHOWN, asked).unique().one_or_none()
    if found is None:
        raise NotFound(_("There is no such dossier, or it is not yours to see."))
    return found


def sees_findings(user: User, dossier: Dossier) -> bool:
    """Whether `user` may read the appraiser's findings: who files may once the dossier is decided.

    Those who file are told by the stage in which claims are written, not by their seat: for an agency, its own people
    and those who appraise sit at the same unit.
    """
    spec = workflow_of(dossier).spec
    return spec.states[dossier.state].final or bool(roles_on(user, dossier) - _filers(spec))


def _filers(spec: WorkflowSpec) -> frozenset[str]:
    stages = {state.stage for state in spec.states.values() if state.edits == "claims"}
    return frozenset(state.turn for state in spec.states.values() if state.stage in stages)


def require_findings(user: User, dossier: Dossier) -> None:
    """Raises NotPermitted unless `user` may read the findings."""
    if not sees_findings(user, dossier):
        raise NotPermitted(_("The findings are shown to the unit itself once its dossier is decided."))


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
