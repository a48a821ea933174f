"""A round's dossiers in progress go on by a newer version: told before it is done, in bulk, and only once."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.catalogue import catalogue
from certflow.dossiers import actions, dates, dossiers, moving, recomputing, submissions
from certflow.errors import Invalid, NotFound, NotPermitted
from certflow.law.guards import INVOLVEMENT, SELF_ASSESSMENT
from certflow.models.base import db
from certflow.models.dossiers import Claim, Finding
from certflow.models.people import Appointment
from certflow.rounds import rounds
from tests import make, versions
from tests.browsing import counted
from tests.dossiers.moves import acts, administrator, moved, now, planned
from tests.observing import everything
from tests.versions import NEXT, Table, retitled, step, stricter

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_dossier_keeps_its_version_until_it_is_moved_and_the_plan_changes_nothing() -> None:
    draft = make.dossier()
    target = versions.add()
    before = everything()

    told = planned(draft.round_id, target)

    assert told[draft.id].kind == "moves"
    assert everything() == before
    assert now(draft).workflow_version == 1


def test_what_moves_goes_on_by_the_new_rules_and_its_history_and_version_say_so() -> None:
    draft, filed = make.dossier(), make.dossier(at="submitted", level=2)
    target = versions.add(of_form=stricter)
    entered = {d.id: (d.entered_at, d.state, d.version) for d in (draft, filed)}

    told = moved(draft.round_id, target)

    assert {one.kind for one in told.values()} == {"moves"}
    for about in (draft, filed):
        found = now(about)
        entered_at, state, version = entered[about.id]
        assert (found.workflow_version, found.form_version) == (NEXT, NEXT)
        assert (found.entered_at, found.state, found.version) == (entered_at, state, version + 1)
        last = acts(about)[-1]
        assert (last.action, last.number, last.acting_as, last.note) == (
            f"move:1:{NEXT}",
            version + 1,
            "administrator",
            "",
        )
        assert (last.from_state, last.to_state, last.actor_id) == (state, state, administrator().id)
    make.act(now(filed), "accept")
    assert now(filed).state == "appraising"
    assert [one.differences for one in recomputing.recompute(filed.round_id)] == [(), ()]


def test_a_move_is_no_step_on_the_way_and_no_part_in_the_dossier() -> None:
    returned = make.dossier(at="returned")
    target = versions.add()
    officer = make.person_for("district_appraiser", returned)
    # As it may stand from before one person could not hold both.
    db.session.add(Appointment(user_id=officer.id, role="administrator", starts_on=dt.date(2020, 1, 1)))
    db.session.flush()
    db.session.expire(officer, ["appointments"])
    moved(returned.round_id, target, officer)

    about = now(returned)
    step, act = dossiers.last_step(dossiers.history(about)), dossiers.last_act(about)

    assert step is not None
    assert act is not None
    assert (step.action, step.note, act.action) == ("return_for_changes", make.REASON, f"move:1:{NEXT}")
    assert not actions.facts_of(about, actor=officer)[INVOLVEMENT].parts


def test_a_date_is_not_reached_by_a_move() -> None:
    draft = make.dossier()
    moved(draft.round_id, versions.add())

    assert len(acts(draft)) == 1
    assert dates.first_reached([draft.id]) == {}


def test_an_answer_to_a_changed_question_counts_for_nothing_until_it_is_saved_again() -> None:
    draft = make.dossier(claims=make.answers(1))
    officer = make.person_for("commune_officer", draft)
    target = versions.add(of_form=retitled("1.1", "5.1"))
    assert planned(draft.round_id, target)[draft.id].details == ("Chỉ tiêu tự đánh giá phải xác nhận lại: 1.1, 5.1.",)

    told = moved(draft.round_id, target)[draft.id]

    assert (told.kind, acts(draft)[-1].note) == ("confirm", "1.1, 5.1")
    about = now(draft)
    assert set(make.answers(1)) - set(actions.answers_of(about, Claim)) == {"1.1", "5.1"}
    assert actions.facts_of(about, actor=officer)[SELF_ASSESSMENT].unanswered == ("1.1", "5.1")
    claim = db.session.get_one(Claim, (draft.id, "1.1"))
    assert (claim.answer, claim.version, claim.to_confirm) == ({"value": True}, 2, True)
    typed = {"1.1": Typed(make.answers(1)["1.1"], "", 1)}
    assert assessments.save_claims(draft.id, 1, typed, actor=officer).conflicts == {"1.1": ("value", "explanation")}
    for code in ("1.1", "5.1"):
        again = {code: Typed(make.answers(1)[code], "", 2)}
        assert assessments.save_claims(draft.id, int(code[0]), again, actor=officer).versions == {code: 3}
    assert not actions.facts_of(now(draft), actor=officer)[SELF_ASSESSMENT].unanswered


def test_what_is_not_confirmed_is_neither_filed_nor_taken_over_nor_computed_with() -> None:
    draft = make.dossier(claims=make.answers(1))
    make.meeting(draft)
    moved(draft.round_id, versions.add(of_form=retitled("1.1")))
    (compared,) = recomputing.what_if(draft.round_id, catalogue.form_of(now(draft)))

    filed = submissions.freeze(now(draft), actor=administrator(), at=draft.opened_at)

    assert (compared.level, compared.unanswered, filed.claimed_level) == (0, 1, 0)
    assert '"1.1"' not in filed.manifest
    assert '"1.2"' in filed.manifest


def test_findings_are_confirmed_again_where_the_appraiser_can_still_write() -> None:
    appraising = make.dossier(at="appraising")
    make.findings(appraising, {"1.1": {"value": "yes"}})
    db.session.execute(sa.delete(Claim).where(Claim.dossier_id == appraising.id, Claim.indicator == "1.1"))

    told = moved(appraising.round_id, versions.add(of_form=retitled("1.1")))[appraising.id]

    assert told.details == ("Kết quả thẩm định phải xác nhận lại: 1.1.",)
    assert db.session.get_one(Finding, (appraising.id, "1.1")).to_confirm
    assert not actions.answers_of(now(appraising), Finding)
    make.findings(now(appraising), {"1.1": {"value": "yes"}})
    assert actions.answers_of(now(appraising), Finding)


def test_each_dossier_that_cannot_move_says_why_and_is_left_as_it_was() -> None:
    states = ("submitted", "appraising", "endorsed", "recognised_level_1", "declined", "returned")
    made = {state: make.dossier(at=state) for state in states}

    def change(table: Table) -> None:
        step(table, "accept")["needs"] = ["meeting_recorded"]

    target = versions.add(change, retitled("1.1"))
    before = {state: (now(about).version, len(acts(about))) for state, about in made.items()}

    told = moved(made["submitted"].round_id, target)

    kinds = {state: told[about.id].kind for state, about in made.items()}
    expected = ["stays", "stays", "stays", "decided", "decided", "confirm"]
    assert list(kinds.values()) == expected
    for state in states[:-1]:
        found = now(made[state])
        assert (found.workflow_version, found.form_version) == (1, 1)
        assert (found.version, len(acts(found))) == before[state]
    assert "cần trả lại hồ sơ trước" in told[made["submitted"].id].details[0]
    assert "bước này có điều kiện khác" in told[made["appraising"].id].details[0]


def test_what_stayed_moves_once_it_is_returned_and_doing_it_again_is_nothing() -> None:
    filed, draft = make.dossier(at="submitted"), make.dossier()
    target = versions.add(of_form=retitled("1.1"))
    assert moved(filed.round_id, target)[filed.id].kind == "stays"
    assert [spec.key for spec in rounds.newer_versions(rounds.get(filed.round_id))][-1] == target

    make.act(now(filed), "return_for_changes")
    told = moved(filed.round_id, target)
    before = everything()
    again = moved(filed.round_id, target)

    assert (told[filed.id].kind, told[draft.id].kind) == ("confirm", "done")
    assert {one.kind for one in again.values()} == {"done"}
    assert everything() == before
    assert rounds.newer_versions(rounds.get(filed.round_id)) == []


def test_cut_off_between_two_batches_each_dossier_has_moved_or_not_and_a_second_time_finishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    made = [make.dossier() for _n in range(5)]
    target, round_id = versions.add(), made[0].round_id
    moving.begin(round_id, target, actor=administrator())
    (first, second) = moving.move_some(round_id, target, actor=administrator())
    db.session.commit()
    moving.move_some(round_id, target, actor=administrator(), after=second.dossier_id)
    db.session.rollback()

    assert [now(about).workflow_version for about in made] == [NEXT, NEXT, 1, 1, 1]
    assert [len(acts(about)) for about in made] == [1, 1, 0, 0, 0]
    told = moved(round_id, target)
    assert [told[about.id].kind for about in made] == ["done", "done", "moves", "moves", "moves"]
    assert [len(acts(about)) for about in made] == [1] * 5
    assert first.dossier_id == made[0].id


def test_the_plan_needs_no_query_for_each_dossier(app: Flask) -> None:
    make.dossier(at="submitted")
    target = versions.add()
    round_id = make.round_().id
    with counted(app) as few:
        assert len(planned(round_id, target)) == 1
    for _n in range(4):
        make.dossier(at="submitted")
    db.session.expire_all()
    with counted(app) as many:
        assert len(planned(round_id, target)) == 5

    assert len(many) == len(few) <= 8, many


def test_only_an_administrator_moves_and_only_to_a_newer_version_of_the_same_scheme() -> None:
    about = make.dossier()
    target = versions.add()
    head = make.person("education_head")

    with pytest.raises(NotPermitted):
        moving.begin(about.round_id, target, actor=head)
    with pytest.raises(NotPermitted):
        moving.move_some(about.round_id, target, actor=head)
    for wrong, kind in ((("commune_recognition", 1), Invalid), ((target[0], 9), NotFound)):
        with pytest.raises(kind):
            planned(about.round_id, wrong)
    moved(about.round_id, target)
    with pytest.raises(Invalid):
        moving.begin(about.round_id, (target[0], 1), actor=administrator())
    with pytest.raises(NotFound):
        planned(99, target)


def test_a_version_about_another_kind_of_unit_is_refused_for_the_whole_round() -> None:
    about = make.dossier()

    def change(table: Table) -> None:
        table["subject"] = "district"

    with pytest.raises(Invalid):
        planned(about.round_id, versions.add(change))
