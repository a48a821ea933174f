"""Counting working days: weekends, holidays, swapped days, and what is not known."""

import datetime as dt

import pytest

from certflow import clock
from certflow.law.deadlines import Due, Undated, counted_due, on_time
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import DeadlineSpec
from certflow.law.working_days import NOTHING_KNOWN, WorkingCalendar, last_working_day

YEAR = WorkingCalendar(known=frozenset({2026}))
SPEC = DeadlineSpec(
    "decide", Text("a", "a"), "statutory", ("decided",), 0, 0, True, "art. 1", working_days=3, after=("accepted",)
)  # fmt: skip


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()


@pytest.mark.parametrize(
    ("event", "count", "last"),
    [
        ("02/03/2026", 1, "03/03/2026"),
        ("02/03/2026", 20, "30/03/2026"),
        ("06/03/2026", 1, "09/03/2026"),
        ("07/03/2026", 1, "09/03/2026"),
        ("08/03/2026", 5, "13/03/2026"),
        ("08/03/2026", 6, "16/03/2026"),
    ],
)
def test_the_day_of_the_event_and_weekends_are_not_counted(event: str, count: int, last: str) -> None:
    assert last_working_day(day(event), count, YEAR) == day(last)


def test_a_holiday_is_left_out_and_a_saturday_that_is_worked_counts() -> None:
    moved = YEAR.changed(day("04/03/2026"), working=False).changed(day("07/03/2026"), working=True)

    assert last_working_day(day("02/03/2026"), 4, YEAR) == day("06/03/2026")
    assert last_working_day(day("02/03/2026"), 4, moved) == day("07/03/2026")
    back = moved.changed(day("04/03/2026"), working=True).changed(day("07/03/2026"), working=False)
    assert last_working_day(day("02/03/2026"), 4, back) == day("06/03/2026")


def test_a_calendar_that_ends_before_the_last_day_gives_none() -> None:
    assert last_working_day(day("21/12/2026"), 8, YEAR) == day("31/12/2026")
    assert last_working_day(day("21/12/2026"), 9, YEAR) is None
    assert last_working_day(day("21/12/2025"), 1, YEAR) is None
    assert YEAR.changed(day("04/01/2027"), working=True).works(day("04/01/2027")) is None


def test_a_counted_date_includes_its_last_day_and_counts_from_the_day_in_vietnam() -> None:
    late_in_the_evening = dt.datetime(2026, 3, 2, 16, 59, tzinfo=dt.UTC)
    after_midnight = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)

    due, next_day = counted_due(SPEC, late_in_the_evening, YEAR), counted_due(SPEC, after_midnight, YEAR)

    assert isinstance(due, Due)
    assert isinstance(next_day, Due)
    assert (due.on, due.last_day, due.counted_from) == (day("05/03/2026"), day("05/03/2026"), day("02/03/2026"))
    assert next_day.on == day("06/03/2026")
    end = dt.datetime(2026, 3, 6, tzinfo=clock.ZONE)
    assert (on_time(due, end - dt.timedelta(microseconds=1)), on_time(due, end)) == (True, False)


def test_without_an_event_or_a_calendar_there_is_no_day() -> None:
    event = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)

    assert counted_due(SPEC, None, YEAR) == Undated(SPEC, None)
    assert counted_due(SPEC, event, NOTHING_KNOWN) == Undated(SPEC, day("02/03/2026"))
