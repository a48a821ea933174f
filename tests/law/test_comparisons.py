"""Rises, falls and counts: what is typed, and what decides at, below and above the threshold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.assessment.answers import fields_of, missing_fields, parse
from certflow.http.typed import typed_decimal
from certflow.law.scoring.scoring import Answer, score
from tests.definitions.shipped import DEFINITIONS

PROVINCE = DEFINITIONS.form("learning_community_province", 1)
COUNT, FALL, RISE = (PROVINCE.indicators[code] for code in ("3.4", "4.2", "4.3"))


def verdict(code: str, answer: Answer) -> bool | None:
    """Whether one indicator of the province is met at both levels, which agree."""
    result = score(PROVINCE, {code: answer})
    found = {v.met for level in (1, 2) for v in result.at(level) if v.indicator.code == code}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("previous", "current", "rises", "falls"),
    [
        ("58.25", "58.25", False, False),
        ("58.25", "58.250", False, False),
        ("58.25", "58.250001", True, False),
        ("58.25", "58.249999", False, True),
        ("0", "0", False, False),
        ("9", "10", True, False),
        ("999999999999999999.999998", "999999999999999999.999999", True, False),
    ],
)
def test_equal_is_neither_a_rise_nor_a_fall(previous: str, current: str, rises: bool, falls: bool) -> None:
    answer = {"previous": previous, "current": current}

    assert (verdict("4.3", answer), verdict("4.2", answer)) == (rises, falls)


def test_the_change_is_kept_exactly_in_the_proof() -> None:
    result = score(PROVINCE, {"4.2": {"previous": "0.3", "current": "0.1"}})
    part = next(v for v in result.at(1) if v.indicator.code == "4.2").parts[0]

    assert (part.value, part.least, part.strictly, part.met) == (Fraction(1, 5), Fraction(0), True, True)


@pytest.mark.parametrize("answer", [{}, {"previous": "1"}, {"current": "1"}, {"previous": "x", "current": "1"}])
def test_half_a_comparison_is_no_answer(answer: dict[str, str]) -> None:
    assert verdict("4.3", answer) is None


@pytest.mark.parametrize(("programmes", "met"), [(0, False), (3, False), (4, True), (5, True)])
def test_a_count_decides_at_its_threshold(programmes: int, met: bool) -> None:
    assert verdict("3.4", {"value": programmes}) is met


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("58,25", "58.25"),
        ("1.250,5", "1250.5"),
        ("1 250 000", "1250000"),
        ("0,10", "0.10"),
        ("007", "7"),
        ("１２,５", "12.5"),
        ("0", "0"),
        ("0,000001", "0.000001"),
    ],
)
def test_decimals_as_officers_write_them_are_kept_exactly(typed: str, stored: str) -> None:
    answer, faults = parse(RISE, {"previous": typed, "current": "1"})

    assert (answer, faults) == ({"previous": stored, "current": "1"}, {})
    assert parse(RISE, {"previous": typed_decimal(stored), "current": "1"})[0] == answer


@pytest.mark.parametrize("typed", ["58.25", "1,2,3", "-3", "1e3", "12 %", ",5", "5,", "1,1234567", "9" * 19, "NaN"])
def test_what_is_no_decimal_is_refused_at_its_field(typed: str) -> None:
    answer, faults = parse(FALL, {"previous": typed, "current": "1"})

    assert answer == {"current": "1"}
    assert list(faults) == ["previous"]


@pytest.mark.parametrize(("typed", "stored"), [("4", {"value": 4}), ("1.250", {"value": 1250}), ("", {})])
def test_a_count_is_a_whole_number(typed: str, stored: dict[str, int]) -> None:
    assert parse(COUNT, {"value": typed}) == (stored, {})


@pytest.mark.parametrize("typed", ["4,5", "-1", "bốn", "3000000000"])
def test_what_is_no_count_is_refused(typed: str) -> None:
    answer, faults = parse(COUNT, {"value": typed})

    assert (answer, list(faults)) == ({}, ["value"])


def test_both_years_are_asked_and_what_is_blank_is_missing() -> None:
    assert fields_of(RISE) == ("previous", "current")
    assert missing_fields(RISE, {"current": "5"}) == ("previous",)
    assert parse(RISE, {"previous": " ", "current": ""}) == ({}, {})


@given(st.dictionaries(st.sampled_from(["previous", "current"]), st.text(max_size=40)))
def test_nothing_that_can_be_typed_breaks_parsing_or_scoring(typed: dict[str, str]) -> None:
    answer, faults = parse(RISE, typed)

    assert not set(answer) & set(faults)
    assert verdict("4.3", answer) in (True, False, None)
