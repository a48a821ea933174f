"""The level is found in whole numbers and the proof in exact fractions: whatever is asked and answered, they agree."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from certflow.law.scoring import scoring
from certflow.law.scoring.scoring import Result, measure, score
from certflow.law.specs.form import (
    COMPARED,
    INDICATOR_KINDS,
    CriterionSpec,
    FormSpec,
    IndicatorKind,
    IndicatorSpec,
    PartSpec,
    Threshold,
)
from certflow.law.specs.words import Text
from tests.definitions.shipped import FORM
from tests.law.test_scoring import answers
from tests.properties import examples

LEVELS = 3
NO_WORDS = Text("", "")
DAY = dt.date(2026, 3, 1)

leasts = st.sampled_from([None, *(Fraction(n) for n in ("0", "1/2", "1", "2", "25", "100/3", "50", "60", "66.67"))])
thresholds = st.builds(Threshold, st.just("Điều 7"), leasts, leasts, st.integers(1, 3))
parts = st.lists(thresholds, min_size=LEVELS, max_size=LEVELS).map(tuple)
few = st.integers(0, 6)
decimals = st.decimals(0, 9, places=2, allow_nan=False).map(str)
units = st.builds(
    lambda level, since, days: {
        "code": "1",
        "name": "Xã Một",
        "level": level,
        "recognised_on": (DAY + dt.timedelta(since)).isoformat(),
        "valid_until": (DAY + dt.timedelta(since + days)).isoformat(),
    },
    st.integers(0, 3),
    st.integers(-3, 1),
    st.integers(0, 10),
)
ANSWERS: dict[str, st.SearchStrategy[Mapping[str, Any]]] = {
    "yes_no": st.fixed_dictionaries({"value": st.booleans()}),
    "attained_level": st.fixed_dictionaries({"value": st.integers(0, 5)}),
    "count": st.fixed_dictionaries({"value": st.integers(0, 120)}),
    "percentage": st.fixed_dictionaries({"denominator": few, "p0": few, "definition": st.just("x")}),
    "percentages": st.fixed_dictionaries({"denominator": few, "p0": few, "p1": few, "definition": st.just("x")}),
    "rise": st.fixed_dictionaries({"previous": decimals, "current": decimals}),
    "fall": st.fixed_dictionaries({"previous": decimals, "current": decimals}),
    "share_of_units": st.fixed_dictionaries({"on": st.just(DAY.isoformat()), "units": st.lists(units, max_size=4)}),
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[FormSpec, dict[str, Mapping[str, Any]]]:
    """A criteria set of any kinds with any thresholds, higher levels easier than lower ones too, and answers to it."""
    kinds = draw(st.lists(st.sampled_from(INDICATOR_KINDS), max_size=2))
    indicators = tuple(_indicator(draw, kind, n) for n, kind in enumerate(kinds, 1))
    criteria = (CriterionSpec(1, NO_WORDS, (), indicators),)
    form = FormSpec("any", 1, NO_WORDS, "", "sample", NO_WORDS, "", LEVELS, criteria)
    absent: st.SearchStrategy[Mapping[str, Any]] = st.just({})
    return form, {i.code: draw(st.one_of(*[ANSWERS[i.kind]] * 9, absent)) for i in indicators}


def _indicator(draw: st.DrawFn, kind: IndicatorKind, number: int) -> IndicatorSpec:
    count = 2 if kind == "percentages" else 1
    asked = tuple(PartSpec(f"p{n}", NO_WORDS, draw(parts)) for n in range(count))
    return IndicatorSpec(f"1.{number}", kind, NO_WORDS, asked)


def implied(result: Result) -> int:
    """The level that follows from the proof alone."""
    level = 0
    while level < len(result.verdicts) and all(verdict.met for verdict in result.verdicts[level]):
        level += 1
    return level


@examples(300)
@given(cases(), st.booleans())
def test_the_proof_implies_exactly_the_level_and_names_what_is_unanswered(
    case: tuple[FormSpec, dict[str, Mapping[str, Any]]], disadvantaged: bool
) -> None:
    form, given_answers = case

    result = score(form, given_answers, disadvantaged=disadvantaged)

    assert result.level == implied(result)
    assert list(result.unanswered) == [v.indicator.code for v in result.at(1) if v.met is None]


@examples(300)
@given(cases(), st.booleans())
def test_a_criterion_is_met_up_to_the_level_that_the_proof_implies(
    case: tuple[FormSpec, dict[str, Mapping[str, Any]]], disadvantaged: bool
) -> None:
    form, given_answers = case

    result = score(form, given_answers, disadvantaged=disadvantaged)

    met = [verdict.met for verdict in result.at(1)]
    incomplete = not met or (None in met and False not in met)
    assert result.criterion_level(form.criterion(1)) == (None if incomplete else implied(result))


@examples(300)
@given(cases(), st.booleans())
def test_every_verdict_of_the_proof_is_its_exact_value_against_its_threshold(
    case: tuple[FormSpec, dict[str, Mapping[str, Any]]], disadvantaged: bool
) -> None:
    form, given_answers = case
    for verdict in (v for at in score(form, given_answers, disadvantaged=disadvantaged).verdicts for v in at):
        indicator = verdict.indicator
        values = measure(indicator, given_answers[indicator.code])
        wanted = []
        for n, part in enumerate(indicator.parts):
            least = part.thresholds[verdict.level - 1].least_for(disadvantaged=disadvantaged) or Fraction(0)
            value = None if values is None else values[verdict.level - 1 if indicator.computed else n]
            assert (verdict.parts[n].value, verdict.parts[n].least) == (value, least)
            if value is not None:
                wanted.append(value > least or (value == least and indicator.kind not in COMPARED))
            assert verdict.parts[n].met == (wanted[n] if wanted else None)
        assert verdict.met == (None if values is None else all(wanted))


def test_the_proof_is_of_what_was_scored_even_when_the_answers_change_before_it_is_read() -> None:
    stored = answers()
    result = score(FORM, stored)
    stored["1.1"] = {"value": False}
    stored["5.1"]["share"] = 0

    assert (result.level, implied(result)) == (2, 2)


def test_the_plan_of_a_criteria_set_is_made_once_for_each_kind_of_area() -> None:
    assert scoring._plan(FORM, False) is scoring._plan(FORM, False)
    assert scoring._plan(FORM, False) is not scoring._plan(FORM, True)
