"""Two people keep the same record at the same moment: one is kept, the other is told."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.accounts import accounts
from certflow.assessment import evidence, meetings
from certflow.catalogue import role_titles
from certflow.criteria import confirmations
from certflow.errors import ActionNotOpen, Invalid, Stale
from certflow.models.base import db
from certflow.models.dossiers import Meeting
from certflow.models.people import User
from certflow.models.results import FormConfirmation
from certflow.models.rounds import Round
from certflow.people import people
from certflow.rounds import rounds
from tests import make
from tests.gateways import samples
from tests.racing import at_once, in_session, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_two_administrators_change_the_dates_of_a_round_and_the_second_is_told(app: Flask) -> None:
    found, administrator = make.round_(), make.person(role_titles.ADMINISTRATOR)
    days = [{"submit_plan": (clock.today(), True)}, {"submit_plan": (clock.today(), False)}]
    for turn in range(10):
        acts = [changing(found.id, day, administrator.id, turn + 1) for day in days]

        answers = at_once(app, acts)

        assert [type(told) for told in refusals(answers)] == [Stale]
        assert db.session.scalar(sa.select(Round.version)) == turn + 2


def test_a_round_is_closed_while_its_dates_are_changed_and_nobody_sees_a_fault(app: Flask) -> None:
    administrator = make.person(role_titles.ADMINISTRATOR).id
    for turn in range(10):
        found = make.round_(title=f"Đợt {turn}")
        dates = changing(found.id, {"submit_plan": (clock.today(), True)}, administrator, 1)

        changed, closed = at_once(app, [dates, closing(found.id, administrator)])

        assert closed is None
        assert changed is None or isinstance(changed, ActionNotOpen | Stale)


def test_two_make_the_same_account_and_the_second_is_told(app: Flask) -> None:
    def add() -> int:
        return people.add(sign_in_name="moi", full_name="Người Mới", position="", password=make.PASSWORD).id

    answers = at_once(app, [add] * 2)

    (told,) = refusals(answers)
    assert isinstance(told, Invalid)
    assert list(told.fields) == ["sign_in_name"]


def test_two_confirm_the_same_criteria_and_the_second_is_told(app: Flask) -> None:
    form = make.scheme().form
    reviewers = [make.person("province_reviewer", name=name).id for name in ("first", "second")]

    def confirming(actor: User) -> None:
        confirmations.confirm(form, 1, actor=actor, document="Biên bản đối chiếu")

    answers = at_once(app, [in_session(reviewer, confirming) for reviewer in reviewers])

    assert [type(told) for told in refusals(answers)] == [ActionNotOpen]
    assert db.session.query(FormConfirmation).count() == 1


def test_two_open_the_same_round_and_the_second_is_told(app: Flask) -> None:
    administrator, province = make.person(role_titles.ADMINISTRATOR).id, make.province().id

    def opening_round(actor: User) -> None:
        rounds.open_round(actor=actor, scheme=make.SCHEME, unit_id=province, assessed_year=2024, title="Đợt mới")

    answers = at_once(app, [in_session(administrator, opening_round)] * 2)

    assert [type(told) for told in refusals(answers)] == [Invalid]
    assert db.session.query(Round).count() == 1


def test_two_record_the_meeting_and_the_second_is_told(app: Flask) -> None:
    dossier = make.dossier()
    officer, id_ = make.person_for("commune_officer", dossier).id, dossier.id

    def recording(conclusion: str) -> Callable[[], Any]:
        minutes = make.minutes(conclusion=conclusion)
        return in_session(officer, lambda actor: meetings.record(id_, minutes, actor=actor).version)

    answers = at_once(app, [recording("Nhất trí."), recording("Không nhất trí.")])
    again = at_once(app, [recording(db.session.scalars(sa.select(Meeting.conclusion)).one())] * 2)

    assert [type(told) for told in refusals(answers)] == [Stale]
    assert again == [1, 1]  # sent once more by who was first


def test_two_remove_the_same_file_and_the_second_is_told(app: Flask) -> None:
    dossier = make.dossier()
    officer = make.person_for("commune_officer", dossier)
    kept = evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "kế hoạch.pdf", actor=officer).id
    make.commit()

    def removing(actor: User) -> None:
        evidence.remove(kept, actor=actor)

    answers = at_once(app, [in_session(officer.id, removing)] * 2)

    assert [type(told) for told in refusals(answers)] == [ActionNotOpen]


def test_many_sign_in_at_once(app: Flask) -> None:
    make.user("officer")

    def sign_in() -> str:
        return accounts.sign_in("officer", make.PASSWORD, source="10.0.0.1").token

    assert len(set(at_once(app, [sign_in] * 6))) == 6


def closing(round_id: int, actor_id: int) -> Callable[[], Any]:
    return in_session(actor_id, lambda actor: rounds.close(round_id, actor=actor) and None)


def changing(round_id: int, dates: Any, actor_id: int, version: int) -> Callable[[], Any]:
    return in_session(
        actor_id, lambda actor: rounds.change_dates(round_id, dates, actor=actor, version=version) and None
    )
