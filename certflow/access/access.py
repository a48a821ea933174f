"""Who may see and do what: roles by place in the unit tree, today, and the one filter for all lists."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from certflow.access import parts
from certflow.access.parts import Held, HeldRole, SubstituteRole
from certflow.catalogue.catalogue import workflow_of
from certflow.catalogue.role_titles import ADMINISTRATOR
from certflow.errors import NotFound, NotPermitted
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import Appointment, User
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, Sight, seeing
from certflow.models.units import Holder, Unit
from certflow.wording import _

MOST_ON_COUNCILS = 5000

Places = Mapping[str, Collection[int]]


def appointments(user: User, today: dt.date | None = None) -> list[Appointment]:
    """The appointments of their own that `user` holds on `today`; what is held by delegation is among `parts.held`."""
    return parts.own(user, today)


def is_administrator(user: User) -> bool:
    """Whether `user` administers rounds and people today."""
    return any(a.role == ADMINISTRATOR for a in appointments(user))


def require_administrator(user: User) -> None:
    """Raise NotPermitted unless `user` is an administrator."""
    if not is_administrator(user):
        raise NotPermitted(_("This page is for administrators."))


def chain(unit: Unit) -> dict[str, Unit]:
    """`unit` and the units above it, by kind."""
    by_kind = {}
    step: Unit | None = unit
    while step is not None:
        by_kind[step.kind] = step
        step = step.parent
    return by_kind


def seats_with_chains(user: User) -> list[dict[str, Unit]]:
    """For each part that `user` has at a unit today, that unit and those above it, by kind."""
    return [chain(part.unit) for part in parts.held(user) if part.unit is not None]


def provinces_of(user: User) -> list[Unit]:
    """The provinces in which `user` has a part, each once; none for those of the country or of all."""
    provinces = [places["province"] for places in seats_with_chains(user) if "province" in places]
    return list({province.id: province for province in provinces}.values())


def fits(unit: Unit, spec: WorkflowSpec) -> bool:
    """Whether a scheme can run at `unit`: it is of the right kind and has the scheme's tiers above it, no others."""
    return unit.kind == spec.place and set(chain(unit)) == set(spec.tiers)


def roles_on(user: User, dossier: Dossier) -> frozenset[str]:
    """The roles of the dossier's scheme that `user` holds today for the places it began with, or as a substitute."""
    return frozenset(part.role for part in parts_on(user, dossier))


def parts_on(user: User, dossier: Dossier) -> list[Held]:
    """The roles of `roles_on` with how each is held: own appointments, then as a substitute, then by delegation."""
    spec = workflow_of(dossier).spec
    roles = _fitting(parts.held(user), spec, seat_units(dossier), _about(dossier.holder))
    substitute_roles = [
        SubstituteRole(role) for role in sorted(parts.substituted(user, dossier.id) & spec.roles.keys())
    ]
    return [
        *(p for p in roles if p.delegation is None),
        *substitute_roles,
        *(p for p in roles if p.delegation is not None),
    ]


def roles_at(user: User, spec: WorkflowSpec, unit: Unit) -> frozenset[str]:
    """The roles of a scheme that `user` holds today for a subject `unit`: each at the unit of the role's seat."""
    places = {kind: {place.id} for kind, place in chain(unit).items()}
    return frozenset(part.role for part in _fitting(parts.held(user), spec, places))


def appointment_as(user: User, dossier: Dossier, role: str) -> Appointment | None:
    """The appointment of their own by which `user` holds one role of the dossier's scheme at the right unit today."""
    return own_appointment(parts_on(user, dossier), role)


def own_appointment(roles: Iterable[Held], role: str) -> Appointment | None:
    """The person's own appointment to `role` among `roles`; None when they hold it for somebody else or not at all."""
    for part in roles:
        if isinstance(part, HeldRole) and part.delegation is None and part.role == role:
            return part.appointment
    return None


def sits_for(appointment: Appointment, dossier: Dossier, seat: str) -> bool:
    """Whether an appointment to a role that sits at units of kind `seat` is one for this dossier."""
    return _sits(appointment, seat, seat_units(dossier), _about(dossier.holder))


def seat_units(dossier: Dossier) -> Places:
    """The units whose people have the parts in the dossier, by kind."""
    return {kind: {unit.id, dossier.seats[kind]} for kind, unit in dossier.places.items()}


