"""An answer as a bar against what the levels ask for: shares and levels attained, and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certflow.law.scoring.scoring import PartVerdict
from certflow.law.specs.form import IndicatorSpec

ROOM_ABOVE = Fraction(5, 4)  # what a count needs beyond the larger of answer and threshold


@dataclass(frozen=True, slots=True)
class Bar:
    """Lengths in percent of the whole bar: the answer's, None while there is none, and the threshold of each level."""

    length: float | None
    thresholds: tuple[float, ...]


def bar(indicator: IndicatorSpec, verdicts: Sequence[PartVerdict]) -> Bar | None:
    """The bar of one measured part from its verdicts, one for each level; None where nothing is measured on a scale."""
    values = {verdict.value for verdict in verdicts}
    whole = _whole(indicator, verdicts)
    if not whole or len(values) != 1:
        return None
    value = values.pop()
    length = None if value is None else _percent(value, whole)
    return Bar(length, tuple(_percent(verdict.least, whole) for verdict in verdicts))


def _whole(indicator: IndicatorSpec, verdicts: Sequence[PartVerdict]) -> Fraction | None:
    """The value at the end of the bar."""
    if indicator.kind in ("percentage", "percentages") or indicator.computed or indicator.limit:
        return Fraction(100)
    if indicator.kind == "attained_level":
        return Fraction(indicator.highest)
    if indicator.kind == "count":
        value = verdicts[0].value or Fraction(0)
        return max(value, *(verdict.least for verdict in verdicts)) * ROOM_ABOVE
    return None


def _percent(value: Fraction, whole: Fraction) -> float:
    return round(float(min(value / whole, Fraction(1)) * 100), 2)
