"""Reading: from a stored answer to the exact ratios of whole numbers that decide, one way for each kind."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from certflow.law.scoring.coverage import coverage_of
from certflow.law.specs.form import IndicatorKind, IndicatorSpec

Answer = Mapping[str, object]
Ratios = tuple[tuple[int, int], ...]
Reader = Callable[[IndicatorSpec, Answer], Ratios | None]


def _yes_or_no(_indicator: IndicatorSpec, answer: Answer) -> Ratios | None:
    value = answer.get("value")
    return ((int(value), 1),) if isinstance(value, bool) else None


def _whole_number(_indicator: IndicatorSpec, answer: Answer) -> Ratios | None:
    value = answer.get("value")
    return ((value, 1),) if isinstance(value, int) and not isinstance(value, bool) else None


def _shares(indicator: IndicatorSpec, answer: Answer) -> Ratios | None:
    denominator = answer.get("denominator")
    if not isinstance(denominator, int) or denominator <= 0 or not answer.get("definition"):
        return None
    ratios = []
    for part in indicator.parts:
        numerator = answer.get(part.key)
        if not isinstance(numerator, int):
            return None
        ratios.append((numerator * 100, denominator))
    return tuple(ratios)


def exact(stored: object) -> Fraction | None:
    """The exact number of a stored decimal text such as "58.25"; None when there is none."""
    try:
        return Fraction(stored) if isinstance(stored, str) else None
    except (ValueError, ZeroDivisionError):
        return None


def _change(indicator: IndicatorSpec, answer: Answer) -> Ratios | None:
    previous, current = exact(answer.get("previous")), exact(answer.get("current"))
    if previous is None or current is None:
        return None
    change = current - previous if indicator.kind == "rise" else previous - current
    return (change.as_integer_ratio(),)


def _shares_of_units(indicator: IndicatorSpec, answer: Answer) -> Ratios | None:
    coverage = coverage_of(answer)
    if coverage is None or not coverage.units:
        return None
    levels = [threshold.units_at_level for threshold in indicator.parts[0].thresholds]
    return tuple((coverage.numerator(level) * 100, coverage.denominator) for level in levels)


READERS: dict[IndicatorKind, Reader] = {
    "yes_no": _yes_or_no,
    "attained_level": _whole_number,
    "count": _whole_number,
    "percentage": _shares,
    "percentages": _shares,
    "rise": _change,
    "fall": _change,
    "share_of_units": _shares_of_units,
}