def _fitting(roles: Iterable[HeldRole], spec: WorkflowSpec, places: Places, about: int | None = None) -> list[HeldRole]:
    fitting = []
    for part in roles:
        role = spec.roles.get(part.role)
        if role is not None and part.covers(spec.name) and _sits(part.appointment, role.seat, places, about):
            fitting.append(part)
    return fitting


def _sits(appointment: Appointment, seat: str, places: Places, about: int | None) -> bool:
    """Whether somebody sits at a unit of kind `seat` among `places`; there is one country, above all of them.

    A place is a unit together with the unit that took it over whole (its heir). A person appointed at a merged unit has
    no role in the dossiers of the other merged units or of the heir; those need an appointment at the heir.
    A person appointed at one learning centre or agency has no role in a dossier `about` another.
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
    """Whether `user`, who may open dossiers in `role` at the holder's unit, may open one about this holder.

    A person who holds the role only at another learning centre or agency may not.
    """
    about = _about(holder)
    in_role = [
        appointment
        for appointment in appointments(user)
        if appointment.role == role and appointment.unit_id == holder.unit_id
    ]
    return about is None or not in_role or any(not _tied_elsewhere(appointment, about) for appointment in in_role)


KINDS = ("commune", "district", "province", "country")
HOLDING = ("learning_centre", "agency")
NO_OFFICE = -1


class Seated(Protocol):
    """What is held at a unit: an appointment, or a seat on the council of its office."""

    @property
    def unit(self) -> Unit | None: ...


def _places(seated: Iterable[Seated]) -> dict[str, list[int]]:
    """The ids of the units of `seated`, and of those that they took over whole, by the kind of unit."""
    seats: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for appointment in seated:
        if appointment.unit is not None:
            seats[appointment.unit.kind].add(appointment.unit.id)
    served = _served(frozenset().union(*seats.values()))
    return {kind: sorted(ids | {unit_id for unit_id, seat in served if seat in ids}) for kind, ids in seats.items()}


def _served(seats: frozenset[int]) -> frozenset[tuple[int, int]]:
    """The units that those of `seats` took over whole, each with its heir; asked once in a session."""
    by_seats: dict[frozenset[int], frozenset[tuple[int, int]]] = db.session.info.setdefault("served", {})
    if seats not in by_seats:
        heirs = select(Unit.id, Unit.heir_id).where(Unit.heir_id.in_(seats))
        by_seats[seats] = (
            frozenset((row.id, row.heir_id) for row in db.session.execute(heirs)) if seats else frozenset()
        )
    return by_seats[seats]


def _within(places: Mapping[str, Any]) -> ColumnElement[bool]:
    """The dossiers about a unit at or below `places`; the country's people have those about provinces."""
    columns = {"commune": Dossier.commune_id, "district": Dossier.district_id, "province": Dossier.province_id}
    below: list[ColumnElement[bool]] = [
        column.in_(places[kind]) for kind, column in columns.items() if _asked(places[kind])
    ]
    if _asked(places["country"]):
        provinces_own = and_(Dossier.commune_id.is_(None), Dossier.district_id.is_(None))
        below.append(and_(provinces_own, _country().in_(places["country"])))
    return or_(false(), *below)


def _asked(ids: Any) -> bool:
    """Whether a list of places is asked for: an empty one finds nothing, and would keep an index from being used."""
    return not isinstance(ids, list) or bool(ids)


def _country() -> Any:
    """The country's own id: its people see what provinces have filed, and nothing below."""
    return select(Unit.id).where(Unit.kind == "country").scalar_subquery()


def _visible(places: Mapping[str, Any]) -> ColumnElement[bool]:
    """The one rule of what is seen: a unit's own dossiers, and below it those that have been filed."""
    own = [Dossier.unit_id.in_(places[kind]) for kind in KINDS if _asked(places[kind])]
    return or_(*own, and_(_within(places), Dossier.filed))


def within(appointments_held: Iterable[Appointment]) -> ColumnElement[bool]:
    """Dossiers whose subject was at or below the units of `appointments_held` when they were begun."""
    return _within(_places(appointments_held))


def visible(user: User) -> ColumnElement[bool]:
    """The filter that every list uses: the dossiers that `user` may see today."""
    roles = parts.held(user)
    everywhere = _visible(_seats(part for part in roles if not part.scheme))
    limited = {part.scheme: [other for other in roles if other.scheme == part.scheme] for part in roles if part.scheme}
    by_scheme = [and_(Dossier.workflow == scheme, _visible(_seats(of))) for scheme, of in limited.items()]
    return or_(everywhere, *by_scheme, *_bound(user))


