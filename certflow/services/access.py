"""Who may see and do what: roles by place in the unit tree, today, and the one filter for all lists."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from certflow import clock
from certflow.definitions.specs import WorkflowSpec
from certflow.domain import parts
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
    """The roles of the dossier's scheme that `user` holds at the right unit today."""
    return roles_at(user, workflow_of(dossier).spec, dossier.unit)


def roles_at(user: User, spec: WorkflowSpec, unit: Unit) -> frozenset[str]:
    """The roles of a scheme that `user` holds today for a subject `unit`: each at the unit of the role's seat."""
    places = {kind: place.id for kind, place in chain(unit).items()}
    return frozenset(
        a.role for a in appointments(user) if a.role in spec.roles and _sits(a, spec.roles[a.role].seat, places)
    )


def _sits(appointment: Appointment, seat: str, places: Mapping[str, int]) -> bool:
    """Whether somebody sits at the unit of kind `seat` among `places`; there is one country, above all of them."""
    if seat == "country":
        return appointment.unit is not None and appointment.unit.kind == "country"
    return appointment.unit_id == places.get(seat, -1)


Subject = aliased(Unit, name="subject")
Above = aliased(Unit, name="above")
Country = aliased(Unit, name="country")
KINDS = ("commune", "district", "province", "country")


def _places(held: Iterable[Appointment]) -> dict[str, list[int]]:
    """The ids of the units of `held` by the kind of unit."""
    places: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for appointment in held:
        if appointment.unit is not None:
            places[appointment.unit.kind].append(appointment.unit.id)
    return places


def _country() -> Any:
    """The country's own id: its people see what provinces have filed, and nothing below."""
    return select(Country.id).where(Country.kind == "country").scalar_subquery()


def _within(places: Mapping[str, Any]) -> ColumnElement[bool]:
    return or_(
        Subject.id.in_(places["commune"]),
        Subject.id.in_(places["district"]),
        Subject.parent_id.in_(places["district"]),
        Subject.id.in_(places["province"]),
        Subject.parent_id.in_(places["province"]),
        Above.parent_id.in_(places["province"]),
        and_(Subject.kind == "province", _country().in_(places["country"])),
    )


def _visible(places: Mapping[str, Any]) -> ColumnElement[bool]:
    """The one rule of what is seen: a unit's own dossiers, and below it those that have been filed."""
    own = [Dossier.unit_id.in_(places[kind]) for kind in KINDS]
    filed = exists(select(1).where(Submission.dossier_id == Dossier.id))
    return or_(*own, and_(_within(places), filed))


def within(held: Iterable[Appointment]) -> ColumnElement[bool]:
    """Dossiers whose subject is at or below the units of `held`; joins Subject and Above are the caller's."""
    return _within(_places(held))


def visible(user: User) -> ColumnElement[bool]:
    """The one filter of every list, for what `user` may see today."""
    return _visible(_places(appointments(user)))


def whole_round(round_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The filter of what administrators and the command line do with a round: counting, computing anew, moving.

    It asks for no person, because it is never for pages of dossiers: nothing that was written in one is shown by it.
    """
    return Dossier.round_id == round_id


def sits_at(user: User, unit: Unit) -> bool:
    """Whether `user` holds a role at `unit` today."""
    return any(a.unit_id == unit.id for a in appointments(user))


def joined() -> Select[Dossier]:
    """A select over dossiers with the joins that `visible` and `within` need."""
    return select(Dossier).join(Subject, Dossier.unit_id == Subject.id).outerjoin(Above, Subject.parent_id == Above.id)


# The look-up of one dossier is built once: building it costs more than running it.
_ONE = (
    joined()
    .where(_visible({kind: bindparam(kind, expanding=True) for kind in KINDS}), Dossier.id == bindparam("dossier_id"))
    .options(joinedload(Dossier.unit).joinedload(Unit.parent).joinedload(Unit.parent))
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


def sees(user: User, dossier_id: int) -> bool:
    """Whether `user` may see the dossier; as `dossier`, for those who have words of their own for what is not found."""
    try:
        return dossier(dossier_id, user).id == dossier_id
    except NotFound:
        return False


def sees_findings(user: User, dossier: Dossier) -> bool:
    """Whether `user` may read the appraiser's findings: who files may once the dossier is decided."""
    spec = workflow_of(dossier).spec
    return spec.states[dossier.state].final or bool(roles_on(user, dossier) - parts.filers(spec))


def require_findings(user: User, dossier: Dossier) -> None:
    """Raises NotPermitted unless `user` may read the findings."""
    if not sees_findings(user, dossier):
        raise NotPermitted(_("The findings are shown to the unit itself once its dossier is decided."))


writers = parts.writers


def require_writer(dossier: Dossier, user: User, what: str) -> None:
    """Raises NotPermitted unless `user` has a role that writes `what` in some state of the dossier."""
    if not writers(workflow_of(dossier).spec, what) & roles_on(user, dossier):
        raise NotPermitted(_("Only the person whose part it is may write here."))


def require_editor(dossier: Dossier, user: User, what: str) -> str:
    """The role in which `user` may write `what` ("claims" or "findings") now; raises NotPermitted or ActionNotOpen."""
    require_writer(dossier, user, what)
    state = workflow_of(dossier).spec.states[dossier.state]
    if state.edits != what or state.turn not in roles_on(user, dossier):
        raise ActionNotOpen(_("The dossier cannot be changed in its present state."))
    return state.turn
