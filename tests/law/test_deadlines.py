"""Deadlines: the last instant on time and the first one late, in Asia/Ho_Chi_Minh."""

import datetime as dt

import pytest

from certflow.law.deadlines import Due, on_time, standing, valid_until
from tests.definitions.shipped import SCHEME

UTC = dt.UTC
PLAN = SCHEME.deadline("submit_plan")
STATUTORY = SCHEME.deadline("submit_statutory")


def test_the_scheme_dates_fall_in_the_year_after_the_assessed_one() -> None:
    assert PLAN.due_on(2024) == dt.date(2025, 2, 15)
    assert STATUTORY.due_on(2024) == dt.date(2025, 2, 28)


@pytest.mark.parametrize(
    ("included", "instant", "expected"),
    [
        (True, dt.datetime(2025, 2, 15, 16, 59, 59, 999999, UTC), True),
        (True, dt.datetime(2025, 2, 15, 17, 0, 0, 0, UTC), False),
        (False, dt.datetime(2025, 2, 14, 16, 59, 59, 999999, UTC), True),
        (False, dt.datetime(2025, 2, 14, 17, 0, 0, 0, UTC), False),
    ],
)
def test_a_day_ends_at_24_00_in_vietnam_and_may_be_included_or_not(
    included: bool, instant: dt.datetime, expected: bool
) -> None:
    assert on_time(Due(PLAN, dt.date(2025, 2, 15), included), instant) is expected


@pytest.mark.parametrize(
    ("today", "left", "overdue"),
    [(dt.date(2025, 2, 10), 5, False), (dt.date(2025, 2, 15), 0, False), (dt.date(2025, 2, 16), -1, True)],
)
def test_days_left_count_to_the_last_day_on_time(today: dt.date, left: int, overdue: bool) -> None:
    found = standing(Due(PLAN, dt.date(2025, 2, 15), True), None, today=today)

    assert (found.days_left, found.overdue, found.on_time) == (left, overdue, None)


def test_what_was_reached_in_time_stays_on_time_for_ever() -> None:
    reached = dt.datetime(2025, 2, 1, tzinfo=UTC)

    found = standing(Due(STATUTORY, dt.date(2025, 2, 28), False), reached, today=dt.date(2030, 1, 1))

    assert found.on_time is True
    assert not found.overdue


@pytest.mark.parametrize(
    ("recognised", "until"),
    [(dt.date(2025, 1, 1), dt.date(2028, 12, 31)), (dt.date(2025, 12, 31), dt.date(2028, 12, 31))],
)
def test_a_result_is_kept_for_the_three_years_after_the_year_of_recognition(
    recognised: dt.date, until: dt.date
) -> None:
    assert valid_until(recognised, 3) == until
