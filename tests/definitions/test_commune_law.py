"""The shipped criteria agree with Circular 25/2023/TT-BGDĐT art. 6-8, indicator by indicator.

The table below was written from the circular's own text and holds every threshold it names.
"""

from fractions import Fraction

import pytest

from certflow.law.specs.form import IndicatorSpec
from tests.definitions.shipped import FORM, SCHEME

YES_NO = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1"]
LEVELS = {"4.2": (2, 3, 3), "4.3": (2, 3, 3), "4.4": (1, 2, 2)}
SHARES = {
    ("5.1", "share"): ((60, None), (80, None)),
    ("5.2", "technical"): ((50, 40), (60, 50)),
    ("5.2", "degree"): ((12, 10), (15, 12)),
}
POINTS = {1: "abc", 2: "abc", 3: "abc", 4: "abcd", 5: "ab"}


def test_there_are_five_criteria_and_fifteen_indicators_at_two_levels() -> None:
    assert [len(criterion.indicators) for criterion in FORM.criteria] == [3, 3, 3, 4, 2]
    assert FORM.levels == 2
    assert len(FORM.indicators) == 15


def test_ten_indicators_are_met_or_not() -> None:
    assert [code for code, indicator in FORM.indicators.items() if indicator.kind == "yes_no"] == YES_NO


@pytest.mark.parametrize(("code", "expected"), LEVELS.items())
def test_attained_levels(code: str, expected: tuple[int, int, int]) -> None:
    indicator = FORM.indicators[code]
    leasts = [threshold.least for threshold in indicator.parts[0].thresholds]

    assert (*leasts, indicator.highest) == expected


@pytest.mark.parametrize(("key", "expected"), SHARES.items())
def test_shares_and_their_lower_thresholds(key: tuple[str, str], expected: tuple[tuple[int, int | None], ...]) -> None:
    code, name = key
    part = next(part for part in FORM.indicators[code].parts if part.key == name)

    given = [(t.least, t.least_in_disadvantaged_area) for t in part.thresholds]
    assert given == [(Fraction(usual), lowered and Fraction(lowered)) for usual, lowered in expected]


def test_every_indicator_cites_its_own_article_clause_and_point_at_each_level() -> None:
    for criterion in FORM.criteria:
        for indicator, point in zip(criterion.indicators, POINTS[criterion.number], strict=True):
            for part in indicator.parts:
                first, second = (threshold.clause for threshold in part.thresholds)
                assert first == f"Điều 6 khoản {criterion.number} điểm {point}"
                assert second.startswith(f"Điều 7 khoản {criterion.number}")
                assert f"điểm {point}" in second


def test_a_lowered_threshold_is_used_in_a_disadvantaged_area_only() -> None:
    technical: IndicatorSpec = FORM.indicators["5.2"]
    threshold = technical.parts[0].thresholds[0]

    assert threshold.least_for(disadvantaged=False) == Fraction(50)
    assert threshold.least_for(disadvantaged=True) == Fraction(40)


def test_the_set_is_marked_as_transcribed() -> None:
    assert FORM.trust == "transcribed"
    assert "chưa được cơ quan giáo dục xác nhận" in FORM.trust_note.vi


def test_the_four_dates_stand_in_two_layers() -> None:
    dates = {d.name: (d.layer, f"{d.day:02d}/{d.month:02d}", d.included) for d in SCHEME.deadlines}

    assert dates == {
        "submit_plan": ("plan", "15/02", True),
        "review_plan": ("plan", "25/02", True),
        "submit_statutory": ("statutory", "28/02", False),
        "decide_statutory": ("statutory", "31/03", False),
    }


def test_the_decider_is_the_head_of_the_district_education_office_and_the_title_is_kept_three_years() -> None:
    assert SCHEME.outcome is not None
    assert SCHEME.outcome.deciders == ("education_head",)
    assert SCHEME.roles["education_head"].seat == "district"
    assert SCHEME.outcome.validity_years == 3
    finals = {name for name, state in SCHEME.states.items() if state.final}
    assert finals == {"recognised_level_1", "recognised_level_2", "declined"}
