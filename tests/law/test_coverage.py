"""The share of lower units recognised: counted on a day, kept whole, never typed."""

import datetime as dt
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.assessment.answers import fields_of, missing_fields, parse
from certflow.law.scoring.coverage import Coverage, LowerUnit, coverage_of
from certflow.law.scoring.scoring import score
from tests.definitions.shipped import DEFINITIONS

DISTRICT = DEFINITIONS.form("learning_community_district", 1)
SHARE = DISTRICT.indicators["4.1"]
DAY = dt.date(2026, 3, 31)
SINCE, UNTIL = dt.date(2025, 3, 1), dt.date(2028, 12, 31)


def coverage(*levels: int, until: dt.date = UNTIL) -> Coverage:
    """One unit for each of `levels`; 0 stands for a unit never recognised."""
    units = [
        LowerUnit(f"{n}", f"Xã Số {n}", level, SINCE, until) if level else LowerUnit(f"{n}", f"Xã Số {n}")
        for n, level in enumerate(levels)
    ]
    return Coverage(DAY, tuple(units))


def met(found: Coverage) -> tuple[bool | None, ...]:
    result = score(DISTRICT, {"4.1": found.as_answer()})
    return tuple(v.met for level in (1, 2) for v in result.at(level) if v.indicator.code == "4.1")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((1,) * 9 + (0,), (True, False)),
        ((1,) * 8 + (0, 0), (False, False)),
        ((2,) * 9 + (0,), (True, True)),
        ((2,) * 8 + (1, 0), (True, False)),
        ((2,) * 8 + (1, 1), (True, False)),
        ((1,) * 899 + (0,) * 101, (False, False)),
        ((1,) * 10, (True, False)),
        ((0,), (False, False)),
    ],
)
def test_nine_in_ten_decide_and_each_level_counts_its_own(levels: tuple[int, ...], expected: tuple[bool, ...]) -> None:
    assert met(coverage(*levels)) == expected


def test_a_recognition_counts_from_its_first_to_its_last_day_and_no_longer() -> None:
    unit = LowerUnit("1", "Xã", 2, SINCE, DAY)
    day = dt.timedelta(days=1)

    assert unit.live(SINCE)
    assert unit.live(DAY)
    assert not unit.live(SINCE - day)
    assert not unit.live(DAY + day)
    assert met(coverage(*(2,) * 10, until=DAY)) == (True, True)
    assert met(coverage(*(2,) * 10, until=DAY - day)) == (False, False)


def test_a_unit_with_nothing_below_has_no_share() -> None:
    assert met(coverage()) == (None, None)
    assert coverage().share(1) is None


def test_what_is_stored_gives_the_same_share_again() -> None:
    found = coverage(2, 1, 0)
    stored = json.loads(json.dumps(found.as_answer()))

    assert coverage_of(stored) == found
    assert (found.numerator(1), found.numerator(2), found.denominator) == (2, 1, 3)
    assert found.share(2) == Fraction(100, 3)


def test_the_share_is_never_typed() -> None:
    assert fields_of(SHARE) == ()
    assert parse(SHARE, {"value": "95", "units": "all", "denominator": "1"}) == ({}, {})
    assert missing_fields(SHARE, None) == ()


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
units = st.dictionaries(st.sampled_from(["code", "name", "level", "recognised_on", "valid_until"]), json_values)


@given(on=json_values, listed=json_values | st.lists(units, max_size=3))
def test_no_stored_answer_breaks_scoring(on: object, listed: object) -> None:
    score(DISTRICT, {"4.1": {"on": on, "units": listed}})


def test_from_whom_a_recognition_is_inherited_is_kept_and_what_is_the_units_own_is_stored_as_before() -> None:
    own = LowerUnit("1", "Xã A", 1, dt.date(2026, 1, 1), dt.date(2029, 12, 31))
    passed = LowerUnit("2", "Xã B", 1, dt.date(2026, 1, 1), dt.date(2029, 12, 31), "Xã C, Xã D")
    kept = Coverage(dt.date(2026, 7, 1), (own, passed))

    stored = kept.as_answer()

    assert coverage_of(stored) == kept
    units = stored["units"]
    assert isinstance(units, list)
    assert ["inherited_from" in unit for unit in units] == [False, True]
