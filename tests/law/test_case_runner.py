"""Cases run through the rules themselves, and a case that fails says what it expected and what it got."""

import datetime as dt
from typing import Any

import pytest

from certflow.law.cases.case_runner import failures, run_form, run_workflow
from certflow.law.cases.specs import ActionCase, DeadlineCase, FormCase, FormCases, WorkflowCases
from certflow.law.scoring.entries import answers_reaching
from certflow.law.scoring.scoring import score
from tests.definitions.shipped import FORM, SCHEME
from tests.law.test_scoring import answers


def run_one(case: FormCase | ActionCase | DeadlineCase) -> list[str]:
    if isinstance(case, FormCase):
        return list(failures(run_form(FORM, FormCases("a.cases.toml", (FORM.name, 1), (case,)))))
    actions = (case,) if isinstance(case, ActionCase) else ()
    deadlines = (case,) if isinstance(case, DeadlineCase) else ()
    return list(failures(run_workflow(SCHEME, FORM, WorkflowCases("a.cases.toml", SCHEME.key, actions, deadlines))))


def attempt(target: str = "", refused: tuple[str, ...] = (), **given: Any) -> ActionCase:
    """The commune's leader files a dossier that is ready for it, with some things different."""
    told: dict[str, Any] = {
        "state": "awaiting_chair",
        "action": "submit",
        "role": "commune_chair",
        "claims_level": 1,
    } | given
    facts = {"claims_level": told["claims_level"], "meeting_recorded": told.get("meeting_recorded", True)}
    return ActionCase("x", told["state"], told["action"], told["role"], facts, target, refused)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_answers_made_for_a_level_are_complete_and_reach_just_that_level(level: int) -> None:
    result = score(FORM, answers_reaching(FORM, level))

    assert (result.level, result.unanswered) == (level, ())


@pytest.mark.parametrize(
    ("changed", "disadvantaged", "level", "unmet", "got"),
    [
        ({}, False, 2, (), None),
        ({}, False, 1, ("4.2",), "expected level 1, unmet for level 2: 4.2; got level 2"),
        ({"i4_2": {"value": 2}}, False, 1, ("4.2",), None),
        ({"i4_2": {"value": 2}}, False, 1, ("4.2", "4.3"), "4.2, 4.3; got level 1, unmet for level 2: 4.2"),
        ({"i5_2": {"technical": 500}}, True, 2, (), None),
        ({"i5_2": {"technical": 500}}, False, 2, (), "expected level 2; got level 1, unmet for level 2: 5.2"),
    ],
)
def test_a_case_of_a_criteria_set(
    changed: dict[str, Any], disadvantaged: bool, level: int, unmet: tuple[str, ...], got: str | None
) -> None:
    told = run_one(FormCase("x", answers(**changed), disadvantaged, level, unmet))

    assert told == [] if got is None else told[0].startswith("a.cases.toml: x: expected") and got in told[0], told


@pytest.mark.parametrize(
    ("case", "got"),
    [
        (attempt("submitted"), None),
        (attempt("declined"), "expected leads to declined; got leads to submitted"),
        (attempt(refused=("role",)), "expected refused by role; got leads to submitted"),
        (attempt(refused=("role",), role="education_head"), None),
        (attempt("submitted", role="education_head"), "got refused by role"),
        (attempt(refused=("state",), state="drafting"), None),
        (attempt(refused=("role",), state="drafting"), "got refused by state"),
        (attempt(refused=("claim_reaches_a_level",), claims_level=0), None),
        (attempt(refused=("meeting_recorded",), meeting_recorded=False), None),
        (
            attempt(refused=("meeting_recorded",), meeting_recorded=False, claims_level=0),
            "expected refused by meeting_recorded; got refused by claim_reaches_a_level, meeting_recorded",
        ),
        (attempt(refused=("self_assessment_complete", "claim_reaches_a_level"), claims_level=None), None),
    ],
)
def test_a_case_of_an_action_tells_which_guards_refuse(case: ActionCase, got: str | None) -> None:
    told = run_one(case)

    assert told == [] if got is None else got in told[0], told


@pytest.mark.parametrize(("hour", "on_time", "fails"), [(16, True, False), (17, False, False), (17, True, True)])
def test_a_case_of_a_deadline_counts_by_the_clock_of_the_office(hour: int, on_time: bool, fails: bool) -> None:
    told = run_one(DeadlineCase("x", "submit_plan", 2024, dt.datetime(2025, 2, 15, hour, tzinfo=dt.UTC), on_time))

    assert told == (["a.cases.toml: x: expected on time; got late"] if fails else [])
