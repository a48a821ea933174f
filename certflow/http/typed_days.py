"""Days as officers write them."""

import datetime as dt
import re

DAY = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*\Z")
YEARS = range(1900, 2201)  # the calendar's first and last days have no day beside them to count to


def day_typed(text: str | None) -> dt.date | None:
    """A day typed as officers do (15/02/2025, also with dots or dashes); None when it is none."""
    found = DAY.match(text or "")
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups())
    if year not in YEARS:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
