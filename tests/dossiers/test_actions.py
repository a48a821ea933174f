"""The one function that changes a state: every transition of every shipped scheme, by the right and wrong people."""

from collections.abc import Iterator

import pytest

from certflow.access import access
from certflow.catalogue import catalogue, role_titles
from certflow.demo import walking
from certflow.dossiers import actions, dossiers
from certflow.dossiers.effects import EFFECTS
from certflow.errors import ActionNotOpen, NotFound, NotPermitted, Refusal
from certflow.law.specs.workflow import TransitionSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Submission
from certflow.models.people import User
from certflow.models.units import Unit
from tests import make
from tests.observing import database_clock, everything

pytestmark = pytest.mark.usefixtures("inside_the_application")

SPEC = catalogue.read(EFFECTS).workflow(*make.SCHEME)
STEPS = [(transition, origin) for transition in SPEC.transitions for origin in transition.origins]
NAMES = [f"{transition.action}-from-{origin}" for transition, origin in STEPS]
every_step = pytest.mark.parametrize(("transition", "origin"), STEPS, ids=NAMES)


@every_step
def test_the_right_person_takes_the_step_and_history_says_so(transition: TransitionSpec, origin: str) -> None:
    dossier = ready(transition, origin)
    actor, version = make.person_for(transition.by[0], dossier), dossier.version
    earlier = [entry.number for entry in dossiers.history(dossier)]
    begun = database_clock()

    taken = actions.act(dossier.id, transition.action, actor=actor, note=f"  {make.REASON} \n", version=version)

    db.session.commit()
    db.session.refresh(taken)
    entry = dossiers.history(taken)[-1]
    assert (taken.state, taken.version) == (transition.target, version + 1)
    assert [e.number for e in dossiers.history(taken)] == [*earlier, taken.version]
    assert (entry.action, entry.from_state, entry.to_state) == (transition.action, origin, transition.target)
    assert (entry.actor_id, entry.acting_as, entry.note) == (actor.id, transition.by[0], make.REASON)
    assert begun <= entry.at <= database_clock()
    assert taken.entered_at == entry.at


@every_step
def test_nobody_else_takes_the_step_and_nothing_changes(transition: TransitionSpec, origin: str) -> None:
    dossier = ready(transition, origin)
    filed = bool(db.session.query(Submission).filter_by(dossier_id=dossier.id).count())
    wrong = list(wrong_people(dossier, transition, filed=filed))
    make.commit()
    before = everything()
    for who, expected in wrong:
        with pytest.raises(Refusal) as refusal:
            actions.act(dossier.id, transition.action, actor=who, note=make.REASON, version=dossier.version)

        assert type(refusal.value) is expected, who.sign_in_name
        assert all(reason.strip() for reason in refusal.value.reasons)
        assert refusal.value.reasons
    assert len(wrong) >= 9
    assert everything() == before


@every_step
def test_the_buttons_of_a_person_are_the_steps_the_person_may_take(transition: TransitionSpec, origin: str) -> None:
    dossier = ready(transition, origin)
    for role in SPEC.roles:
        offered = {offer.transition.action for offer in actions.offers(dossier, actor=make.person_for(role, dossier))}

        assert offered == {t.action for t in SPEC.transitions if origin in t.origins and role in t.by}


@pytest.mark.parametrize("state", SPEC.states)
def test_every_action_that_the_state_does_not_allow_is_refused(state: str) -> None:
    dossier = make.dossier(state)
    closed = [t for t in SPEC.transitions if state not in t.origins]
    people = {t.action: make.person_for(t.by[0], dossier) for t in closed}
    before = everything()
    for transition in closed:
        if not _sees(people[transition.action], dossier):
            continue
        with pytest.raises(ActionNotOpen):
            actions.act(dossier.id, transition.action, actor=people[transition.action], note=make.REASON)

    assert everything() == before


def ready(transition: TransitionSpec, origin: str) -> Dossier:
    """A dossier in `origin` in which nothing is missing for `transition`."""
    level = transition.level or 1
    dossier = make.dossier(origin, level=level)
    course = walking.Course(make.answers(level), make.answers(level), make.minutes())
    walking.prepare(dossier, course, make.person)
    make.commit()
    return dossier


def wrong_people(dossier: Dossier, transition: TransitionSpec, *, filed: bool) -> Iterator[tuple[User, type[Refusal]]]:
    """Everybody who must not take the step, with the refusal: who does not see the dossier is told it is not there."""
    for role, spec in SPEC.roles.items():
        sees = filed or spec.seat == SPEC.subject
        if role not in transition.by:
            yield make.person_for(role, dossier), NotPermitted if sees else NotFound
        for place in _elsewhere(dossier, spec.seat):
            yield make.person(role, place), NotFound
    yield make.person(role_titles.ADMINISTRATOR), NotFound
    yield make.user("nobody.in.particular"), NotFound


def _elsewhere(dossier: Dossier, kind: str) -> list[Unit]:
    """A sibling and a cousin of the dossier's own unit of this kind."""
    own = access.chain(dossier.unit)
    others = [one for one in make.units().values() if one.kind == kind and one.id != own[kind].id]
    near = [one for one in others if one.parent_id == own[kind].parent_id]
    far = [one for one in others if one.parent_id != own[kind].parent_id]
    return near[:1] + far[:1]


def _sees(user: User, dossier: Dossier) -> bool:
    return bool(dossiers.seen_by(user).total)
