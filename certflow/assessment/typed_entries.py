"""Points and entries of a record as they are typed: from one field to a stored answer, with its fault."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from certflow.http.typed import day_typed, decimal, typed_decimal, typed_whole, whole_number
from certflow.law.decimals import decimal_text
from certflow.law.scoring.points import are_possible
from certflow.law.specs.form import ENTRY_KINDS, FormSpec, IndicatorSpec
from certflow.wording import _

LARGEST_AMOUNT = 10**15
LONGEST_TEXT = 10_000

Parsed = tuple[Mapping[str, object], dict[str, str]]


def parse_entry(indicator: IndicatorSpec, text: str) -> Parsed:
    """The answer in what was typed and the fault of its field; blank means not answered yet."""
    if not text:
        return {}, {}
    match indicator.kind:
        case "points":
            return _points(indicator, text)
        case "amount":
            return _amount(text)
        case "date":
            return _date(text)
        case "choice":
            return _choice(indicator, text)
    return _text(text)


def _fault(words: str) -> Parsed:
    return {}, {"value": words}


def _points(indicator: IndicatorSpec, text: str) -> Parsed:
    number = decimal(text)
    if number is None or not are_possible(indicator, Fraction(number)):
        most, step = (typed_decimal(decimal_text(value or Fraction(1))) for value in (indicator.most, indicator.step))
        return _fault(
            _("Enter 0 to %(most)s points in steps of %(step)s, with a decimal comma.", most=most, step=step),
        )
    return {"value": decimal_text(Fraction(number))}, {}


def _amount(text: str) -> Parsed:
    number = whole_number(text)
    if number is None:
        return _fault(_("Write the amount in whole đồng, for example 1.250.000."))
    if number > LARGEST_AMOUNT:
        return _fault(_("This number is too large; check it."))
    return {"value": number}, {}


def _date(text: str) -> Parsed:
    day = day_typed(unicodedata.normalize("NFKC", text))
    if day is None:
        return _fault(_("This is not a date. Write day/month/year, for example 15/02/2026."))
    return {"value": day.isoformat()}, {}


def _choice(indicator: IndicatorSpec, text: str) -> Parsed:
    if text not in {option.name for option in indicator.options}:
        return _fault(_("Choose one of the options listed."))
    return {"value": text}, {}


def _text(text: str) -> Parsed:
    """What is too short is kept as a draft: it counts as not answered until it is long enough."""
    if len(text) > LONGEST_TEXT:
        return _fault(_("Shorten this to at most %(most)s characters.", most=LONGEST_TEXT))
    return {"value": text}, {}


def typed_entry(indicator: IndicatorSpec, answer: Mapping[str, object]) -> dict[str, str]:
    """A stored answer as its field shows it; nothing for files, which are attached and not typed."""
    value = answer.get("value")
    match indicator.kind, value:
        case "file", _files:
            return {}
        case "points", str():
            return {"value": typed_decimal(value)}
        case "amount", int():
            return {"value": typed_whole(value)}
        case "date", str():
            return {"value": f"{dt.date.fromisoformat(value):%d/%m/%Y}"}
    return {} if value is None else {"value": str(value)}


def typed_entries(form: FormSpec, answers: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Answers to a form of points or a record as its fields take them, by indicator code."""
    return {code: _typed(form.indicators[code], answer) for code, answer in answers.items()}


def _typed(indicator: IndicatorSpec, answer: Mapping[str, object]) -> dict[str, str]:
    if indicator.kind in ENTRY_KINDS:
        return typed_entry(indicator, answer)
    words = {True: "yes", False: "no"}
    return {name: words[value] if isinstance(value, bool) else str(value) for name, value in answer.items()}
