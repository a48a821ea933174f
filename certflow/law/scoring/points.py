"""Points and entries: the total and the band it leads to, and what is still missing, from exact answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certflow.law.specs.form import CapSpec, FormSpec, IndicatorSpec, Part

Answers = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Tally:
    """The points of a form and what they lead to; what is not answered brings none.

    `indicators` are the points by code (None: no answer yet), `criteria` their sums by number. `reached` is the rank
    of the band by the total alone, `level` that of the band left by the `caps` that keep it down. Both are 0 until
    every indicator with points is answered.
    """

    total: Fraction
    criteria: Mapping[int, Fraction]
    indicators: Mapping[str, Fraction | None]
    reached: int
    level: int
    caps: tuple[CapSpec, ...]
    unanswered: tuple[str, ...]


def tallied(form: FormSpec, answers: Answers, part: Part) -> Tally:
    """The tally of the answers given in `part`; of a record only what is `unanswered` counts."""
    scored = [indicator for indicator in form.indicators.values() if indicator.most is not None]
    points = {indicator.code: points_of(indicator, answers.get(indicator.code)) for indicator in scored}
    sums = {
        criterion.number: sum((points.get(i.code) or Fraction(0) for i in criterion.indicators), Fraction(0))
        for criterion in form.criteria
    }
    total = sum(sums.values(), Fraction(0))
    reached = 0 if None in points.values() else rank_of(form, total)
    holding = [cap for cap in form.caps if _holds(cap, points, sums)]
    biting = tuple(cap for cap in holding if form.rank(cap.band) < reached)
    level = min((form.rank(cap.band) for cap in biting), default=reached)
    indicators = (i for criterion in form.by_part[part] for i in criterion.indicators)
    missing = (i.code for i in indicators if not i.optional and not is_complete(i, answers.get(i.code)))
    return Tally(total, sums, points, reached, level, biting, tuple(missing))


def rank_of(form: FormSpec, total: Fraction) -> int:
    """The rank of the highest band that starts at `total` or below it; 0 where there is none."""
    return sum(total >= band.at_least for band in form.bands)


def _holds(cap: CapSpec, points: Mapping[str, Fraction | None], sums: Mapping[int, Fraction]) -> bool:
    reached = points.get(cap.indicator) if cap.indicator else sums[cap.criterion]
    return (reached or Fraction(0)) < cap.below


def points_of(indicator: IndicatorSpec, answer: Mapping[str, object] | None) -> Fraction | None:
    """The exact points an answer brings; None when there is no answer, or one that this indicator cannot have."""
    value = (answer or {}).get("value")
    if indicator.most is None or indicator.step is None:
        return None
    if indicator.kind == "yes_no":
        return indicator.most * value if isinstance(value, bool) else None
    try:
        points = Fraction(value) if isinstance(value, str) else None
    except (ValueError, ZeroDivisionError):
        return None
    return points if points is not None and are_possible(indicator, points) else None


def are_possible(indicator: IndicatorSpec, points: Fraction) -> bool:
    """Whether the indicator can be given so many points: none to the most, in its steps."""
    if indicator.most is None or indicator.step is None:
        return False
    return 0 <= points <= indicator.most and (points / indicator.step).denominator == 1


def is_complete(indicator: IndicatorSpec, answer: Mapping[str, object] | None) -> bool:
    """Whether the answer is one that the indicator or entry asks for, with nothing left out."""
    if indicator.most is not None:
        return points_of(indicator, answer) is not None
    fields = answer or {}
    value = fields.get("value")
    match indicator.kind:
        case "text":
            return isinstance(value, str) and len(value.strip()) >= max(indicator.least_characters, 1)
        case "yes_no":
            return isinstance(value, bool)
        case "count" | "amount":
            return isinstance(value, int) and not isinstance(value, bool)
        case "choice":
            return any(value == option.name for option in indicator.options)
        case "percentage":
            return _is_share(indicator, fields)
        case "file":
            return bool(fields.get("files"))
    return bool(value)


def _is_share(indicator: IndicatorSpec, answer: Mapping[str, object]) -> bool:
    numbers = [answer.get("denominator"), *(answer.get(part.key) for part in indicator.parts)]
    counted = [number for number in numbers if isinstance(number, int)]
    return len(counted) == len(numbers) and counted[0] > 0 and bool(answer.get("definition"))
