"""Made-up complete answers to forms, for cases and for practice."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from math import ceil, floor, lcm

from certflow.law.decimals import decimal_text
from certflow.law.scoring.coverage import Coverage, LowerUnit
from certflow.law.scoring.points import Answers, tallied
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import COMPARED, FormSpec, IndicatorSpec

WORDS = "Nội dung của ví dụ. "
SHARES = 200
MOST_ANSWERS = 40_000
COUNTED_ON = dt.date(2024, 12, 31)  # any day does: the made-up recognitions of lower units are in force on it


def answers_reaching(form: FormSpec, level: int | None) -> Answers:
    """Complete answers that meet `level` exactly, outside a disadvantaged area; at level 0 all at 0, {} for None."""
    if level is None:
        return {}
    if form.method != "levels":
        return entries_reaching(form, level)
    return {code: _answer_reaching(indicator, level) for code, indicator in form.indicators.items()}


def _answer_reaching(indicator: IndicatorSpec, level: int) -> Answer:
    leasts = [part.thresholds[level - 1].least or Fraction(0) if level else Fraction(0) for part in indicator.parts]
    if indicator.kind == "yes_no":
        return {"value": bool(leasts[0])}
    if indicator.kind in ("attained_level", "count"):
        return {"value": ceil(leasts[0])}
    if indicator.kind in COMPARED:
        before = 100 if indicator.limit is None else indicator.limit // 2
        change = (1 if level else 0) * (1 if indicator.kind == "rise" else -1)
        return {"previous": str(before), "current": str(before + change)}
    whole = lcm(*(least.denominator for least in leasts)) * 100
    counts = {part.key: int(whole * least / 100) for part, least in zip(indicator.parts, leasts, strict=True)}
    if indicator.computed:
        at_level = indicator.parts[0].thresholds[level - 1].units_at_level if level else 0
        return _units_below(whole, sum(counts.values()), at_level)
    return {"denominator": whole, **counts, "definition": "as in the case"}


def _units_below(whole: int, recognised: int, level: int) -> Answer:
    """An answer with `whole` units below; the first `recognised` of them hold a recognition at `level`."""
    units = (
        LowerUnit(str(n), str(n), level, COUNTED_ON, COUNTED_ON) if n < recognised else LowerUnit(str(n), str(n))
        for n in range(whole)
    )
    return Coverage(COUNTED_ON, tuple(units)).as_answer()


def entries_reaching(form: FormSpec, level: int) -> Answers:
    """Complete answers to everything that `form` asks, leading to the band of rank `level`; at level 0 with no points.

    Raises LookupError for a band that is not reached by giving the same share of the points for every indicator, or
    by taking points away from the last indicators first, as far as that is tried: a page waits for it.
    """
    tried = islice(_distributions(form), MOST_ANSWERS // max(1, len(form.indicators)))
    for points in ({},) if not level or not form.bands else tried:
        answers = {i.code: _answer(i, points.get(i.code, Fraction(0))) for i in form.indicators.values()}
        if not level or not form.bands or tallied(form, answers, "findings").level == level:
            return answers
    raise LookupError(f"{form.name}: level {level}")


def _distributions(form: FormSpec) -> Iterator[dict[str, Fraction]]:
    """Points from all to none: evenly over the indicators, then taken from the end."""
    scored = [i for i in form.indicators.values() if i.most is not None]
    for share in range(SHARES, -1, -1):
        yield {i.code: _part(i, Fraction(share, SHARES)) for i in scored}
    points = {i.code: i.most or Fraction(0) for i in scored}
    for indicator in reversed(scored):
        while points[indicator.code]:
            points[indicator.code] -= indicator.step or points[indicator.code]
            yield dict(points)


def _part(indicator: IndicatorSpec, share: Fraction) -> Fraction:
    most, step = indicator.most or Fraction(0), indicator.step or Fraction(1)
    if indicator.kind == "yes_no":
        return most if share * 2 >= 1 else Fraction(0)
    return floor(most * share / step) * step


def _answer(indicator: IndicatorSpec, points: Fraction) -> dict[str, object]:
    match indicator.kind:
        case "points":
            return {"value": decimal_text(points)}
        case "yes_no":
            return {"value": bool(points) or indicator.most is None}
        case "text":
            return {"value": WORDS.strip().ljust(indicator.least_characters, ".")}
        case "date":
            return {"value": "2024-12-31"}
        case "choice":
            return {"value": indicator.options[0].name}
        case "percentage":
            return {"denominator": 100, **{part.key: 50 for part in indicator.parts}, "definition": WORDS.strip()}
        case "file":
            return {"files": 1}
    return {"value": 1}
