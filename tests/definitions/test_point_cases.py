"""Cases of ratings and records: read in short notation, refused with the reason, and failing when the rules differ."""

import tomllib

import pytest

from certflow.law.cases.case_runner import failures, run_form
from certflow.law.cases.form_cases import read_form_cases
from certflow.law.cases.specs import FormCases
from certflow.law.reading.reading import Reader
from tests.definitions.made import RATING, RECORD, read

RATING_CASES = """
cases = [
  { name = "middle", base = "some", band = "middle", points = "14.5" },
  { name = "missing", base = "some", change = { "1.2" = "unanswered" }, points = 10, unanswered = ["1.2"] },
  { name = "remarks", base = "some", part = "findings", band = "middle", unanswered = ["3.1"] },
]

[bases.some]
"1.1" = true
"1.2" = "4.5"
"2.1" = 5
"""
RECORD_CASES = """
cases = [
  { name = "complete", base = "all", unanswered = [] },
  { name = "without its file", base = "all", change = { "2.4" = 0 }, unanswered = ["2.4"] },
]

[bases.all]
"1.1" = "Đã mở 12 lớp cho người dân."
"1.2" = "2025-12-05"
"1.3" = "good"
"1.4" = false
"2.1" = 12_500_000
"2.2" = 12
"2.3" = { denominator = 1000, numerator = 300 }
"2.4" = 1
"""
DEFECTS = [
    (RATING, RATING_CASES, 'band = "middle", points', 'band = "best", points', "cases[1].band: 'best' is no band"),
    (RATING, RATING_CASES, 'band = "middle", points', "points", "cases[1].band: is missing"),
    (RATING, RATING_CASES, 'points = "14.5"', "level = 2", "cases[1].level: is not known here"),
    (RATING, RATING_CASES, 'points = "14.5"', "disadvantaged_area = true", "is not known here"),
    (RATING, RATING_CASES, 'unanswered = ["1.2"]', 'unanswered = ["9.9"]', "unanswered: '9.9' is no indicator"),
    (RATING, RATING_CASES, '"1.2" = "4.5"', '"1.2" = true', "bases.some.1.2: is no exact number: True"),
    (RATING, RATING_CASES, 'part = "findings"', 'part = "both"', "cases[3].part: is unknown: 'both'"),
    (RECORD, RECORD_CASES, '"2025-12-05"', '"05/12/2025"', "bases.all.1.2: '05/12/2025' is no date"),
    (RECORD, RECORD_CASES, '"good"', '"best"', "bases.all.1.3: 'best' is no option; choose one of good, bad"),
    (RECORD, RECORD_CASES, 'unanswered = ["2.4"]', 'band = "x"', "cases[2].unanswered: is missing"),
    (RECORD, RECORD_CASES, '"2.4" = 1', '"2.4" = "one"', "bases.all.2.4: must be a whole number"),
]


def _cases(form: str, text: str) -> tuple[FormCases, list[str]]:
    faults: list[str] = []
    return read_form_cases(Reader("made.cases.toml", tomllib.loads(text), faults), read(form)), faults


@pytest.mark.parametrize(("form", "text"), [(RATING, RATING_CASES), (RECORD, RECORD_CASES)])
def test_cases_hold(form: str, text: str) -> None:
    book, faults = _cases(form, text)

    assert faults == []
    assert list(failures(run_form(read(form), book))) == []


@pytest.mark.parametrize(("form", "text", "old", "new", "told"), DEFECTS)
def test_a_case_that_does_not_hold_together_is_refused(form: str, text: str, old: str, new: str, told: str) -> None:
    assert old in text
    _book, faults = _cases(form, text.replace(old, new, 1))

    assert any(told in fault for fault in faults), faults


def test_a_case_that_the_rules_do_not_fulfil_says_what_was_expected_and_what_came_out() -> None:
    book, _faults = _cases(RATING, RATING_CASES)
    stricter = read(RATING.replace('at_least = "9.5"', 'at_least = "14.5"').replace("at_least = 15", "at_least = 16"))
    moved = read(RATING.replace('at_least = "9.5"', "at_least = 10").replace("at_least = 15", "at_least = 14"))

    assert list(failures(run_form(stricter, book))) == []
    assert next(failures(run_form(moved, book))) == (
        "made.cases.toml: middle: expected band middle, 14.5 points, complete; got band high, 14.5 points, complete"
    )


def test_a_record_case_says_what_is_missing() -> None:
    book, _faults = _cases(RECORD, RECORD_CASES.replace("unanswered = []", 'unanswered = ["1.1"]'))

    assert list(failures(run_form(read(RECORD), book))) == [
        "made.cases.toml: complete: expected unanswered: 1.1; got complete"
    ]
