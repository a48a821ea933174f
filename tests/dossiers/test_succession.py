"""Which dossiers go on by a newer version of their rules, and which answers must then be given again."""

from typing import Any

import pytest

from certflow import wording
from certflow.dossiers.succession import (
    HeldAnswers,
    IndicatorSuccession,
    Moves,
    Outlook,
    Rules,
    Stays,
    TakenStep,
    asked_anew,
    move_name,
    past,
    versions_of,
)
from tests import versions
from tests.definitions.shipped import FORM, SCHEME
from tests.versions import Change, Table, indicator, retitled, step, stricter, unchanged

OFFICER, CHAIR = "commune_officer", "commune_chair"
RECEIVER, APPRAISER, REVIEWER = "education_officer", "district_appraiser", "province_reviewer"
WAY = (
    TakenStep("hand_over", "drafting", "awaiting_chair", OFFICER),
    TakenStep("submit", "awaiting_chair", "submitted", CHAIR),
    TakenStep("accept", "submitted", "appraising", RECEIVER),
    TakenStep("propose_level_2", "appraising", "under_review", APPRAISER),
    TakenStep("endorse", "under_review", "endorsed", REVIEWER),
)
RETURNED = (*WAY[:2], TakenStep("return_for_changes", "submitted", "returned", RECEIVER))
SHARE = {"denominator": 100, "share": 85, "definition": "x"}
ANSWERS = {"1.1": {"value": True}, "5.1": SHARE}
STEPS = {"drafting": 0, "awaiting_chair": 1, "submitted": 2, "appraising": 3, "under_review": 4, "endorsed": 5}


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as they stand in the code, whatever application ran before in this process."""
    monkeypatch.setattr(wording._Translator, "language", staticmethod(lambda: "en"))
    monkeypatch.setattr(wording._Translator, "single", staticmethod(wording._plain))


def held(state: str = "drafting", **more: Any) -> HeldAnswers:
    """A dossier that came straight to `state`, with two claims."""
    steps = RETURNED if state == "returned" else WAY[: STEPS.get(state, len(WAY))]
    return HeldAnswers(state, steps, more.pop("claims", ANSWERS), more.pop("findings", {}), **more)


def outlook(about: HeldAnswers, of_scheme: Change = unchanged, of_form: Change = unchanged) -> Outlook:
    new = versions.rules(SCHEME, FORM, of_scheme=of_scheme, of_form=of_form)
    return IndicatorSuccession(Rules(SCHEME, FORM), new).outlook(about)


def reason(about: HeldAnswers, of_scheme: Change = unchanged, of_form: Change = unchanged) -> str:
    """The one reason why it stays."""
    told = outlook(about, of_scheme, of_form)
    assert isinstance(told, Stays)
    (only,) = told.reasons
    return only


@pytest.mark.parametrize("state", [*STEPS, "returned"])
def test_where_nothing_that_was_done_changed_every_dossier_in_progress_moves(state: str) -> None:
    def later(table: Table) -> None:
        step(table, "recognise_level_1")["needs"].remove("proposal_agrees")
        step(table, "hand_over")["title"]["vi"] = "Trình"
        step(table, "hand_over")["note"] = "none"
        step(table, "submit")["by"].append("commune_officer")
        table["deadlines"].pop()

    assert outlook(held(state), later) == Moves()


@pytest.mark.parametrize("state", ["recognised_level_1", "recognised_level_2", "declined"])
def test_a_decided_dossier_never_moves(state: str) -> None:
    told = outlook(held(state))

    assert isinstance(told, Stays)
    assert told.decided
    assert told.reasons == ("The dossier is decided; a decided dossier never moves.",)


def _set(action: str, key: str, value: object) -> Change:
    def change(table: Table) -> None:
        step(table, action)[key] = value

    return change


def _renamed(table: Table) -> None:
    step(table, "submit")["action"] = "send_in"


def _reseated(table: Table) -> None:
    table["roles"]["commune_chair"]["seat"] = "district"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_renamed, "it no longer exists"),
        (_set("submit", "from", ["drafting"]), "it no longer exists"),
        (_set("submit", "to", "appraising"), "it leads to another state"),
        (_set("submit", "by", ["commune_officer"]), "it belongs to other roles"),
        (_reseated, "it belongs to other roles"),
        (_set("submit", "needs", ["meeting_recorded"]), "it has other conditions"),
        (_set("submit", "effects", []), "it has other effects"),
        (_set("submit", "level", 1), "it has other effects"),
    ],
)
def test_a_dossier_stays_when_a_step_it_took_has_changed_and_moves_before_it_took_it(change: Change, what: str) -> None:
    said = reason(held("submitted"), change)

    step = "File the dossier with the district education office"
    assert said == f"The dossier took the step “{step}”, which has changed: {what}."
    assert outlook(held("drafting"), change) == Moves()


def test_a_step_taken_twice_is_told_once() -> None:
    about = HeldAnswers(
        "submitted", (*RETURNED, TakenStep("hand_over", "returned", "awaiting_chair", OFFICER), *WAY[1:2]), {}, {}
    )

    assert "File the dossier" in reason(about, _renamed)


def _state(name: str, key: str, value: str) -> Change:
    def change(table: Table) -> None:
        table["states"][name][key] = value

    return change


@pytest.mark.parametrize(
    "change",
    [_state("drafting", "turn", CHAIR), _state("drafting", "stage", "review"), _state("drafting", "edits", "")],
)
def test_a_dossier_stays_when_its_present_state_has_another_turn_stage_or_right_to_write(change: Change) -> None:
    assert reason(held(), change).startswith("For the present state “Self-assessment in progress” the newer version")
    assert outlook(held("submitted"), change) == Moves()


def test_a_dossier_stays_when_its_present_state_is_gone_or_the_subject_is_another() -> None:
    def without(table: Table) -> None:
        del table["states"]["drafting"]
        table["initial"] = "returned"
        table["subject"] = "district"

    told = outlook(held(), without)

    assert isinstance(told, Stays)
    assert told.reasons == (
        "The newer version is for another kind of unit.",
        "Its present state “Self-assessment in progress” is not in the newer version.",
    )


def _of_indicator(code: str, key: str, value: object) -> Change:
    def change(table: Table) -> None:
        indicator(table, code)[key] = value

    return change


def _translated(table: Table) -> None:
    indicator(table, "5.1")["title"]["en"] = "Other words"


def _spaced(table: Table) -> None:
    title = indicator(table, "5.1")["title"]
    title["vi"] = title["vi"].replace(" ", "  ")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (retitled("5.1"), {"5.1"}),
        (_of_indicator("5.1", "denominator", {"vi": "Số hộ", "en": "Households"}), {"5.1"}),
        (_of_indicator("5.1", "definition_hint", {"vi": "Cách tính khác", "en": "Counted otherwise"}), {"5.1"}),
        (_of_indicator("4.2", "highest", 4), {"4.2"}),
        (lambda table: indicator(table, "5.2")["parts"][0]["title"].update(vi="Khác"), {"5.2"}),
        (stricter, set()),
        (_of_indicator("5.1", "evidence_hint", {"vi": "Ảnh", "en": "Photographs"}), set()),
        (_translated, set()),
        (_spaced, set()),
        (lambda table: table["criteria"][0].update(clauses=["Điều 1", "Điều 2"]), set()),
        (lambda table: table["criteria"].pop(), set()),
    ],
)
def test_only_another_question_asks_for_the_answer_again(change: Change, codes: set[str]) -> None:
    new = versions.rules(SCHEME, FORM, of_scheme=unchanged, of_form=change)

    assert asked_anew(FORM, new.form) == codes
    assert asked_anew(new.form, FORM) >= codes


def _new_question(table: Table) -> None:
    table["criteria"][0]["indicators"].append(dict(table["criteria"][0]["indicators"][0], number=4))


def test_a_question_that_is_new_has_no_answer_yet() -> None:
    new = versions.rules(SCHEME, FORM, of_scheme=unchanged, of_form=_new_question)

    assert asked_anew(FORM, new.form) == {"1.4"}
    assert asked_anew(new.form, FORM) == set()


def test_a_draft_moves_with_the_changed_answers_it_holds_in_the_order_of_the_form() -> None:
    change = retitled("5.1", "1.1", "1.2")

    assert outlook(held(), of_form=change) == Moves(claims=("1.1", "5.1"))
    assert outlook(held("awaiting_chair"), of_form=change) == Moves(claims=("1.1", "5.1"))
    assert outlook(held("returned", findings={"1.1": {"value": True}}), of_form=change) == Moves(
        ("1.1", "5.1"), ("1.1",)
    )


def test_what_is_filed_stays_while_its_questions_have_changed_and_says_whether_it_can_be_returned() -> None:
    assert reason(held("submitted"), of_form=retitled("5.1")).endswith("have changed (5.1): return it first.")
    assert reason(held("appraising"), of_form=retitled("5.1")).endswith("it ends under its present version.")
    assert outlook(held("submitted"), of_form=retitled("1.2")) == Moves(), "1.2 was never answered"


def test_what_is_appraised_stays_while_its_questions_have_changed() -> None:
    about = held("under_review", claims={}, findings=ANSWERS)

    assert reason(about, of_form=retitled("5.1")).endswith("have changed (5.1): send it back first.")
    assert "(1.4)" in reason(held("submitted"), of_form=_new_question)
    assert outlook(held("appraising", claims={}, findings=ANSWERS), of_form=retitled("5.1")) == Moves((), ("5.1",))


def test_a_proposal_that_the_findings_no_longer_bear_keeps_the_dossier_until_it_is_sent_back() -> None:
    about = held("under_review", findings=ANSWERS, proposed_level=1)

    assert reason(about).startswith("Level 1 is proposed, but the findings reach level 0 under the newer version")
    assert outlook(held("appraising", findings=ANSWERS, proposed_level=1)) == Moves()


def test_the_stage_of_writing_is_past_only_after_it() -> None:
    told = {state: (past(SCHEME, state, "claims"), past(SCHEME, state, "findings")) for state in (*STEPS, "returned")}

    assert [state for state, (claims, _findings) in told.items() if not claims] == [
        "drafting",
        "awaiting_chair",
        "returned",
    ]
    assert [state for state, (_claims, findings) in told.items() if findings] == ["under_review", "endorsed"]


def test_a_state_in_which_the_unit_writes_is_never_past_writing() -> None:
    def supplementing(table: Table) -> None:
        table["states"]["submitted"] |= {"turn": OFFICER, "edits": "claims"}

    new = versions.rules(SCHEME, FORM, of_scheme=supplementing, of_form=unchanged).scheme

    assert not past(new, "submitted", "claims")
    assert past(new, "appraising", "claims")


def test_the_name_of_a_move_tells_its_versions_and_no_step_can_be_called_so() -> None:
    assert versions_of(move_name(1, 12)) == (1, 12)
    assert not any(versions_of(t.action) for t in SCHEME.transitions)
