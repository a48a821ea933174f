"""The holidays of Vietnam, against days that everybody in the country knows."""

import datetime as dt

import pytest

from certflow.gateways.holiday_data import year_of_holidays


@pytest.mark.parametrize(
    ("day", "month", "year", "name"),
    [
        (29, 1, 2025, "Tết Nguyên Đán"),
        (17, 2, 2026, "Tết Nguyên Đán"),
        (27, 4, 2026, "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),
        (30, 4, 2026, "Ngày Chiến thắng"),
        (2, 9, 2026, "Quốc khánh"),
    ],
)
def test_holidays_and_their_names(day: int, month: int, year: int, name: str) -> None:
    found = year_of_holidays(year)

    assert found is not None
    assert found.off[dt.date(year, month, day)] == name
    assert list(found.off) == sorted(found.off)


def test_a_swap_that_is_known_is_off_on_the_one_day_and_worked_on_the_other() -> None:
    found = year_of_holidays(2025)

    assert found is not None
    assert dt.date(2025, 5, 2) in found.off
    assert found.worked == {dt.date(2025, 4, 26)}


def test_names_follow_the_language_of_the_reader() -> None:
    found = year_of_holidays(2026, "en")

    assert found is not None
    assert found.off[dt.date(2026, 2, 17)] == "Lunar New Year"


@pytest.mark.parametrize("year", [1, 1900, 2101, 9999])
def test_nothing_is_said_of_a_year_that_is_not_known(year: int) -> None:
    assert year_of_holidays(year) is None
