"""The calendar of working days: public holidays, and days that a document has moved."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, select

from certflow import clock
from certflow.access import access
from certflow.errors import Invalid
from certflow.gateways.holiday_data import year_of_holidays
from certflow.law.working_days import WorkingCalendar
from certflow.models.base import db, refusing
from certflow.models.people import User
from certflow.models.rounds import CalendarDay
from certflow.wording import _, language

LONGEST_SOURCE = 300


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """One year for the page: public holidays by name, worked Saturdays, and entered days.

    `off` is None for a year of which no holidays are known.
    """

    year: int
    off: list[tuple[dt.date, str]] | None
    worked: list[dt.date]
    entered: list[CalendarDay]


def of_law(years: Iterable[int]) -> WorkingCalendar:
    """The calendar of `years` with the public holidays only; years without published holidays are left out."""
    holidays = {year: year_of_holidays(year) for year in years}
    published = {year: of_year for year, of_year in holidays.items() if of_year is not None}
    return WorkingCalendar(
        frozenset(published),
        frozenset(day for of_year in published.values() for day in of_year.off),
        frozenset(day for of_year in published.values() for day in of_year.worked),
    )


def calendar(years: Iterable[int]) -> WorkingCalendar:
    """The calendar of `years`: public holidays, overridden by the entered days, which are read in one query."""
    years = sorted(set(years))
    working_calendar = of_law(years)
    for moved in db.session.scalars(_entered(years[0], years[-1])) if years else ():
        working_calendar = working_calendar.changed(moved.day, working=moved.working)
    return working_calendar


def of_year(number: int) -> YearOfDays:
    """The holidays and the entered days of one year."""
    holidays = year_of_holidays(number, language())
    return YearOfDays(
        year=number,
        off=list(holidays.off.items()) if holidays else None,
        worked=sorted(holidays.worked) if holidays else [],
        entered=list(db.session.scalars(_entered(number, number))),
    )


def _entered(first: int, last: int) -> Select[CalendarDay]:
    """The days entered from the year `first` to the year `last`, in order."""
    between = CalendarDay.day.between(dt.date(first, 1, 1), dt.date(last, 12, 31))
    return select(CalendarDay).where(between).order_by(CalendarDay.day)


def enter(day: dt.date | None, *, working: bool, source: str, actor: User) -> CalendarDay:
    """Record `day` as a working day or a day off, with its document; raises Invalid with the field's message.

    An existing entry for the day is replaced.
    """
    access.require_administrator(actor)
    faults = _faults(day, source)
    if day is None or faults:
        raise Invalid(fields=faults)
    calendar_day = db.session.get(CalendarDay, day, with_for_update=True)
    refusal = Invalid(fields={"day": (_("Somebody else has just entered this day. Look at it below, then decide."),)})
    with refusing("pk_calendar_day", refusal):
        if calendar_day is None:
            calendar_day = CalendarDay(day=day)
            db.session.add(calendar_day)
        calendar_day.working, calendar_day.source = working, source.strip()
        calendar_day.entered_by, calendar_day.entered_at = actor.signature, clock.now()
    return calendar_day


def _faults(day: dt.date | None, source: str) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if day is None:
        faults["day"] = (_("Enter the day, for example 26/04/2025."),)
    elif year_of_holidays(day.year) is None:
        faults["day"] = (_("No public holidays are known for the year %(year)s.", year=day.year),)
    if not source.strip():
        faults["source"] = (_("Enter the document that orders it."),)
    elif len(source.strip()) > LONGEST_SOURCE:
        faults["source"] = (_("Shorten this to at most %(max)d characters.", max=LONGEST_SOURCE),)
    return faults