def _bound(user: User) -> list[ColumnElement[bool]]:
    """The other dossiers that `user` sees today: those of a substitute, and those that their councils appraise."""
    as_substitute = [Dossier.id.in_(ids)] if (ids := parts.dossiers_of(user)) else []
    return [*as_substitute, *_on_councils(user)]


def whole_round(round_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The filter of what administrators and the command line do with a round: counting, computing anew, moving.

    It checks no person's access. Never use it for pages of dossiers: the callers show no contents of a dossier.
    """
    return Dossier.round_id == round_id


def sits_at(user: User, unit: Unit) -> bool:
    """Whether `user` has a part at `unit` today."""
    return any(part.unit is not None and part.unit.id == unit.id for part in parts.held(user))


def _on_councils(user: User) -> list[ColumnElement[bool]]:
    seats = parts.seats_of(user)
    return [and_(_within(_places([seat])), parts.appraised_by(seat.council)) for seat in seats]


def _seats(roles: Iterable[HeldRole]) -> dict[str, list[int]]:
    return _places(part.appointment for part in roles)


def sight(user: User) -> Sight:
    """What row-level security lets `user` see: as `visible`, but a role held in one scheme counts in every scheme."""
    places, councils = _seats(parts.held(user)), _on_councils(user)
    single = set(parts.dossiers_of(user))
    if councils:
        with seeing(EVERYTHING):
            single |= set(db.session.scalars(select(Dossier.id).where(or_(*councils)).limit(MOST_ON_COUNCILS)))
    return Sight(
        communes=tuple(places["commune"]),
        districts=tuple(places["district"]),
        provinces=tuple(places["province"]),
        country=bool(places["country"]),
        dossiers=tuple(sorted(single)),
    )


PLACED = tuple(joinedload(place) for place in (Dossier.unit, Dossier.commune, Dossier.district, Dossier.province))

_SEEN = _visible({kind: bindparam(kind, expanding=True) for kind in KINDS})
_ONE = select(Dossier).where(Dossier.id == bindparam("dossier_id")).options(*PLACED)
_SHOWN = _ONE.options(joinedload(Dossier.round).selectinload(Round.dates))
_LOCKED = _ONE.with_for_update(of=Dossier).execution_options(populate_existing=True)
# The look-up of one dossier is built once: building it costs more than running it.
_USUAL = {False: _SHOWN.where(_SEEN), True: _LOCKED.where(_SEEN)}


def dossier(dossier_id: int, user: User, *, lock: bool = False) -> Dossier:
    """The dossier, when `user` may see it; raises the same NotFound when it is absent and when access is denied.

    `lock` locks the row until the end of the transaction, so that what the guards read stays true. A dossier that
    `locked` loaded in this transaction is returned once without a second query.
    """
    # A lock ends with its transaction: after a rollback the row may have changed, and is read again.
    key, loaded = db.session.info.pop("locked", (None, None)) if lock else (None, None)
    if key is not None and key == (dossier_id, user.id, db.session().get_transaction()):
        return cast(Dossier, loaded)
    return _loaded(dossier_id, user, lock=lock)


def locked(dossier_id: int, user: User) -> Dossier:
    """The locked dossier, for the guard of a page that writes; the next `dossier` call does not load it again."""
    loaded = _loaded(dossier_id, user, lock=True)
    db.session.info["locked"] = (dossier_id, user.id, db.session().get_transaction()), loaded
    return loaded


def _loaded(dossier_id: int, user: User, *, lock: bool) -> Dossier:
    parameters = {"dossier_id": dossier_id, **_seats(_parts_about(dossier_id, user))}
    bound = _bound(user)
    query = (_LOCKED if lock else _SHOWN).where(or_(_SEEN, *bound)) if bound else _USUAL[lock]
    loaded = db.session.scalars(query, parameters).unique().one_or_none()
    if loaded is None:
        raise NotFound(_("There is no such dossier, or you are not allowed to see it."))
    return loaded


def _parts_about(dossier_id: int, user: User) -> list[HeldRole]:
    """The parts by which `user` might see a dossier; its scheme is asked for only where a part is held in one alone."""
    roles = parts.held(user)
    if all(not part.scheme for part in roles):
        return roles
    scheme = db.session.scalar(select(Dossier.workflow).where(Dossier.id == dossier_id)) or ""
    return [part for part in roles if part.covers(scheme)]


def sees(user: User, dossier_id: int) -> bool:
    """Whether `user` may see the dossier; for callers that have their own message for a missing one."""
    try:
        return dossier(dossier_id, user).id == dossier_id
    except NotFound:
        return False
