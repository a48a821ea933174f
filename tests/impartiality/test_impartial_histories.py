"""Property: over random histories of appointments, acts, accounts and interests nobody judges their own work."""

import datetime as dt
import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from certflow import clock
from certflow.access import access
from certflow.catalogue import catalogue, role_titles
from certflow.dossiers import actions, dossiers
from certflow.errors import Refusal
from certflow.impartiality import conflicts as recusals
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, Meeting
from certflow.models.impartiality import Conflict
from certflow.models.people import Appointment, User
from certflow.people import people
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

FILING = ("hand_over", "hand_back", "submit")
STEPS, CREW = 60, 7


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(3))
def test_over_random_histories_nobody_who_took_part_below_ever_judges(seed: int) -> None:
    chance = random.Random(seed)
    dossier = make.dossier("submitted")
    crew = [make.user(f"crew.{number}") for number in range(CREW)]
    people.link_accounts(crew[1].id, crew[0].sign_in_name, actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    judged = 0
    for _step in range(STEPS):
        _something(chance, dossier, crew)
        able = [one for one in [*crew, *_cast(dossier)] if _able(one, dossier)]
        actor = chance.choice(able or crew)
        tied = _tied(dossier, actor)
        action = _act(chance, dossier, actor)
        if action and action not in FILING:
            judged += 1
            assert not tied(action), (action, actor.sign_in_name)
        dossier = make.dossier("submitted") if make.scheme().states[dossier.state].final else dossier
    assert judged > STEPS // 10


def _something(chance: random.Random, dossier: Dossier, crew: list[User]) -> None:
    """Somebody moves to another office, or declares or withdraws an interest."""
    who, role = chance.choice(crew), chance.choice([*make.scheme().roles])
    seat = make.scheme().roles[role].seat
    unit_id = {"commune": dossier.unit_id, "district": dossier.district_id, "province": dossier.province_id}[seat]
    turn = chance.random()
    if turn < 0.5:
        for appointment in who.appointments:
            appointment.ended_at = appointment.ended_at or clock.now()
        people.give(who, role=role, unit_id=unit_id, starts_on=clock.today() - dt.timedelta(days=chance.randint(0, 9)))
    elif turn < 0.6 and _sees(who, dossier):
        recusals.declare(who.id, "Có lợi ích", actor=who, dossier_id=dossier.id)
    elif turn < 0.65:
        for conflict in db.session.scalars(sa.select(Conflict).where(Conflict.withdrawn_at.is_(None))):
            recusals.withdraw(conflict.id, "Không còn", actor=conflict.user)
    make.commit()


def _sees(who: User, dossier: Dossier) -> bool:
    try:
        access.dossier(dossier.id, who)
    except Refusal:
        return False
    return True


def _able(who: User, dossier: Dossier) -> bool:
    """Whether it is the person's turn by their roles alone, so that something else must hold them back."""
    return make.scheme().states[dossier.state].turn in access.roles_on(who, dossier)


def _cast(dossier: Dossier) -> list[User]:
    return [one for role, one in make.people(dossier.unit).items() if role != role_titles.ADMINISTRATOR]


def _act(chance: random.Random, dossier: Dossier, actor: User) -> str:
    """The action that `actor` took, of those of the state they may see; "" when it was refused."""
    db.session.refresh(dossier)
    possible = [t for t in make.scheme().transitions if dossier.state in t.origins]
    possible = [t for t in possible if set(t.by) & access.roles_on(actor, dossier)] or possible
    if dossier.state == "appraising":
        make.findings(dossier, make.answers(1))
    action = chance.choice(possible).action
    try:
        actions.act(dossier.id, action, actor=actor, note=make.REASON)
    except Refusal:
        db.session.rollback()
        return ""
    make.commit()
    return action


def _tied(dossier: Dossier, actor: User) -> Callable[[str], bool]:
    """Told anew and without the code under test: what ties the person to the dossier, asked by action."""
    accounts = {one.id for one in db.session.scalars(sa.select(User)) if one.person_id == actor.person_id}
    acted = [(e.actor_id, e.acting_as) for e in dossiers.history(dossier)]
    wrote = {row.saved_by_id for row in db.session.scalars(sa.select(Claim).filter_by(dossier_id=dossier.id))}
    wrote |= {row.uploaded_by_id for row in db.session.scalars(sa.select(Evidence).filter_by(dossier_id=dossier.id))}
    wrote |= {row.recorded_by_id for row in db.session.scalars(sa.select(Meeting).filter_by(dossier_id=dossier.id))}
    found = {row.saved_by_id for row in db.session.scalars(sa.select(Finding).filter_by(dossier_id=dossier.id))}
    parts = {role for who, role in acted if who in accounts}
    parts |= {"commune_officer"} if accounts & (wrote | {dossier.opened_by_id}) else set()
    parts |= {"district_appraiser"} if accounts & found else set()
    held = db.session.scalars(sa.select(Appointment).where(Appointment.user_id.in_(accounts)))
    belongs = any(a.unit_id == dossier.unit_id for a in held)
    conflicts = sa.select(Conflict.id).where(Conflict.user_id.in_(accounts), Conflict.withdrawn_at.is_(None))
    interested = db.session.scalar(conflicts.limit(1)) is not None

    def tied(action: str) -> bool:
        (transition,) = (t for t in catalogue.workflow_of(dossier).spec.transitions if t.action == action)
        return bool(parts - set(transition.by)) or belongs or interested

    return tied
