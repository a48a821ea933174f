"""Points and entries of a record as they are typed, and how they come back into their fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.assessment.answers import fields_of, missing_fields, parse
from certflow.assessment.typed_entries import LONGEST_TEXT, typed_entry
from tests.definitions.made import RATING, RECORD, read

QUALITY = read(RATING).indicators["1.2"]
REPORT = read(RECORD).indicators
TEXT, DATE, CHOICE, AMOUNT, FILE = (REPORT[code] for code in ("1.1", "1.2", "1.3", "2.1", "2.4"))


@pytest.mark.parametrize(
    ("typed", "stored", "again"),
    [("7,5", "7.5", "7,5"), ("10", "10", "10"), ("0", "0", "0"), ("7,50", "7.5", "7,5"), (" 07,0 ", "7", "7")],
)
def test_points_are_typed_with_a_comma_and_kept_exactly(typed: str, stored: str, again: str) -> None:
    assert parse(QUALITY, {"value": typed}) == ({"value": stored}, {})
    assert typed_entry(QUALITY, {"value": stored}) == {"value": again}


@pytest.mark.parametrize("typed", ["7.5", "10,5", "7,25", "-1", "mười", "1e1", "10,0000001"])
def test_points_that_cannot_be_given_are_refused_with_what_can(typed: str) -> None:
    answer, faults = parse(QUALITY, {"value": typed})

    assert answer == {}
    assert "10" in faults["value"]
    assert "0,5" in faults["value"]


@given(st.integers(0, 20))
def test_every_possible_number_of_points_comes_back_as_it_was_typed(halves: int) -> None:
    typed = f"{halves // 2},5" if halves % 2 else str(halves // 2)
    answer, faults = parse(QUALITY, {"value": typed})

    assert not faults
    assert typed_entry(QUALITY, answer) == {"value": typed}


@pytest.mark.parametrize(
    ("typed", "stored", "again"),
    [("1.250.000", 1_250_000, "1.250.000"), ("1250000", 1_250_000, "1.250.000"), ("0", 0, "0"), ("999", 999, "999")],
)
def test_amounts_are_whole_and_come_back_with_dots(typed: str, stored: int, again: str) -> None:
    assert parse(AMOUNT, {"value": typed}) == ({"value": stored}, {})
    assert typed_entry(AMOUNT, {"value": stored}) == {"value": again}


@pytest.mark.parametrize("typed", ["1,5", "-5", "5 triệu", "1.25.000", "9" * 17])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    assert list(parse(AMOUNT, {"value": typed})[1]) == ["value"]


@pytest.mark.parametrize("typed", ["15/02/2026", "15-2-2026", "15.02.2026"])
def test_a_date_is_kept_as_a_date(typed: str) -> None:
    assert parse(DATE, {"value": typed}) == ({"value": "2026-02-15"}, {})
    assert typed_entry(DATE, {"value": "2026-02-15"}) == {"value": "15/02/2026"}


@pytest.mark.parametrize("typed", ["31/02/2026", "2026-02-15", "hôm nay", "15/02/0001", "15/02/26"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    assert list(parse(DATE, {"value": typed})[1]) == ["value"]


def test_a_choice_is_one_of_those_offered() -> None:
    assert parse(CHOICE, {"value": "good"}) == ({"value": "good"}, {})
    assert list(parse(CHOICE, {"value": "Tốt"})[1]) == ["value"]


def test_a_text_may_be_short_while_it_is_a_draft_and_is_never_cut() -> None:
    assert parse(TEXT, {"value": "Ngắn"}) == ({"value": "Ngắn"}, {})
    assert parse(TEXT, {"value": "x" * LONGEST_TEXT})[1] == {}
    assert list(parse(TEXT, {"value": "x" * (LONGEST_TEXT + 1)})[1]) == ["value"]


def test_what_is_left_blank_is_not_answered_yet_and_files_are_not_typed() -> None:
    for indicator in (QUALITY, TEXT, DATE, CHOICE, AMOUNT):
        assert parse(indicator, {"value": "  "}) == ({}, {})
        assert missing_fields(indicator, {}) == ("value",)
        assert typed_entry(indicator, {}) == {}
    assert fields_of(FILE) == ()
    assert parse(FILE, {"value": "3", "files": "3"}) == ({}, {})
    assert typed_entry(FILE, {"files": 3}) == {}
