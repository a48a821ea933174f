"""The model check: each promise is broken by one deliberately wrong scheme and told with the way that breaks it."""

from dataclasses import replace
from typing import Any

import pytest

from certflow.law.facts import DossierFacts
from certflow.law.guards import GUARDS, Fixed
from certflow.law.soundness.model_check import Turn, check, turns
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from tests.definitions.shipped import FORM, SCHEME


def faults_of(spec: WorkflowSpec) -> list[str]:
    told: list[str] = []
    check(spec, lambda key, reason: told.append(f"{key}: {reason}"))
    return told


def with_changed(action: str, **changes: Any) -> WorkflowSpec:
    transitions = tuple(replace(t, **changes) if t.action == action else t for t in SCHEME.transitions)
    return replace(SCHEME, transitions=transitions)


def without(*actions: str) -> WorkflowSpec:
    return replace(SCHEME, transitions=tuple(t for t in SCHEME.transitions if t.action not in actions))


def with_state(name: str, **changes: Any) -> WorkflowSpec:
    return replace(SCHEME, states=SCHEME.states | {name: replace(SCHEME.states[name], **changes)})


def with_added(action: str, origin: str, target: str, **more: Any) -> WorkflowSpec:
    like = SCHEME.transitions[0]
    added = TransitionSpec(action, like.title, (origin,), target, ("education_head",), like.source, **more)
    return replace(SCHEME, transitions=(*SCHEME.transitions, added))


def test_the_shipped_scheme_keeps_every_promise() -> None:
    assert faults_of(SCHEME) == []


def test_the_graph_names_every_role_that_can_act_in_every_state_that_is_reached() -> None:
    graph = turns(SCHEME)

    assert Turn("under_review", "province_reviewer", (("endorse", "endorsed"), ("send_back", "appraising"))) in graph
    assert {(turn.state, turn.role) for turn in graph} == {
        (origin, role) for t in SCHEME.transitions for origin in t.origins for role in t.by
    }
    assert {turn.state for turn in turns(without("submit"))} == {"drafting", "awaiting_chair"}


def test_a_dossier_whose_findings_reach_no_level_must_have_an_end_too() -> None:
    told = faults_of(without("propose_none"))

    assert "states.appraising: a dossier whose findings reach level 0 can get here and then never end" in told


def test_a_proposal_that_nobody_can_decide_on_is_told() -> None:
    told = faults_of(without("recognise_level_2", "decline", "reopen_appraisal"))

    assert "states.endorsed: a dossier whose findings reach level 0 or 1 or 2 can get here and then never end" in told


def test_a_loop_without_a_way_out_is_told() -> None:
    told = faults_of(with_changed("accept", target="awaiting_chair"))

    assert any(line.startswith("states.drafting: a dossier whose findings reach level 0 or 1 or 2") for line in told)


def test_a_recognised_state_that_no_recognition_leads_to_is_told_with_the_way() -> None:
    told = faults_of(with_added("wave_through", "endorsed", "recognised_level_2", level=2))

    way = "drafting -> awaiting_chair -> submitted -> appraising -> under_review -> endorsed -> recognised_level_2"
    assert told == [f"states.recognised_level_2: is worth level 2 but is reached without a recognition: {way}"]


def test_a_dossier_that_begins_recognised_is_told() -> None:
    told = faults_of(with_state("drafting", level=1))

    assert "states.drafting: is worth level 1 but is reached without a recognition: drafting" in told


@pytest.mark.parametrize(
    ("origin", "target", "skipped"),
    [
        ("appraising", "endorsed", ["review"]),
        ("submitted", "under_review", ["appraisal"]),
        ("drafting", "endorsed", ["screening", "appraisal", "review"]),
    ],
)
def test_a_short_cut_is_told_with_every_stage_it_skips(origin: str, target: str, skipped: list[str]) -> None:
    told = faults_of(with_added("hurry", origin, target))

    for state in ("recognised_level_1", "recognised_level_2"):
        past = [line.split("'")[1] for line in told if line.startswith(f"states.{state}: can be reached past")]
        assert past == skipped
    assert all(f"{origin} -> {target}" in line for line in told if "past the stage" in line)


def test_a_stage_before_the_decision_without_a_state_is_skipped_by_every_dossier() -> None:
    told = faults_of(with_state("under_review", stage="appraisal"))

    assert any("can be reached past the stage 'review'" in line for line in told)


def test_a_return_must_lead_back_to_where_it_came_from() -> None:
    spec = with_changed("return_for_changes", target="drafting")
    ways = tuple(replace(t, target="declined") if t.action == "hand_over" else t for t in spec.transitions)

    assert (
        "transitions.return_for_changes: returns from 'submitted' to 'drafting', from where no way leads back to"
        " 'submitted'"
    ) in faults_of(replace(spec, transitions=ways))


def test_an_ending_in_an_earlier_stage_is_no_return() -> None:
    withdrawn = replace(SCHEME.states["declined"], name="withdrawn", stage="self_assessment")
    spec = with_added("withdraw", "submitted", "withdrawn")

    assert faults_of(replace(spec, states=spec.states | {"withdrawn": withdrawn})) == []


@pytest.mark.parametrize(("guard", "fixed"), [(name, guard.fixed) for name, guard in GUARDS.items() if guard.fixed])
@pytest.mark.parametrize("level", range(FORM.levels + 1))
@pytest.mark.parametrize("proposed", [None, 0, 1, 2])
@pytest.mark.parametrize("found", range(FORM.levels + 1))
def test_the_walk_judges_as_the_guards_do(
    guard: str, fixed: Fixed, level: int, proposed: int | None, found: int
) -> None:
    facts = replace(DossierFacts.of_case(FORM, {"findings_level": found, "proposed_level": proposed}), level=level)

    assert fixed(level, proposed, found) == (GUARDS[guard](facts) == "")
