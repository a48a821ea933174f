"""The only source of time for the application's own decisions: the office's clock in Vietnam."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> dt.datetime:
    """The present instant, aware, in Asia/Ho_Chi_Minh."""
    return dt.datetime.now(ZONE)


def today() -> dt.date:
    """The present day in Asia/Ho_Chi_Minh."""
    return now().date()


def local_day(instant: dt.datetime) -> dt.date:
    """The day in Asia/Ho_Chi_Minh on which an aware `instant` falls."""
    return instant.astimezone(ZONE).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 of `day` in Asia/Ho_Chi_Minh: the first instant that is no longer that day."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=ZONE)
