"""Who holds a part in a dossier today, and the parts that nobody holds while dossiers wait for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    column,
    exists,
    func,
    select,
    values,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from certflow import clock
from certflow.access import access
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Substitute
from certflow.models.people import Appointment, User
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Unit

MOST_NAMED, MOST_LISTED = 5, 50


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role at a unit that nobody holds today, and how many dossiers of open rounds wait for it."""

    role: str
    unit_id: int
    unit: str
    waiting: int


def holding(dossier: Dossier, role: str) -> list[User]:
    """The people who hold a role of the dossier's scheme today, by name: at most MOST_NAMED; substitutes if no other.

    Those who act for one of them by delegation are not among them, nor is anybody left where none of them is.
    """
    spec = workflow_of(dossier).spec
    if role not in spec.roles:
        return []
    appointments = db.session.scalars(_appointed(dossier, role, spec.roles[role].seat))
    people = [a.user for a in appointments if access.sits_for(a, dossier, spec.roles[role].seat)]
    return list(dict.fromkeys(people))[:MOST_NAMED] or list(db.session.scalars(_substitutes(dossier, role)))


def _appointed(dossier: Dossier, role: str, seat: str) -> Select[Appointment]:
    seats = access.seat_units(dossier).get(seat, ())
    country = select(Unit.id).where(Unit.kind == "country")
    at = Appointment.unit_id.in_(country) if seat == "country" else Appointment.unit_id.in_(sorted(seats))
    query = select(Appointment).join(Appointment.user).where(Appointment.role == role, at, _held(Appointment))
    loaded = (contains_eager(Appointment.user), joinedload(Appointment.unit), joinedload(Appointment.organisation))
    return query.options(*loaded).order_by(User.sort_key, User.id).limit(MOST_LISTED)


def _substitutes(dossier: Dossier, role: str) -> Select[User]:
    query = select(User).join(Substitute, Substitute.user_id == User.id)
    named = query.where(Substitute.dossier_id == dossier.id, Substitute.role == role, _held(Substitute))
    return named.order_by(User.sort_key, User.id).limit(MOST_NAMED)


def _held(table: Any) -> ColumnElement[bool]:
    return and_(table.held_on(clock.today()), User.active)


def vacancies() -> list[Vacancy]:
    """The roles that nobody holds while dossiers of open rounds wait for them, most dossiers first: MOST_LISTED.

    For administrators: it says how many dossiers wait at which units, and nothing of what is in them.
    """
    return _vacant(())


def left_by(appointments: Sequence[Appointment]) -> list[Vacancy]:
    """The roles that nobody would hold if these `appointments` of one person ended today."""
    ids = [appointment.id for appointment in appointments if appointment.unit_id is not None]
    if not ids:
        return []
    other = aliased(Appointment)
    holder = exists().where(
        other.role == Appointment.role,
        other.unit_id == Appointment.unit_id,
        other.id.not_in(ids),
        other.held_on(clock.today()),
        other.user_id == User.id,
        User.active,
    )
    query = select(Appointment).where(Appointment.id.in_(ids), Appointment.held_on(clock.today()), ~holder)
    only = db.session.scalars(query.options(joinedload(Appointment.unit)).order_by(Appointment.id)).all()
    waiting = _vacant(ids) if only else []
    return [_left(appointment.role, appointment.unit, waiting) for appointment in only if appointment.unit is not None]


def _left(role: str, unit: Unit, waiting: list[Vacancy]) -> Vacancy:
    count = sum(vacancy.waiting for vacancy in waiting if (vacancy.role, vacancy.unit_id) == (role, unit.id))
    return Vacancy(role, unit.id, unit.name, count)


def _vacant(without: Collection[int]) -> list[Vacancy]:
    """The vacancies there would be without some appointments; each at the unit that now has the seat."""
    turns, begun, seat = _turns(), aliased(Unit), aliased(Unit)
    of_state = and_(
        turns.c.workflow == Dossier.workflow,
        turns.c.version == Dossier.workflow_version,
        turns.c.state == Dossier.state,
    )
    appointed = exists().where(
        Appointment.role == turns.c.role,
        Appointment.unit_id.in_((begun.id, seat.id)),
        Appointment.id.not_in(without),
        Appointment.user_id == User.id,
        _held(Appointment),
    )
    waiting = func.count(Dossier.id)
    query = select(turns.c.role, seat.id, seat.name, waiting).select_from(Round)
    query = query.join(Dossier, access.whole_round(Round.id)).join(turns, of_state)
    query = query.join(begun, begun.id == _place(turns)).join(seat, seat.id == func.coalesce(begun.heir_id, begun.id))
    query = query.where(Round.closed.is_(False), ~appointed, ~_named(turns))
    query = query.group_by(turns.c.role, seat.id, seat.name)
    with seeing(EVERYTHING):
        rows = db.session.execute(query.order_by(waiting.desc(), seat.name, turns.c.role).limit(MOST_LISTED)).all()
    return [Vacancy(*row) for row in rows]


def _place(turns: Any) -> Any:
    """The unit at which the role of a turn sat when a dossier was begun."""
    return case(
        (turns.c.seat == "commune", Dossier.commune_id),
        (turns.c.seat == "district", Dossier.district_id),
        (turns.c.seat == "province", Dossier.province_id),
        else_=select(Unit.id).where(Unit.kind == "country").scalar_subquery(),
    )


def _named(turns: Any) -> ColumnElement[bool]:
    """Whether a substitute is named for a dossier and has the role of a turn today."""
    return exists().where(
        Substitute.dossier_id == Dossier.id,
        Substitute.role == turns.c.role,
        Substitute.user_id == User.id,
        _held(Substitute),
    )


def _turns() -> Any:
    """Every state in which somebody has a turn: its scheme, the role, and the kind of unit at which that role sits."""
    rows = [
        (*workflow.spec.key, state.name, state.turn, workflow.spec.roles[state.turn].seat)
        for workflow in workflows().values()
        for state in workflow.spec.states.values()
        if state.turn
    ]
    texts = [column(name, String) for name in ("state", "role", "seat")]
    return values(column("workflow", String), column("version", Integer), *texts, name="turns").data(rows).cte("turns")
