"""Answers as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.assessment.answers import fields_of, missing_fields, parse
from tests.definitions.shipped import FORM

YES_NO, LEVEL = FORM.indicators["1.1"], FORM.indicators["4.2"]
SHARE, SHARES = FORM.indicators["5.1"], FORM.indicators["5.2"]


@pytest.mark.parametrize(("typed", "stored"), [("yes", {"value": True}), ("no", {"value": False}), ("", {})])
def test_met_or_not(typed: str, stored: dict[str, bool]) -> None:
    assert parse(YES_NO, {"value": typed}) == (stored, {})


@pytest.mark.parametrize(("typed", "stored"), [("0", {"value": 0}), ("3", {"value": 3}), ("", {})])
def test_an_attained_level(typed: str, stored: dict[str, int]) -> None:
    assert parse(LEVEL, {"value": typed}) == (stored, {})


@pytest.mark.parametrize(("indicator", "typed"), [(YES_NO, "maybe"), (LEVEL, "4"), (LEVEL, "-1"), (LEVEL, "²")])
def test_a_choice_that_was_not_offered_is_refused(indicator: object, typed: str) -> None:
    answer, faults = parse(indicator, {"value": typed})  # type: ignore[arg-type]

    assert answer == {}
    assert list(faults) == ["value"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1250", 1250), ("1.250", 1250), ("1 250", 1250), ("1.250.000", 1_250_000), ("0", 0), ("１２", 12)],
)
def test_numbers_as_officers_write_them(typed: str, number: int) -> None:
    answer, faults = parse(SHARE, {"denominator": "2000000", "share": typed, "definition": "x"})

    assert answer["share"] == number
    assert faults == {}


@pytest.mark.parametrize("typed", ["0.875", "0.500", "00.125", "0.000"])
def test_a_decimal_with_a_point_is_never_thousands_of_anything(typed: str) -> None:
    answer, faults = parse(SHARE, {"denominator": "2000", "share": typed, "definition": "x"})

    assert "share" not in answer
    assert faults == {"share": "Write a whole number, for example 1250 or 1.250."}


@pytest.mark.parametrize(
    ("technical", "degree", "wrong"),
    [("0", "1", ["degree"]), ("1001", "1001", ["technical", "degree"]), ("", "1001", ["degree"]), ("10", "10", [])],
)
def test_each_part_is_counted_within_all_before_it(technical: str, degree: str, wrong: list[str]) -> None:
    values = {"denominator": "1000", "technical": technical, "degree": degree, "definition": "x"}

    assert list(parse(SHARES, values)[1]) == wrong


@pytest.mark.parametrize("typed", ["12,5", "1.25", "12.5", "-3", "abc", "1e3", "12 người", "9" * 30, ".500", "1..000"])
def test_what_is_no_whole_number_is_refused_at_its_field(typed: str) -> None:
    _answer, faults = parse(SHARE, {"denominator": typed})

    assert list(faults) == ["denominator"]


def test_a_part_cannot_exceed_the_whole_and_degrees_are_counted_within_the_trained() -> None:
    _answer, faults = parse(SHARES, {"denominator": "1000", "technical": "1001", "degree": "1002", "definition": "x"})

    assert set(faults) == {"technical", "degree"}
    assert "1000" in faults["technical"]


def test_nobody_is_counted_in_a_total_of_nothing() -> None:
    _answer, faults = parse(SHARE, {"denominator": "0", "share": "0", "definition": "x"})

    assert list(faults) == ["denominator"]


def test_half_an_answer_is_kept_and_says_what_is_missing() -> None:
    answer, faults = parse(SHARES, {"denominator": "1000", "technical": "", "definition": "  "})

    assert (answer, faults) == ({"denominator": 1000}, {})
    assert missing_fields(SHARES, answer) == ("technical", "degree", "definition")


@given(st.dictionaries(st.sampled_from(fields_of(SHARES)), st.text(max_size=40)))
def test_nothing_that_can_be_typed_breaks_parsing(typed: dict[str, str]) -> None:
    answer, faults = parse(SHARES, typed)

    assert set(answer) | set(faults) <= set(fields_of(SHARES))
