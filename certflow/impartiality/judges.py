"""Who judges a dossier: everybody who holds a part above the filing, who of them may not act, and the council left."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.functions import coalesce

from certflow import clock
from certflow.catalogue.catalogue import workflow_of
from certflow.gateways.installation import equipment
from certflow.impartiality import impartiality
from certflow.law.councils import PARTS, Sitting
from certflow.law.impartiality import NONE, Impartiality, Involvement
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Council, CouncilMember, Substitute
from certflow.models.people import Appointment, User
from certflow.models.units import Unit

COUNCIL = "council_"
COUNCIL_ROLES = tuple(COUNCIL + part for part in PARTS)
MOST = 200
COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class JudgeSeat:
    """Somebody's part in judging one dossier; `role` is the scheme's, or "council_chair" and so on."""

    user_id: int
    person_id: int
    name: str
    role: str


@dataclass(frozen=True)
class Bench:
    """Everybody who judges a dossier today with what ties them to it; `council_id` is its council's, where one is."""

    dossier: Dossier
    seats: tuple[JudgeSeat, ...]
    involved: Mapping[int, Involvement]
    council_id: int | None

    @cached_property
    def _rule(self) -> Impartiality:
        return impartiality.rule_of(self.dossier)

    def ties(self, seat: JudgeSeat) -> tuple[str, ...]:
        """What keeps somebody from acting in this part, by the names of the guards."""
        acting = self._rule.council_roles if seat.role in COUNCIL_ROLES else {seat.role}
        return self._rule.ties(acting, self.involved.get(seat.person_id, NONE))

    @cached_property
    def recused(self) -> dict[JudgeSeat, tuple[str, ...]]:
        """The seats of people who may not act, each with the names of the ties."""
        ties_by_seat = {seat: self.ties(seat) for seat in self.seats}
        return {seat: ties for seat, ties in ties_by_seat.items() if ties}

    def left(self, *roles: str) -> tuple[JudgeSeat, ...]:
        """Who may act in one of the roles."""
        return tuple([seat for seat in self.seats if seat.role in roles and seat not in self.recused])

    @cached_property
    def lacking(self) -> str:
        """The role whose turn it is to judge when no impartial person is left in it; "" otherwise."""
        turn = workflow_of(self.dossier).spec.states[self.dossier.state].turn
        judged = self._rule.judged_in(self.dossier.state)
        return turn if judged and not self.left(turn) else ""

    @cached_property
    def sitting(self) -> Sitting | None:
        """The council that is left; None where none is recorded nor required."""
        counted = self._rule.council_seat != COUNTRY
        if self.council_id is None:
            return Sitting(recorded=False, counted=counted) if _required(self._rule) else None
        left = self.left(*COUNCIL_ROLES)
        parts = frozenset(seat.role.removeprefix(COUNCIL) for seat in left)
        return Sitting(len({seat.person_id for seat in left}), parts, counted=counted)


def _required(rule: Impartiality) -> bool:
    """Whether the installation asks for a recorded council where a level is put forward."""
    return equipment().settings.councils_required and rule.keeps_proposals


def bench(dossier: Dossier, *, also: User | None = None) -> Bench:
    """The bench of a dossier, in two queries; it includes the ties of `also`."""
    rows = [row for row in db.session.execute(_PEOPLE, _asked(dossier)) if row.person_id or row.council_id]
    councils = {row.council_id: row.of_round for row in rows if row.council_id}
    council_id = max(councils, key=lambda council: (councils[council], council), default=None)
    members = [row for row in rows if row.user_id and row.council_id in (None, council_id)]
    seats = tuple(dict.fromkeys(JudgeSeat(row.user_id, row.person_id, row.full_name, row.role) for row in members))
    persons = {seat.person_id for seat in seats} | ({also.person_id} if also else set())
    involvements = impartiality.of_all([dossier], persons)
    return Bench(dossier, seats, {person: involved for (_id, person), involved in involvements.items()}, council_id)


def council_of(dossier: Dossier) -> Sitting | None:
    """The council of a dossier after recusals and with substitutes; None where none is recorded nor required."""
    return bench(dossier).sitting


def _asked(dossier: Dossier) -> dict[str, Any]:
    """What the question below asks about one dossier: the seats of its judges and of its council, by their units."""
    spec, rule = workflow_of(dossier).spec, impartiality.rule_of(dossier)
    seats = dossier.seats
    at = {role: seats.get(spec.roles[role].seat) for role in sorted(rule.roles)}
    return {
        "dossier_id": dossier.id,
        "round_id": dossier.round_id,
        "workflow": dossier.workflow,
        "assessed_year": dossier.round.assessed_year,
        "today": clock.today(),
        "seats": [(role, unit_id) for role, unit_id in at.items() if unit_id] or [("", 0)],
        "of_country": [role for role in at if spec.roles[role].seat == COUNTRY],
        "council_unit": seats.get(rule.council_seat, 0),
        "council_of_country": rule.council_seat == COUNTRY,
    }


def _person(role: Any, **council: Any) -> Select[Any]:
    person = coalesce(User.same_person_as_id, User.id).label("person_id")
    no = {"council_id": cast(null(), Integer()), "of_round": cast(literal(0), Integer())} | council
    more = [column.label(name) for name, column in no.items()]
    return select(User.id.label("user_id"), person, User.full_name, cast(role, String(40)).label("role"), *more)


def _held(table: type[Appointment | Substitute | CouncilMember]) -> ColumnElement[bool]:
    today: Any = bindparam("today", type_=Date())
    return and_(table.held_on(today), User.active)


def _appointed() -> Select[Any]:
    country = select(Unit.id).where(Unit.kind == COUNTRY)
    here = tuple_(Appointment.role, Appointment.unit_id).in_(bindparam("seats", expanding=True))
    above = and_(Appointment.role.in_(bindparam("of_country", expanding=True)), Appointment.unit_id.in_(country))
    rows = _person(Appointment.role).join(Appointment, Appointment.user_id == User.id)
    return rows.where(or_(here, above), _held(Appointment))


def _substitutes() -> Select[Any]:
    rows = _person(Substitute.role).join(Substitute, Substitute.user_id == User.id)
    return rows.where(Substitute.dossier_id == bindparam("dossier_id"), _held(Substitute))


def _council() -> Select[Any]:
    """The members of the councils recorded for the dossier; a row without a person for one that has none."""
    of_round = cast(Council.round_id.is_not(None), Integer())
    rows = _person(literal(COUNCIL) + CouncilMember.part, council_id=Council.id, of_round=of_round)
    rows = rows.select_from(Council).outerjoin(CouncilMember, CouncilMember.council_id == Council.id)
    rows = rows.outerjoin(User, and_(User.id == CouncilMember.user_id, _held(CouncilMember)))
    in_round = or_(Council.round_id == bindparam("round_id"), Council.round_id.is_(None))
    of_year = Council.workflow == bindparam("workflow"), Council.assessed_year == bindparam("assessed_year")
    country = select(Unit.id).where(Unit.kind == COUNTRY)
    above = and_(bindparam("council_of_country", type_=Boolean()), Council.unit_id.in_(country))
    at_seat = or_(Council.unit_id == bindparam("council_unit"), above)
    return rows.where(Council.withdrawn_at.is_(None), in_round, *of_year, at_seat)


# Built once: building it costs many times what running it does.
_PEOPLE = union_all(_appointed(), _substitutes(), _council()).order_by("full_name", "user_id").limit(MOST)
