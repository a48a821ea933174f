"""The engine: who may take which action from where, and the reasons why not."""

import itertools
from dataclasses import replace

import pytest

from certflow.errors import ActionBlocked, ActionNotOpen, NotPermitted
from certflow.law.facts import DossierFacts
from certflow.law.guards import APPRAISAL, INVOLVEMENT, MEETING, NOTE, PROPOSED_LEVEL, SELF_ASSESSMENT
from certflow.law.impartiality import Involvement
from certflow.law.scoring.scoring import score
from certflow.law.workflow import Workflow
from tests.definitions.shipped import DEFINITIONS, FORM, SCHEME
from tests.law.test_scoring import answers

WORKFLOW = Workflow(SCHEME)
READY = DossierFacts.of_case(
    FORM, {"claims_level": 2, "findings_level": 2, "proposed_level": 2, "meeting_recorded": True, "note": "Lý do"}
)


def facts_for(action: str, level: int) -> DossierFacts:
    return READY | {PROPOSED_LEVEL: 1} if action == "recognise_level_1" else replace(READY, level=level)


def test_what_gives_a_dossier_back_is_told_by_who_writes_next() -> None:
    gives_back = {transition.action for transition in SCHEME.transitions if SCHEME.gives_back(transition)}

    later = DEFINITIONS.workflow("commune_recognition", 2)
    assert gives_back == {"hand_back", "return_for_changes"}
    assert {t.action for t in later.transitions if later.gives_back(t)} == gives_back | {"ask_for_supplement"}
    assert [state for state in SCHEME.states if SCHEME.before_filing(state)] == [
        "drafting",
        "awaiting_chair",
        "returned",
    ]


@pytest.mark.parametrize(
    ("transition", "origin", "role"),
    [(t, origin, role) for t in SCHEME.transitions for origin in t.origins for role in SCHEME.roles],
    ids=lambda value: getattr(value, "action", value),
)
def test_each_action_is_open_to_its_own_role_and_to_no_other(transition: object, origin: str, role: str) -> None:
    action, target, by = transition.action, transition.target, transition.by  # type: ignore[attr-defined]
    facts = facts_for(action, 0)
    if role not in by:
        with pytest.raises(NotPermitted):
            WORKFLOW.take(action, state=origin, roles={role}, facts=facts)
        return

    move = WORKFLOW.take(action, state=origin, roles={role}, facts=facts)

    assert (move.origin, move.target, move.acting_as) == (origin, target, role)


def test_no_action_is_open_from_any_other_state() -> None:
    open_pairs = {(origin, t.action) for t in SCHEME.transitions for origin in t.origins}
    every = itertools.product(SCHEME.states, {t.action for t in SCHEME.transitions})
    for state, action in set(every) - open_pairs:
        with pytest.raises(ActionNotOpen):
            WORKFLOW.take(action, state=state, roles=set(SCHEME.roles), facts=READY)


@pytest.mark.parametrize("action", ["to_recognised_level_2", "to_drafting", "fly", ""])
def test_there_is_no_way_around_the_declared_actions(action: str) -> None:
    with pytest.raises(ActionNotOpen):
        WORKFLOW.take(action, state="drafting", roles=set(SCHEME.roles), facts=READY)


BLOCKED = [
    (
        "hand_over",
        "drafting",
        READY | {SELF_ASSESSMENT: score(FORM, {})},
        "15 indicators have not been self-assessed yet",
    ),
    ("hand_over", "drafting", READY | {MEETING: False}, "meeting has not been recorded"),
    (
        "submit",
        "awaiting_chair",
        READY | {SELF_ASSESSMENT: score(FORM, answers(i1_1={"value": False}))},
        "does not reach level 1",
    ),
    ("return_for_changes", "submitted", READY | {NOTE: "  "}, "A reason must be given"),
    ("propose_level_2", "appraising", READY | {APPRAISAL: score(FORM, {})}, "15 indicators have no finding yet"),
    (
        "propose_level_2",
        "appraising",
        READY | {APPRAISAL: score(FORM, answers(i4_2={"value": 2}))},
        "reach level 1, not level 2",
    ),
    (
        "propose_level_1",
        "appraising",
        READY | {APPRAISAL: score(FORM, answers(i4_2={"value": 1}))},
        "they reach no level",
    ),
    ("recognise_level_2", "endorsed", READY | {PROPOSED_LEVEL: 1}, "endorsed proposal is level 1"),
    ("recognise_level_1", "endorsed", READY | {PROPOSED_LEVEL: 0}, "proposal is not to recognise"),
    (
        "endorse",
        "under_review",
        READY | {INVOLVEMENT: Involvement(frozenset({"commune_officer"}))},
        "took part in this dossier in another role",
    ),
]


@pytest.mark.parametrize(("action", "state", "facts", "reason"), BLOCKED)
def test_a_blocked_action_says_why(action: str, state: str, facts: DossierFacts, reason: str) -> None:
    with pytest.raises(ActionBlocked) as refusal:
        WORKFLOW.take(action, state=state, roles=set(SCHEME.roles), facts=facts)

    assert any(reason in given for given in refusal.value.reasons), refusal.value.reasons


def test_the_reasons_on_the_button_are_the_reasons_of_the_refusal() -> None:
    for action, state, facts, _reason in BLOCKED:
        if action == "return_for_changes":
            continue
        offer = next(o for o in WORKFLOW.offers(state, set(SCHEME.roles), facts) if o.transition.action == action)
        with pytest.raises(ActionBlocked) as refusal:
            WORKFLOW.take(action, state=state, roles=set(SCHEME.roles), facts=facts)
        assert offer.reasons == refusal.value.reasons


def test_having_acted_in_the_same_part_before_is_no_hindrance() -> None:
    again = READY | {INVOLVEMENT: Involvement(frozenset({"province_reviewer"}))}

    assert WORKFLOW.take("endorse", state="under_review", roles={"province_reviewer"}, facts=again).target == "endorsed"


def test_taking_moves_keeps_nothing_of_the_dossiers() -> None:
    before = len(WORKFLOW._machine.models)
    for _n in range(50):
        WORKFLOW.take("accept", state="submitted", roles={"education_officer"}, facts=READY)

    assert len(WORKFLOW._machine.models) == before == 0


def test_progress_marks_every_stage() -> None:
    assert [mark for _stage, mark in WORKFLOW.progress("appraising")] == ["done", "done", "current", "todo", "todo"]
    assert {mark for _stage, mark in WORKFLOW.progress("declined")} == {"done"}
