"""Answers as they are typed: from the fields of a form to a stored answer, with faults said at the field."""

import unicodedata
from collections.abc import Mapping

from certflow.definitions.specs import IndicatorSpec
from certflow.domain.scoring import Answer
from certflow.wording import _

LARGEST = 2_000_000_000
LONGEST_DEFINITION = 500


def fields_of(indicator: IndicatorSpec) -> tuple[str, ...]:
    """The names of the values an answer to `indicator` has, in the order they are asked."""
    if indicator.kind in ("percentage", "percentages"):
        return ("denominator", *(part.key for part in indicator.parts), "definition")
    return ("value",)


def parse(indicator: IndicatorSpec, typed: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
    """The answer in `typed` (empty values are left out) and the faults by field name; blank means not answered yet."""
    given = {name: typed.get(name, "").strip() for name in fields_of(indicator)}
    if indicator.kind == "yes_no":
        return _parse_yes_no(given["value"])
    if indicator.kind == "attained_level":
        return _parse_level(indicator, given["value"])
    return _parse_percentages(indicator, given)


def _parse_yes_no(given: str) -> tuple[Answer, dict[str, str]]:
    if given not in ("", "yes", "no"):
        return {}, {"value": _("Choose “Met” or “Not met”.")}
    return ({"value": given == "yes"} if given else {}), {}


def _parse_level(indicator: IndicatorSpec, given: str) -> tuple[Answer, dict[str, str]]:
    if not given:
        return {}, {}
    if given not in {str(level) for level in range(indicator.highest + 1)}:
        return {}, {"value": _("Choose one of the levels listed.")}
    return {"value": int(given)}, {}


def _parse_percentages(indicator: IndicatorSpec, given: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
    answer: dict[str, int | str | bool | None] = {}
    faults: dict[str, str] = {}
    for name in fields_of(indicator)[:-1]:
        number = _whole_number(given[name])
        if given[name] and number is None:
            faults[name] = _("Write a whole number, for example 1250 or 1.250.")
        elif number is not None and number > LARGEST:
            faults[name] = _("This number is too large; check it.")
        elif number is not None:
            answer[name] = number
    definition = given["definition"]
    if len(definition) > LONGEST_DEFINITION:
        faults["definition"] = _("Shorten this to at most %(most)s characters.", most=LONGEST_DEFINITION)
    elif definition:
        answer["definition"] = definition
    return answer, faults | _implausible(indicator, answer)


def _implausible(indicator: IndicatorSpec, answer: Answer) -> dict[str, str]:
    """Faults between the numbers: a part cannot exceed the whole, and each part is counted within the one before."""
    faults = {}
    if answer.get("denominator") == 0:
        faults["denominator"] = _("The total must be greater than 0.")
    whole = answer.get("denominator")
    for part in indicator.parts:
        value = answer.get(part.key)
        if isinstance(value, int) and isinstance(whole, int) and value > whole > 0:
            faults[part.key] = _("This is more than the number it is counted within (%(whole)s).", whole=whole)
        whole = value if isinstance(value, int) else whole
    return faults


def _whole_number(given: str) -> int | None:
    """A whole number as officers write it: digits, with dots or spaces between thousands; None otherwise."""
    text = unicodedata.normalize("NFKC", given)
    groups = text.replace(" ", ".").split(".")
    grouped = len(groups) > 1
    if grouped and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    digits = "".join(groups)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def missing_fields(indicator: IndicatorSpec, answer: Answer | None) -> tuple[str, ...]:
    """The fields of `indicator` that `answer` leaves out."""
    return tuple(name for name in fields_of(indicator) if (answer or {}).get(name) in (None, ""))
