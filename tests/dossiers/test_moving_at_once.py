"""Moving while others act, and the dates of a round that is moved."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from certflow.dossiers import dossiers, moving
from certflow.dossiers.moving import Key
from certflow.errors import Stale
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.rounds import rounds
from tests import make, versions
from tests.dossiers.moves import acts, administrator, moved, now
from tests.racing import at_once, in_session, refusals, taking
from tests.versions import NEXT, Table

pytestmark = pytest.mark.usefixtures("inside_the_application")


def _dates(of_round: int) -> dict[str, dt.date]:
    return {date.deadline: date.due_on for date in rounds.get(of_round).dates}


def _other_dates(table: Table) -> None:
    """The review date goes and a date of hearing comes."""
    table["deadlines"] = [date for date in table["deadlines"] if date["name"] != "review_plan"]
    table["deadlines"].append(table["deadlines"][0] | {"name": "hearing", "day": "10/03"})


def test_new_dates_come_and_old_ones_stay_while_a_dossier_has_them() -> None:
    own = dt.date(2030, 2, 1)
    round_id = make.round_(dates={"submit_plan": own}).id
    decided, draft = make.dossier(at="declined"), make.dossier()
    year = rounds.get(round_id).assessed_year
    target = versions.add(_other_dates)

    moved(round_id, target)

    dates = _dates(round_id)
    assert (dates["submit_plan"], dates["hearing"]) == (own, dt.date(year + 1, 3, 10))
    found = rounds.get(round_id)
    assert {due.spec.name for due in rounds.dues(found)} == set(dates) >= {"review_plan", "hearing"}
    assert "hearing" in {standing.due.spec.name for standing in dossiers.standings(now(draft))}
    assert "review_plan" not in {standing.due.spec.name for standing in dossiers.standings(now(draft))}
    assert "hearing" not in {standing.due.spec.name for standing in dossiers.standings(now(decided))}
    assert "review_plan" in {standing.due.spec.name for standing in dossiers.standings(now(decided))}


def test_dates_that_nobody_needs_any_more_go_and_new_dossiers_begin_with_the_new_version() -> None:
    draft = make.dossier()
    target = versions.add(_other_dates)

    moved(draft.round_id, target)

    assert set(_dates(draft.round_id)) == {"submit_plan", "submit_statutory", "decide_statutory", "hearing"}
    opened = make.dossier()
    assert (opened.workflow_version, opened.form_version) == (NEXT, NEXT)


def _moving(target: Key, round_id: int, actor_id: int) -> Any:
    return in_session(actor_id, lambda actor: _all(round_id, target, actor))


def _all(round_id: int, target: Key, actor: User) -> list[str]:
    moving.begin(round_id, target, actor=actor)
    return [one.kind for one in moving.move_some(round_id, target, actor=actor)]


def test_two_administrators_at_once_move_each_dossier_once(app: Flask) -> None:
    made = [make.dossier() for _n in range(3)]
    target, round_id = versions.add(), made[0].round_id
    both = [make.person("administrator", name=name).id for name in ("first", "second")]

    answers = at_once(app, [_moving(target, round_id, who) for who in both])

    assert refusals(answers) == []
    assert sorted(answers) == [["done"] * 3, ["moves"] * 3]
    assert [len(acts(about)) for about in made] == [1] * 3
    assert db.session.get_one(Round, round_id, populate_existing=True).workflow_version == NEXT


def test_an_officer_who_acts_meanwhile_is_first_or_is_told_and_nothing_is_lost(app: Flask) -> None:
    officer = make.person("education_officer")
    target = versions.add()
    for turn in range(10):
        season = make.round_(title=f"Đợt {turn}")
        filed = make.dossier(at="submitted", unit=make.unit(), round_=season, claims=make.answers(1))
        seen, id_ = now(filed).version, filed.id

        acting = taking(id_, "accept", officer.id, seen if turn % 2 else None)
        answers = at_once(app, [_moving(target, season.id, administrator().id), acting])

        told = [type(refusal) for refusal in refusals(answers)]
        assert told in ([], [Stale]) if turn % 2 else told == []
        db.session.expire_all()
        numbers = [entry.number for entry in acts(filed)]
        assert numbers == list(range(2, 2 + len(numbers)))
        assert now(filed).version == numbers[-1]
        assert (now(filed).workflow_version, now(filed).state == "appraising") == (NEXT, not told)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_dossiers_are_held_before_anything_of_them_is_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    about = make.dossier()
    target, read, met = versions.add(), moving._steps, []

    def reading(ids: Any) -> Any:
        with db.engine.connect() as other, pytest.raises(OperationalError) as fault:
            other.execute(sa.text("select 1 from dossier for update nowait"))
        met.append(fault.value)
        return read(ids)

    monkeypatch.setattr(moving, "_steps", reading)
    moving.move_some(about.round_id, target, actor=administrator())

    assert len(met) == 1
