"""Scoring: from answers to the level reached, with the proof for every indicator and level."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certflow.definitions.form_specs import (
    COMPARED,
    CriterionSpec,
    FormSpec,
    IndicatorSpec,
    Part,
    PartSpec,
    Threshold,
)
from certflow.domain.coverage import coverage_of
from certflow.domain.points import Tally, tallied

Answer = Mapping[str, object]
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """One measured part against one threshold: `value` is exact (a share in percent, a level, 1 for yes, a change).

    With `strictly` the value must be more than `least`; `units_at_level` is the level at which units were counted.
    """

    part: PartSpec
    value: Fraction | None
    least: Fraction
    lowered: bool
    clause: str
    met: bool | None
    strictly: bool = False
    units_at_level: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One indicator at one level: met when all its parts are; None while the answer is missing."""

    indicator: IndicatorSpec
    level: int
    parts: tuple[PartVerdict, ...]
    met: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """The level reached (0 for none) and the proof: a verdict per level and indicator, in the form's order.

    By points the level is the rank of the band, and the proof is the tally instead of verdicts.
    """

    level: int
    verdicts: tuple[tuple[Verdict, ...], ...]
    unanswered: tuple[str, ...]
    points: Tally | None = None

    def at(self, level: int) -> tuple[Verdict, ...]:
        """The verdicts of `level`, counted from 1."""
        return self.verdicts[level - 1]

    def missing_for(self, level: int) -> tuple[Verdict, ...]:
        """What keeps `level` from being reached: indicators unmet or unanswered."""
        return tuple(verdict for verdict in self.at(level) if not verdict.met)

    def criterion_met(self, criterion: CriterionSpec, level: int) -> bool | None:
        """Whether all indicators of `criterion` are met at `level`; None while one is unanswered and none unmet."""
        codes = {indicator.code for indicator in criterion.indicators}
        met = [verdict.met for verdict in self.at(level) if verdict.indicator.code in codes]
        return False if False in met else None if None in met else True


def score(form: FormSpec, answers: Answers, *, disadvantaged: bool = False, part: Part = "claims") -> Result:
    """The highest level whose indicators are all met (each level must also hold below it), and the proof.

    Source: Circular 25/2023/TT-BGDĐT art. 8 (pass or fail; a level is reached when all its criteria are). A form of
    points and a record are judged by what they ask in `part`, whose answers these are.
    """
    if form.method != "levels":
        tally = tallied(form, answers, part)
        return Result(tally.level, (), tally.unanswered, tally if form.method == "points" else None)
    indicators = [indicator for criterion in form.criteria for indicator in criterion.indicators]
    measured = {i.code: measure(i, answers.get(i.code)) for i in indicators}
    verdicts = tuple(
        tuple(_verdict(i, measured[i.code], level, disadvantaged) for i in indicators)
        for level in range(1, form.levels + 1)
    )
    reached = 0
    for level, at_level in enumerate(verdicts, 1):
        if not all(verdict.met for verdict in at_level):
            break
        reached = level
    unanswered = tuple(code for code, values in measured.items() if values is None)
    return Result(reached, verdicts, unanswered)


def measure(indicator: IndicatorSpec, answer: Answer | None) -> tuple[Fraction, ...] | None:
    """The exact value of every part of an answer, or None when the answer is missing or incomplete.

    A percentage is numerator times 100 over denominator, never rounded; yes is 1 and no is 0; a rise or fall is the
    change in the wanted direction. A share of units has one value for each level of the form.
    """
    if not answer:
        return None
    if indicator.kind in ("percentage", "percentages"):
        return _shares(indicator, answer)
    if indicator.kind in COMPARED:
        return _change(indicator, answer)
    if indicator.computed:
        return _shares_of_units(indicator, answer)
    value = answer.get("value")
    if indicator.kind == "yes_no":
        return (Fraction(int(value)),) if isinstance(value, bool) else None
    return (Fraction(value),) if isinstance(value, int) and not isinstance(value, bool) else None


def _shares(indicator: IndicatorSpec, answer: Answer) -> tuple[Fraction, ...] | None:
    denominator = answer.get("denominator")
    numerators = [answer.get(part.key) for part in indicator.parts]
    if not isinstance(denominator, int) or denominator <= 0 or not answer.get("definition"):
        return None
    counts = [numerator for numerator in numerators if isinstance(numerator, int)]
    if len(counts) < len(numerators):
        return None
    return tuple(Fraction(count * 100, denominator) for count in counts)


def exact(stored: object) -> Fraction | None:
    """The exact number of a stored decimal text such as "58.25"; None when there is none."""
    try:
        return Fraction(stored) if isinstance(stored, str) else None
    except (ValueError, ZeroDivisionError):
        return None


def _change(indicator: IndicatorSpec, answer: Answer) -> tuple[Fraction, ...] | None:
    previous, current = exact(answer.get("previous")), exact(answer.get("current"))
    if previous is None or current is None:
        return None
    return (current - previous if indicator.kind == "rise" else previous - current,)


def _shares_of_units(indicator: IndicatorSpec, answer: Answer) -> tuple[Fraction, ...] | None:
    coverage = coverage_of(answer)
    levels = [threshold.units_at_level for threshold in indicator.parts[0].thresholds]
    shares = [coverage.share(level) for level in levels] if coverage else []
    return tuple(share for share in shares if share is not None) or None


def _verdict(indicator: IndicatorSpec, values: tuple[Fraction, ...] | None, level: int, disadvantaged: bool) -> Verdict:
    parts = tuple(
        _part_verdict(indicator, part, _value(indicator, values, n, level), part.thresholds[level - 1], disadvantaged)
        for n, part in enumerate(indicator.parts)
    )
    met = None if values is None else all(part.met for part in parts)
    return Verdict(indicator, level, parts, met)


def _value(indicator: IndicatorSpec, values: tuple[Fraction, ...] | None, part: int, level: int) -> Fraction | None:
    if values is None:
        return None
    return values[level - 1] if indicator.computed else values[part]


def _part_verdict(
    indicator: IndicatorSpec, part: PartSpec, value: Fraction | None, threshold: Threshold, disadvantaged: bool
) -> PartVerdict:
    least = threshold.least_for(disadvantaged=disadvantaged) or Fraction(0)
    lowered = disadvantaged and threshold.least_in_disadvantaged_area is not None
    strictly = indicator.kind in COMPARED
    met = None if value is None else value > least if strictly else value >= least
    return PartVerdict(part, value, least, lowered, threshold.clause, met, strictly, threshold.units_at_level)
