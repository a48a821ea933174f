"""Public holidays of Vietnam from the data package `holidays` (MIT), with Tết and the swaps that it knows of."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from holidays import country_holidays
from holidays.countries.vietnam import Vietnam


@dataclass(frozen=True, slots=True)
class YearOfHolidays:
    """One year: the days off by name, weekends among them, and the weekend days that are worked."""

    off: Mapping[dt.date, str]
    worked: frozenset[dt.date]


@cache
def year_of_holidays(year: int, language: str = "vi") -> YearOfHolidays | None:
    """The holidays of `year`, named in `language` ("vi" or "en"); None for a year that the package does not know."""
    if not Vietnam.start_year <= year <= Vietnam.end_year:
        return None
    holidays = country_holidays(Vietnam.country, years=year, language="en_US" if language == "en" else "vi")
    worked = frozenset(day for day in holidays.weekend_workdays if day.year == year)
    return YearOfHolidays(dict(sorted((day, name) for day, name in holidays.items() if day not in worked)), worked)
