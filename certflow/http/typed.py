"""Numbers and days as officers type them: dots or spaces between thousands, a decimal comma, 15/02/2025."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal

LARGEST = 2**31 - 1
DECIMAL = re.compile(r"(?P<whole>[0-9]{1,18}|[0-9]{1,3}([. ][0-9]{3}){1,5})(,(?P<places>[0-9]{1,6}))?\Z")
DAY = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*\Z")
YEARS = range(1900, 2201)  # the calendar's first and last days have no day beside them to count to


def decimal(text: str) -> str | None:
    """A number with a decimal comma, as exact text with a point; None when it is none."""
    match = DECIMAL.match(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    whole = str(int(re.sub(r"[. ]", "", match["whole"])))
    return f"{Decimal(f'{whole}.{places}'):f}" if (places := match["places"]) else whole


def typed_decimal(text: str) -> str:
    """A stored decimal as it is typed: "58.25" as "58,25"."""
    return text.replace(".", ",")


def whole_number(entry: str) -> int | None:
    """A whole number: digits, with dots or spaces between thousands; None otherwise."""
    text = unicodedata.normalize("NFKC", entry)
    groups = text.replace(" ", ".").split(".")
    grouped = len(groups) > 1
    if grouped and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    digits = "".join(groups)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def plain_number(sent: str | None) -> int | None:
    """A number as pages themselves write it, in an address, a hidden field or a choice; None otherwise.

    It is digits only and fits into an id of the database.
    """
    digits = sent or ""
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else None
    return number if number is not None and number <= LARGEST else None


def typed_whole(number: int) -> str:
    """A stored whole number as it is typed: 1250000 as "1.250.000"."""
    return f"{number:,}".replace(",", ".")


def day_typed(text: str | None) -> dt.date | None:
    """A day typed as officers do (15/02/2025, also with dots or dashes); None when it is none."""
    match = DAY.match(text or "")
    if not match:
        return None
    day, month, year = (int(part) for part in match.groups())
    if year not in YEARS:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
