"""Parts that are no appointments: a substitute's in one dossier, and a seat on the council that appraises."""

from collections import defaultdict

from sqlalchemy import ColumnElement, and_, or_, select

from certflow import clock
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Council, CouncilMember, Substitute, council_seats_of, substitutions_of
from certflow.models.people import User
from certflow.models.rounds import Round


def _named(user: User) -> list[Substitute]:
    """The parts of a substitute that `user` has today; none for an account that is switched off."""
    today = clock.today()
    return [one for one in substitutions_of(user) if one.held_on(today)] if user.active else []


def substitutions(user: User) -> dict[str, list[int]]:
    """The dossiers in which `user` is a substitute today, by role."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in _named(user):
        found[one.role].append(one.dossier_id)
    return found


def substituted(user: User, dossier_id: int) -> frozenset[str]:
    """The roles and council parts that `user` has as a substitute in one dossier today."""
    return frozenset(one.role for one in _named(user) if one.dossier_id == dossier_id)


def dossiers_of(user: User) -> list[int]:
    """The dossiers in which `user` is a substitute today."""
    return sorted({one.dossier_id for one in _named(user)})


def seats_of(user: User) -> list[CouncilMember]:
    """The seats on councils that `user` has today; none for an account that is switched off."""
    today = clock.today()
    held = [seat for seat in council_seats_of(user) if seat.held_on(today)] if user.active else []
    return [seat for seat in held if seat.council.withdrawn_at is None]


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
    seats = {unit.seat_id for unit in dossier.places.values()}
    return any(_appraises(seat.council, dossier, seats) for seat in seats_of(user))


def _appraises(council: Council, dossier: Dossier, seats: set[int]) -> bool:
    of_round = council.round_id in (None, dossier.round_id) and council.workflow == dossier.workflow
    at_seat = council.unit.kind == "country" or council.unit.seat_id in seats
    return of_round and at_seat and council.assessed_year == dossier.round.assessed_year
