"""Whether a finding is lower than the claim: a level, a number, points or a share."""

from fractions import Fraction

from certflow.law.scoring.points import points_of
from certflow.law.scoring.scoring import Answer, exact
from certflow.law.specs.form import COMPARED, IndicatorSpec


def is_lower(indicator: IndicatorSpec, claimed: Answer, found: Answer) -> bool:
    """Whether what is found falls below what is claimed in any measured part; False while one of both is not complete.

    Of two years that are compared, the difference counts that the indicator asks for. What is computed is not lowered
    by a person.
    """
    before, after = _measures(indicator, claimed), _measures(indicator, found)
    return any(old is not None and new is not None and new < old for old, new in zip(before, after, strict=True))


def _measures(indicator: IndicatorSpec, answer: Answer) -> list[Fraction | None]:
    if indicator.computed:
        return []
    if indicator.kind in ("percentage", "percentages"):
        return [_share(answer.get(part.key), answer.get("denominator")) for part in indicator.parts]
    if indicator.kind in COMPARED:
        return [_difference(indicator, answer)]
    if indicator.most is not None:
        return [points_of(indicator, answer)]
    value = answer.get("value")
    return [Fraction(value) if isinstance(value, int) else None]  # True and False are 1 and 0


def _share(numerator: object, denominator: object) -> Fraction | None:
    if not isinstance(numerator, int) or not isinstance(denominator, int) or denominator <= 0:
        return None
    return Fraction(numerator, denominator)


def _difference(indicator: IndicatorSpec, answer: Answer) -> Fraction | None:
    previous, current = exact(answer.get("previous")), exact(answer.get("current"))
    if previous is None or current is None:
        return None
    return current - previous if indicator.kind == "rise" else previous - current
