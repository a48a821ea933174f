"""Two officers reach for the same dossier at the same moment: one has it, the other is told who."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.errors import ActionNotOpen, Stale
from certflow.handling import handling
from certflow.models.base import db
from certflow.models.dossiers import Handling
from certflow.models.people import User
from tests import make
from tests.racing import at_once, in_session, refusals, taking

pytestmark = pytest.mark.usefixtures("inside_the_application")

ROUNDS = 10


def officers(count: int) -> list[User]:
    """So many officers of one commune."""
    return [make.person("commune_officer", name=f"officer{n}") for n in range(count)]


def taking_on(dossier_id: int, actor_id: int) -> Callable[[], Any]:
    return in_session(actor_id, lambda actor: handling.take(dossier_id, actor=actor).user_id)


def taking_over(dossier_id: int, actor_id: int, seen: int) -> Callable[[], Any]:
    return in_session(
        actor_id,
        lambda actor: handling.take_over(dossier_id, actor=actor, reason=make.REASON, seen=seen).user_id,
    )


def still_open(dossier_id: int) -> list[tuple[int, int, str]]:
    """Id, person and part of every handling that has not ended."""
    query = sa.select(Handling.id, Handling.user_id, Handling.role)
    found = db.session.execute(query.where(Handling.dossier_id == dossier_id, Handling.until.is_(None)))
    rows = [(one.id, one.user_id, one.role) for one in found]
    db.session.rollback()
    return rows


def test_several_take_it_on_at_once_and_one_has_it(app: Flask) -> None:
    people = officers(4)
    names = {one.id: one.full_name for one in people}
    for turn in range(ROUNDS):
        dossier_id = make.dossier(unit=make.unit(), round_=make.round_(title=f"Đợt {turn}")).id

        answers = at_once(app, [taking_on(dossier_id, who) for who in names])

        (winner,) = [answer for answer in answers if isinstance(answer, int)]
        assert [type(told) for told in refusals(answers)] == [Stale] * 3
        assert all(names[winner] in told.reasons[0] for told in refusals(answers))
        assert [(who, role) for _id, who, role in still_open(dossier_id)] == [(winner, "commune_officer")]


def test_two_take_it_over_from_a_third_at_once_and_the_second_looks_again(app: Flask) -> None:
    first, *others = officers(3)
    dossier_id = make.dossier(unit=make.unit()).id
    others_ids, holder = [one.id for one in others], first.id
    seen = handling.take(dossier_id, actor=first).id
    make.commit()
    for _turn in range(ROUNDS):
        answers = at_once(app, [taking_over(dossier_id, who, seen) for who in others_ids])

        (told,) = refusals(answers)
        assert isinstance(told, Stale)
        ((seen, winner, _role),) = still_open(dossier_id)
        assert winner in answers
        holder, others_ids = winner, [who for who in [holder, *others_ids] if who != winner]

    ended = db.session.scalars(sa.select(Handling.ending).where(Handling.until.is_not(None))).all()
    assert ended == ["taken_over"] * ROUNDS


def test_it_is_never_left_with_somebody_of_a_part_that_it_has_left(app: Flask) -> None:
    taker, actor = officers(2)
    for turn in range(ROUNDS):
        season = make.round_(title=f"Đợt {turn}")
        dossier = make.dossier(unit=make.unit(), round_=season, claims=make.answers(1))
        make.meeting(dossier)

        took, passed = at_once(app, [taking_on(dossier.id, taker.id), taking(dossier.id, "hand_over", actor.id, None)])

        assert passed == 2
        assert took == taker.id or isinstance(took, ActionNotOpen)
        assert still_open(dossier.id) == []
