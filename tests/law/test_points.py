"""Points and records: the total, the band at, below and above its start, the caps, and what is still missing."""

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.law.scoring.entries import entries_reaching
from certflow.law.scoring.scoring import Result, score
from tests.definitions.made import RATING, RECORD, read
from tests.definitions.shipped import DEFINITIONS

FORM, REPORT = read(RATING), read(RECORD)
SAMPLE = DEFINITIONS.form("learning_centre_rating_sample", 1)
LOW, MIDDLE, HIGH = 1, 2, 3


def rated(book: bool | None = True, quality: str = "10", quantity: str = "5", **more: Any) -> Result:
    answers: dict[str, dict[str, Any]] = {"1.2": {"value": quality}, "2.1": {"value": quantity}}
    if book is not None:
        answers["1.1"] = {"value": book}
    return score(FORM, answers | more.pop("answers", {}), **more)


@pytest.mark.parametrize(
    ("book", "quality", "quantity", "total", "band"),
    [
        (True, "10", "5", "20", HIGH),
        (True, "5", "5", "15", HIGH),
        (True, "5.5", "5", "15.5", HIGH),
        (True, "4.5", "5", "14.5", MIDDLE),
        (False, "4.5", "5", "9.5", MIDDLE),
        (False, "5", "5", "10", MIDDLE),
        (False, "4", "5", "9", LOW),
        (False, "0", "0", "0", LOW),
    ],
)
def test_the_total_leads_to_the_band_that_starts_at_it_or_below(
    book: bool, quality: str, quantity: str, total: str, band: int
) -> None:
    result = rated(book, quality, quantity)

    assert result.points is not None
    assert result.points.total == Fraction(total)
    assert (result.level, result.points.reached, result.points.caps) == (band, band, ())


@pytest.mark.parametrize(("quality", "capped"), [("2", True), ("2.5", False), ("3", False)])
def test_an_indicator_below_its_cap_keeps_the_band_down(quality: str, capped: bool) -> None:
    generous = read(RATING.replace("at_least = 15", "at_least = 12"))
    result = score(generous, {"1.1": {"value": True}, "1.2": {"value": quality}, "2.1": {"value": "5"}})

    assert result.points is not None
    assert result.points.reached == HIGH
    assert result.level == (MIDDLE if capped else HIGH)
    assert [cap.indicator for cap in result.points.caps] == (["1.2"] if capped else [])


def test_a_criterion_below_its_cap_keeps_the_band_down_and_of_two_caps_the_lower_band_is_left() -> None:
    one = rated(quantity="0")
    generous = read(RATING.replace("at_least = 15", "at_least = 5").replace('at_least = "9.5"', "at_least = 1"))
    both = score(generous, {"1.1": {"value": True}, "1.2": {"value": "2"}, "2.1": {"value": "0"}})

    assert one.points is not None
    assert both.points is not None
    assert (one.points.reached, one.level) == (HIGH, LOW)
    assert (both.points.reached, both.level, len(both.points.caps)) == (HIGH, LOW, 2)


def test_a_cap_neither_lifts_a_band_nor_is_told_where_it_changes_nothing() -> None:
    result = rated(False, "0", "0")

    assert result.points is not None
    assert (result.level, result.points.caps) == (LOW, ())


def test_a_yes_brings_all_or_nothing_and_halves_are_exact() -> None:
    yes, no = rated(True, "0.5").points, rated(False, "0.5").points

    assert yes is not None
    assert no is not None
    assert (yes.indicators["1.1"], no.indicators["1.1"]) == (Fraction(5), Fraction(0))
    assert yes.criteria == {1: Fraction(11, 2), 2: Fraction(5), 3: Fraction(0)}


@pytest.mark.parametrize("value", ["10.5", "-1", "0.25", "many", "1/0", "", 5, True, None])
def test_what_an_indicator_cannot_have_is_no_answer(value: object) -> None:
    result = rated(answers={"1.2": {"value": value}})

    assert result.unanswered == ("1.2",)
    assert result.level == 0


def test_without_every_point_there_is_a_total_so_far_and_no_band() -> None:
    result = rated(None)

    assert result.points is not None
    assert (result.level, result.points.total, result.unanswered) == (0, Fraction(15), ("1.1",))


def test_what_is_asked_of_the_appraiser_is_missing_there_only() -> None:
    short, long = {"3.1": {"value": "Thiếu"}}, {"3.1": {"value": "Thiếu kinh phí"}}

    assert rated().unanswered == ()
    assert rated(part="findings").unanswered == ("3.1",)
    assert rated(part="findings", answers=short).unanswered == ("3.1",)
    assert rated(part="findings", answers=long).unanswered == ()
    assert rated(part="findings").level == HIGH


@given(st.booleans(), st.integers(0, 20), st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_total_does_not_depend_on_the_order_of_the_answers(
    book: bool, halves: int, quantity: int, shuffle: random.Random
) -> None:
    answers: list[tuple[str, dict[str, Any]]] = [
        ("1.1", {"value": book}),
        ("1.2", {"value": f"{halves // 2}.5" if halves % 2 else str(halves // 2)}),
        ("2.1", {"value": str(quantity)}),
    ]
    first = score(FORM, dict(answers))
    shuffle.shuffle(answers)

    assert score(FORM, dict(answers)) == first
    assert first.points is not None
    assert first.points.total == (5 if book else 0) + Fraction(halves, 2) + quantity


@pytest.mark.parametrize("form", [FORM, SAMPLE], ids=lambda form: form.name)
def test_answers_can_be_made_up_for_every_band(form: Any) -> None:
    for rank in range(1, form.levels + 1):
        result = score(form, entries_reaching(form, rank), part="findings")
        assert (result.level, result.unanswered) == (rank, ())


def test_a_record_has_no_level_and_is_complete_with_its_obligatory_entries() -> None:
    complete = entries_reaching(REPORT, 0)

    assert score(REPORT, {}).unanswered == ("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4")
    assert score(REPORT, complete).unanswered == ()
    assert score(REPORT, complete).level == 0
    assert score(REPORT, complete).points is None


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("1.1", {"value": "quá ngắn"}),
        ("1.1", {"value": " " * 30}),
        ("1.2", {"value": ""}),
        ("1.3", {"value": "gone"}),
        ("1.3", {"value": ["good"]}),
        ("1.4", {"value": "yes"}),
        ("2.1", {"value": True}),
        ("2.2", {}),
        ("2.3", {"denominator": 0, "numerator": 0, "definition": "x"}),
        ("2.3", {"denominator": 5, "definition": "x"}),
        ("2.3", {"denominator": 5, "numerator": 3}),
        ("2.4", {"files": 0}),
        ("2.4", {}),
    ],
)
def test_an_incomplete_entry_is_missing(code: str, answer: dict[str, Any]) -> None:
    assert score(REPORT, {**entries_reaching(REPORT, 0), code: answer}).unanswered == (code,)
