"""Counting working days: which days are worked, and the day on which so many of them have passed."""

import datetime as dt
from dataclasses import dataclass

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days of the years in `known`: Monday to Friday but for `off` are worked, and of the weekends `worked`."""

    known: frozenset[int] = frozenset()
    off: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()

    def works(self, day: dt.date) -> bool | None:
        """Whether people work on `day`; None where nothing is known of its year."""
        if day.year not in self.known:
            return None
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    def changed(self, day: dt.date, *, working: bool) -> "WorkingCalendar":
        """The same calendar but for one day, as a document has ordered it."""
        off, worked = self.off - {day}, self.worked - {day}
        return WorkingCalendar(self.known, off if working else off | {day}, worked | {day} if working else worked)


NOTHING_KNOWN = WorkingCalendar()


def last_working_day(event: dt.date, count: int, calendar: WorkingCalendar) -> dt.date | None:
    """The last of `count` working days after `event`; None where the calendar does not reach so far.

    The day of the event is not counted: the project's reading of "kể từ ngày", after the general rule of the Civil
    Code 2015, art. 147 clause 3, for a term that begins with an event.
    """
    day, left = event, count
    while left:
        day += dt.timedelta(days=1)
        works = calendar.works(day)
        if works is None:
            return None
        left -= works
    return day
