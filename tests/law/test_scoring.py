"""Scoring: pass or fail, all of, exact shares, and a proof for every indicator and level."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.law.scoring.scoring import Answers, score
from tests.definitions.shipped import FORM

DEFINITION = "Công dân từ 15 tuổi, thường trú đến 31/12"


def answers(**changed: Any) -> dict[str, dict[str, Any]]:
    """Answers that reach level 2 exactly, with some changed; keys like i5_1."""
    given: dict[str, dict[str, Any]] = {
        code: {"value": True} for code, indicator in FORM.indicators.items() if indicator.kind == "yes_no"
    }
    given |= {"4.2": {"value": 3}, "4.3": {"value": 3}, "4.4": {"value": 2}}
    given["5.1"] = {"denominator": 1000, "share": 800, "definition": DEFINITION}
    given["5.2"] = {"denominator": 1000, "technical": 600, "degree": 150, "definition": DEFINITION}
    for key, value in changed.items():
        code = key[1:].replace("_", ".")
        given[code] = given[code] | value if isinstance(value, dict) else {}
    return given


def test_every_indicator_at_its_level_2_threshold_reaches_level_2() -> None:
    result = score(FORM, answers())

    assert result.level == 2
    assert result.missing_for(2) == ()
    assert result.unanswered == ()


EDGES = [
    ({"i4_2": {"value": 2}}, False, 1, "4.2"),
    ({"i4_2": {"value": 1}}, False, 0, "4.2"),
    ({"i4_3": {"value": 2}}, False, 1, "4.3"),
    ({"i4_4": {"value": 1}}, False, 1, "4.4"),
    ({"i4_4": {"value": 0}}, False, 0, "4.4"),
    ({"i5_1": {"share": 799}}, False, 1, "5.1"),
    ({"i5_1": {"share": 600}}, False, 1, "5.1"),
    ({"i5_1": {"share": 599}}, False, 0, "5.1"),
    ({"i5_2": {"technical": 599}}, False, 1, "5.2"),
    ({"i5_2": {"technical": 499, "degree": 120}}, False, 0, "5.2"),
    ({"i5_2": {"degree": 149}}, False, 1, "5.2"),
    ({"i5_2": {"degree": 119}}, False, 0, "5.2"),
    ({"i5_2": {"technical": 499, "degree": 119}}, True, 1, "5.2"),
    ({"i5_2": {"technical": 500, "degree": 120}}, True, 2, ""),
    ({"i5_2": {"technical": 399, "degree": 100}}, True, 0, "5.2"),
    ({"i5_2": {"technical": 400, "degree": 99}}, True, 0, "5.2"),
    ({"i1_1": {"value": False}}, False, 0, "1.1"),
]


@pytest.mark.parametrize(("changed", "disadvantaged", "level", "missing"), EDGES)
def test_one_indicator_decides(changed: dict[str, Any], disadvantaged: bool, level: int, missing: str) -> None:
    result = score(FORM, answers(**changed), disadvantaged=disadvantaged)

    assert result.level == level
    if missing:
        assert missing in [verdict.indicator.code for verdict in result.missing_for(2)]


def test_a_share_is_never_rounded_over_its_threshold() -> None:
    just_below = {"denominator": 1_000_000, "share": 599_999, "definition": DEFINITION}

    result = score(FORM, answers(i5_1=just_below))

    assert result.level == 0
    verdict = next(v for v in result.at(1) if v.indicator.code == "5.1")
    assert verdict.parts[0].value == Fraction(599_999, 10_000)


def test_the_proof_names_input_threshold_clause_and_verdict() -> None:
    result = score(FORM, answers(i5_2={"technical": 450, "degree": 150}), disadvantaged=True)

    verdict = next(v for v in result.at(2) if v.indicator.code == "5.2")
    technical, degree = verdict.parts
    assert (technical.value, technical.least) == (Fraction(45), Fraction(50))
    assert technical.lowered
    assert technical.met is False
    assert (degree.value, degree.least) == (Fraction(15), Fraction(12))
    assert degree.met is True
    assert technical.clause == "Điều 7 khoản 5 điểm b"
    assert verdict.met is False


@pytest.mark.parametrize(
    "incomplete",
    [
        None,
        {},
        {"denominator": 100},
        {"denominator": 0, "share": 0, "definition": "x"},
        {"share": 5, "definition": "x"},
    ],
)
def test_a_share_without_all_its_parts_is_unanswered(incomplete: dict[str, Any] | None) -> None:
    given = answers()
    given.pop("5.1")
    if incomplete is not None:
        given["5.1"] = incomplete

    result = score(FORM, given)

    assert result.unanswered == ("5.1",)
    assert result.level == 0
    assert result.criterion_level(FORM.criterion(5)) is None


def test_a_criterion_with_one_unmet_indicator_is_unmet_even_while_another_is_unanswered() -> None:
    given = answers(i1_1={"value": False})
    given.pop("1.2")

    assert score(FORM, given).criterion_level(FORM.criterion(1)) == 0


def test_nothing_answered_reaches_nothing() -> None:
    result = score(FORM, {})

    assert result.level == 0
    assert len(result.unanswered) == 15


better = st.fixed_dictionaries(
    {
        "4.2": st.fixed_dictionaries({"value": st.integers(0, 3)}),
        "5.1": st.fixed_dictionaries(
            {"denominator": st.just(1000), "share": st.integers(0, 1000), "definition": st.just("x")}
        ),
        "1.1": st.fixed_dictionaries({"value": st.booleans()}),
    }
)


@given(better)
def test_level_2_always_includes_level_1_and_a_disadvantaged_area_never_lowers_the_level(changed: Answers) -> None:
    given_answers = answers() | dict(changed)
    usual, lowered = score(FORM, given_answers), score(FORM, given_answers, disadvantaged=True)

    assert lowered.level >= usual.level
    for first, second in zip(usual.at(1), usual.at(2), strict=True):
        assert first.met or not second.met


@given(
    st.dictionaries(
        st.sampled_from(sorted(FORM.indicators)),
        st.dictionaries(st.text(max_size=9), st.none() | st.integers() | st.text(max_size=5) | st.booleans()),
    )
)
def test_no_stored_answer_breaks_scoring(stored: Answers) -> None:
    assert score(FORM, stored).level in (0, 1, 2)
