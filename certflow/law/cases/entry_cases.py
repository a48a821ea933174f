"""Cases of forms of points and of records: what they answer, and the band or the gaps they expect."""

import datetime as dt
from collections.abc import Mapping
from typing import cast

from certflow.law.cases.specs import CaseAnswer, FormCase
from certflow.law.decimals import decimal_text
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import PARTS, FormSpec, IndicatorSpec, Part


def read_expected(reader: Reader, form: FormSpec, answers: Mapping[str, CaseAnswer]) -> FormCase:
    """A case with these answers: its `band` and `points`, or for a record what is `unanswered`."""
    rated = form.method == "points"
    unanswered = reader.list_of_words("unanswered", optional=True)
    if not rated and not reader.has("unanswered"):
        reader.fault("unanswered", "is missing; name what is not complete, [] when nothing is missing")
    case = FormCase(
        name=reader.words("name"),
        answers=answers,
        disadvantaged_area=False,
        level=_rank(reader, form) if rated else 0,
        unmet=(),
        part=cast(Part, reader.one_of("part", PARTS, "claims")),
        points=reader.fraction("points") if rated and reader.has("points") else None,
        unanswered=unanswered,
    )
    for code in unanswered:
        if code not in form.indicators:
            reader.fault("unanswered", f"{code!r} is no indicator of {form.name}")
    return case


def _rank(reader: Reader, form: FormSpec) -> int:
    """The level of the band expected; none, while what brings points is unanswered."""
    name = reader.words("band", "" if reader.has("unanswered") else None)
    names = [band.name for band in form.bands]
    if name and name not in names:
        reader.fault("band", f"{name!r} is no band; choose one of {', '.join(names)}")
    return names.index(name) + 1 if name in names else 0


def read_entry(reader: Reader, indicator: IndicatorSpec) -> dict[str, object]:
    """The answer to an indicator with points, or to an entry, in short notation."""
    code = indicator.code
    match indicator.kind:
        case "points":
            return {"value": decimal_text(reader.fraction(code))}
        case "amount":
            return {"value": reader.number(code)}
        case "file":
            return {"files": reader.number(code)}
        case "date":
            return {"value": _day(reader, code)}
    word = reader.words(code)
    names = [option.name for option in indicator.options]
    if indicator.kind == "choice" and word not in names:
        reader.fault(code, f"{word!r} is no option; choose one of {', '.join(names)}")
    return {"value": word}


def _day(reader: Reader, code: str) -> str:
    text = reader.words(code)
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        reader.fault(code, f'{text!r} is no date; write "2026-12-31"')
        return ""
