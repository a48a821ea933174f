"""Answers as they are typed: from the fields of a form to a stored answer, with faults said at the field."""

from collections.abc import Mapping
from fractions import Fraction

from certflow.assessment.typed_entries import parse_entry
from certflow.http.typed import decimal, whole_number
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import COMPARED, ENTRY_KINDS, IndicatorSpec
from certflow.wording import _

LARGEST = 2_000_000_000
LONGEST_DEFINITION = 500


def fields_of(indicator: IndicatorSpec) -> tuple[str, ...]:
    """The names of the values an answer to `indicator` has, in the order they are asked."""
    if indicator.kind in ("percentage", "percentages"):
        return ("denominator", *(part.key for part in indicator.parts), "definition")
    if indicator.kind in COMPARED:
        return ("previous", "current")
    return () if indicator.computed or indicator.kind == "file" else ("value",)


def parse(indicator: IndicatorSpec, texts: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
    """The answer in `texts` (empty values are left out) and the faults by field name; blank means not answered yet.

    A computed indicator and one answered by files have no fields; whatever is sent for them is passed over.
    """
    values = {name: texts.get(name, "").strip() for name in fields_of(indicator)}
    if indicator.kind in ENTRY_KINDS:
        return parse_entry(indicator, values.get("value", ""))
    if indicator.kind == "yes_no":
        return _parse_yes_no(values["value"])
    if indicator.kind == "attained_level":
        return _parse_level(indicator, values["value"])
    if indicator.kind == "count":
        return _parse_count(indicator, values["value"])
    if indicator.kind in COMPARED:
        return _parse_compared(indicator, values)
    if indicator.computed:
        return {}, {}
    return _parse_percentages(indicator, values)


def _parse_yes_no(text: str) -> tuple[Answer, dict[str, str]]:
    if text not in ("", "yes", "no"):
        return {}, {"value": _("Choose “Met” or “Not met”.")}
    return ({"value": text == "yes"} if text else {}), {}


def _parse_level(indicator: IndicatorSpec, text: str) -> tuple[Answer, dict[str, str]]:
    if not text:
        return {}, {}
    if text not in {str(level) for level in range(indicator.highest + 1)}:
        return {}, {"value": _("Choose one of the levels listed.")}
    return {"value": int(text)}, {}


def _parse_count(indicator: IndicatorSpec, text: str) -> tuple[Answer, dict[str, str]]:
    number, fault = _counted(text)
    if number is not None and indicator.limit is not None and number > indicator.limit:
        number, fault = None, _above(indicator.limit)
    return ({} if number is None else {"value": number}), ({"value": fault} if fault else {})


def _counted(text: str) -> tuple[int | None, str]:
    """The typed count and its fault: (number, ""), (None, fault), or (None, "") when the field is blank."""
    number = whole_number(text)
    if text and number is None:
        return None, _("Write a whole number, for example 1250 or 1.250.")
    if number is not None and number > LARGEST:
        return None, _("This number is too large; check it.")
    return number, ""


def _above(limit: int) -> str:
    return _("A percentage is at most %(limit)s. Decimals follow a comma, for example 97,125.", limit=limit)


def _parse_compared(indicator: IndicatorSpec, texts: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
    answer: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name, text in texts.items():
        number = decimal(text)
        if text and number is None:
            faults[name] = _("Write a number with a decimal comma, for example 58,25 or 1.250,5.")
        elif number is not None and indicator.limit is not None and Fraction(number) > indicator.limit:
            faults[name] = _above(indicator.limit)
        elif number is not None:
            answer[name] = number
    return answer, faults


def _parse_percentages(indicator: IndicatorSpec, texts: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
    answer: dict[str, int | str | bool | None] = {}
    faults: dict[str, str] = {}
    for name in fields_of(indicator)[:-1]:
        number, fault = _counted(texts[name])
        if fault:
            faults[name] = fault
        elif number is not None:
            answer[name] = number
    definition = texts["definition"]
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
        if isinstance(value, int) and isinstance(whole, int) and value > whole and "denominator" not in faults:
            faults[part.key] = _("This number is larger than the total (%(whole)s).", whole=whole)
        whole = min([number for number in (whole, value) if isinstance(number, int)], default=None)
    return faults


def missing_fields(indicator: IndicatorSpec, answer: Answer | None) -> tuple[str, ...]:
    """The fields of `indicator` that `answer` leaves out."""
    return tuple(name for name in fields_of(indicator) if (answer or {}).get(name) in (None, ""))
