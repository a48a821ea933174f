"""Numbers and days as officers type them: dots or spaces between thousands, a decimal comma, 15/02/2025.

`count` in certflow/http/static/certflow.js reads whole numbers by the same grammar: change both.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal

LARGEST = 2**31 - 1
# Thousands are grouped in one way throughout, and no group begins a number with 0: "0.875" is a decimal elsewhere.
WHOLE = r"(?P<whole>[0-9]{1,18}|[1-9][0-9]{0,2}(?P<between>[. ])[0-9]{3}((?P=between)[0-9]{3}){0,4})"
NUMBER = re.compile(rf"{WHOLE}(,(?P<places>[0-9]{{1,6}}))?\Z")
DAY = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*\Z")
YEARS = range(1900, 2201)  # the calendar's first and last days have no day beside them to count to


def decimal(text: str) -> str | None:
    """A number with a decimal comma, as exact text with a point; None when it is none."""
    match = _number(text)
    if match is None:
        return None
    whole = str(_whole(match))
    return f"{Decimal(f'{whole}.{places}'):f}" if (places := match["places"]) else whole


def typed_decimal(text: str) -> str:
    """A stored decimal as it is typed: "58.25" as "58,25"."""
    return text.replace(".", ",")


def whole_number(text: str) -> int | None:
    """A whole number: digits, with dots or spaces between thousands; None otherwise."""
    match = _number(text)
    return _whole(match) if match is not None and match["places"] is None else None


def _number(text: str) -> re.Match[str] | None:
    return NUMBER.match(unicodedata.normalize("NFKC", text).strip())


def _whole(match: re.Match[str]) -> int:
    return int(re.sub("[. ]", "", match["whole"]))


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
