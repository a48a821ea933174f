"""Deadlines: two layers of dates, and whether an instant was on time against each."""

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from certflow.clock import end_of_day, local_day
from certflow.law.specs.workflow import DeadlineSpec, WorkflowSpec
from certflow.law.working_days import WorkingCalendar, last_working_day


@dataclass(frozen=True, slots=True)
class Due:
    """One date of one round: the definition's, or the round's own; or one dossier's, counted from a day of its own."""

    spec: DeadlineSpec
    on: dt.date
    included: bool
    counted_from: dt.date | None = None

    @property
    def last_day(self) -> dt.date:
        """The last day on which the act is still on time."""
        return self.on if self.included else self.on - dt.timedelta(days=1)

    @property
    def cutoff(self) -> dt.datetime:
        """The first instant that is late: 24:00 of the last day, Asia/Ho_Chi_Minh."""
        return end_of_day(self.last_day)

    def days_left(self, today: dt.date) -> int:
        """Whole days from `today` to the last day; 0 on the last day, negative when overdue."""
        return (self.last_day - today).days


@dataclass(frozen=True, slots=True)
class Undated:
    """A deadline counted in working days that has no day: its event has not happened (`counted_from` is None), or the
    calendar does not reach so far.
    """

    spec: DeadlineSpec
    counted_from: dt.date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dossier stands against one date: `reached_at` is when it first got there, None while it has not.

    `on_paper` is the earlier day on which its papers were received, where that day counts. `moved_to` is the present
    date of the round, where it was moved after the dossier was filed, which keeps `due`.
    """

    due: Due
    reached_at: dt.datetime | None
    on_time: bool | None
    days_left: int
    on_paper: dt.date | None = None
    moved_to: Due | None = None

    @property
    def overdue(self) -> bool:
        """Whether the date has passed and the dossier is not there yet."""
        return self.reached_at is None and self.days_left < 0


def counted_due(spec: DeadlineSpec, event: dt.datetime | None, calendar: WorkingCalendar) -> Due | Undated:
    """The date of a deadline that is counted from `event`; Undated while there is none or the calendar ends before."""
    if event is None:
        return Undated(spec, None)
    begun = local_day(event)
    last = last_working_day(begun, spec.working_days, calendar)
    return Undated(spec, begun) if last is None else Due(spec, last, included=True, counted_from=begun)


def on_time(due: Due, instant: dt.datetime) -> bool:
    """Whether an aware `instant` is before the cut-off of `due`."""
    return instant < due.cutoff


def standing(due: Due, reached_at: dt.datetime | None, *, today: dt.date, on_paper: dt.date | None = None) -> Standing:
    """How a dossier that first reached the deadline's states at `reached_at` stands on `today`.

    The day `on_paper` on which its papers were received counts instead, where it is given.
    """
    judged = None if reached_at is None else on_time(due, reached_at)
    if reached_at is not None and on_paper is not None:
        judged = on_paper <= due.last_day
    return Standing(due, reached_at, judged, due.days_left(today), on_paper)


def binding(spec: WorkflowSpec, roles: Collection[str]) -> frozenset[str]:
    """The names of the deadlines of a scheme that bind an office of any of `roles`."""
    return frozenset().union(*(names for role, names in spec.own_deadlines.items() if role in roles))


def own_due(standings: Collection[Standing], spec: WorkflowSpec, state: str, roles: Collection[str]) -> Standing | None:
    """The earliest date not kept yet that binds an office of `roles`; None where none does, or when it is finished."""
    if state in spec.final_states:
        return None
    names = binding(spec, roles)
    return next((each for each in standings if each.reached_at is None and each.due.spec.name in names), None)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def valid_until(recognised_on: dt.date, years: int) -> dt.date:
    """The last day a recognition is kept: 31/12 of the year `years` after the year of recognition.

    Circular 25/2023/TT-BGDĐT art. 5.4 keeps a result for 36 months following the year of recognition; this is the
    reading of the domain facts (31/12 of Y+3), an interpretation and therefore data of the scheme.
    """
    return dt.date(recognised_on.year + years, 12, 31)
