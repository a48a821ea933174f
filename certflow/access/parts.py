"""The roles a person may use today: by own appointment, by delegation from another person, as a substitute in one
dossier, and as a member of the council that appraises.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from certflow import clock
from certflow.catalogue.catalogue import known, workflow_of, workflows
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Council, CouncilMember, Substitute, council_seats_of, substitutions_of
from certflow.models.people import Appointment, User
from certflow.models.rounds import Round
from certflow.models.rules import Delegation, delegations_to
from certflow.models.units import Unit


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role at a unit: an appointment of one's own, or, with a `delegation`, that of the person one acts for."""

    appointment: Appointment
    delegation: Delegation | None = None

    @property
    def role(self) -> str:
        """The role's name."""
        return self.appointment.role

    @property
    def unit(self) -> Unit | None:
        """Where it is held; an administrator's is at no unit."""
        return self.appointment.unit

    @property
    def scheme(self) -> str:
        """The only scheme in which it is held; "" for every one."""
        return self.delegation.workflow if self.delegation is not None else ""

    def covers(self, scheme: str) -> bool:
        """Whether the part is held in a scheme."""
        return self.scheme in ("", scheme)


@dataclass(frozen=True, slots=True)
class SubstituteRole:
    """A role that a substitute has in one dossier, without an appointment."""

    role: str
    delegation: None = None


Held = HeldRole | SubstituteRole


def own(user: User, today: dt.date | None = None) -> list[Appointment]:
    """The appointments `user` holds on `today`; none for an account that is switched off."""
    today = today or clock.today()
    if not user.active:
        return []
    return [a for a in user.appointments if a.held_on(today)]


def held(user: User, today: dt.date | None = None) -> list[HeldRole]:
    """Every role `user` may use on `today`: own appointments first, then those held by delegation.

    Use `own` for acts that cannot be delegated, such as administering or confirming criteria.
    """
    today = today or clock.today()
    if not user.active:
        return []
    delegated = (d for d in delegations_to(user) if d.counts_on(today))
    return [*(HeldRole(a) for a in own(user, today)), *(HeldRole(d.appointment, d) for d in delegated)]


def judges_somewhere(user: User) -> bool:
    """Whether `user` has a part that is no filer's in some scheme: a substitute's or a council's are such parts."""
    filers = frozenset(role for spec in known().workflows.values() for role in spec.filers)
    return bool({part.role for part in held(user)} - filers or _named(user) or seats_of(user))


def _named(user: User) -> list[Substitute]:
    """The parts of a substitute that `user` has today; none for an account that is switched off."""
    today = clock.today()
    return [substitute for substitute in substitutions_of(user) if substitute.held_on(today)] if user.active else []


def substitutions(user: User) -> dict[str, list[int]]:
    """The dossiers in which `user` is a substitute today, by role."""
    by_role: dict[str, list[int]] = defaultdict(list)
    for substitute in _named(user):
        by_role[substitute.role].append(substitute.dossier_id)
    return by_role


def substituted(user: User, dossier_id: int) -> frozenset[str]:
    """The roles and council parts that `user` has as a substitute in one dossier today."""
    return frozenset(substitute.role for substitute in _named(user) if substitute.dossier_id == dossier_id)


def dossiers_of(user: User) -> list[int]:
    """The dossiers in which `user` is a substitute today."""
    return sorted({substitute.dossier_id for substitute in _named(user)})


def seats_of(user: User) -> list[CouncilMember]:
    """The seats on councils that `user` has today; none for an account that is switched off."""
    today = clock.today()
    seats = [seat for seat in council_seats_of(user) if seat.held_on(today)] if user.active else []
    return [seat for seat in seats if seat.council.withdrawn_at is None]


def appraised_by(council: Council) -> ColumnElement[bool]:
    """The dossiers of a council's scheme and round that have come so far; where they belong is not asked here."""
    of_year = select(Round.id).where(Round.workflow == council.workflow, Round.assessed_year == council.assessed_year)
    in_round = Dossier.round_id == council.round_id if council.round_id else Dossier.round_id.in_(of_year)
    come = [
        and_(Dossier.workflow_version == version, Dossier.state.in_(sorted(workflow.impartiality.council_states)))
        for (name, version), workflow in workflows().items()
        if name == council.workflow
    ]
    return and_(Dossier.workflow == council.workflow, in_round, or_(*come))


def is_on_council(user: User, dossier: Dossier) -> bool:
    """Whether `user` sits on the council that appraises the dossier, which has come so far."""
    rule = workflow_of(dossier).impartiality
    if dossier.state not in rule.council_states:
        return False
    if any(role.startswith("council_") for role in substituted(user, dossier.id)):
        return True
    seats = set(dossier.seats.values())
    return any(_appraises(seat.council, dossier, seats) for seat in seats_of(user))


def _appraises(council: Council, dossier: Dossier, seats: set[int]) -> bool:
    of_round = council.round_id in (None, dossier.round_id) and council.workflow == dossier.workflow
    at_seat = council.unit.kind == "country" or council.unit.seat_id in seats
    return of_round and at_seat and council.assessed_year == dossier.round.assessed_year
