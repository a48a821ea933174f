"""Scoring: from answers to the level reached, with the proof for every indicator and level."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from certflow.definitions.specs import CriterionSpec, FormSpec, IndicatorSpec, PartSpec, Threshold

Answer = Mapping[str, int | str | bool | None]
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """One measured part against one threshold: `value` is exact (a share in percent, a level, 1 for yes)."""

    part: PartSpec
    value: Fraction | None
    least: Fraction
    lowered: bool
    clause: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One indicator at one level: met when all its parts are; None while the answer is missing."""

    indicator: IndicatorSpec
    level: int
    parts: tuple[PartVerdict, ...]
    met: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """The level reached (0 for none) and the proof: a verdict per level and indicator, in the form's order."""

    level: int
    verdicts: tuple[tuple[Verdict, ...], ...]
    unanswered: tuple[str, ...]

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


def score(form: FormSpec, answers: Answers, *, disadvantaged: bool = False) -> Result:
    """The highest level whose indicators are all met (each level must also hold below it), and the proof.

    Source: Circular 25/2023/TT-BGDĐT art. 8 (pass or fail; a level is reached when all its criteria are).
    """
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

    A percentage is numerator times 100 over denominator, never rounded; yes is 1 and no is 0.
    """
    if not answer:
        return None
    if indicator.kind in ("percentage", "percentages"):
        return _shares(indicator, answer)
    value = answer.get("value")
    if indicator.kind == "yes_no":
        return (Fraction(int(value)),) if isinstance(value, bool) else None
    return (Fraction(value),) if isinstance(value, int) and not isinstance(value, bool) else None


def _shares(indicator: IndicatorSpec, answer: Answer) -> tuple[Fraction, ...] | None:
    denominator = answer.get("denominator")
    numerators = [answer.get(part.key) for part in indicator.parts]
    if not isinstance(denominator, int) or denominator <= 0 or not answer.get("definition"):
        return None
    if not all(isinstance(numerator, int) for numerator in numerators):
        return None
    return tuple(Fraction(int(numerator or 0) * 100, denominator) for numerator in numerators)


def _verdict(indicator: IndicatorSpec, values: tuple[Fraction, ...] | None, level: int, disadvantaged: bool) -> Verdict:
    parts = tuple(
        _part_verdict(part, values[n] if values else None, part.thresholds[level - 1], disadvantaged)
        for n, part in enumerate(indicator.parts)
    )
    met = None if values is None else all(part.met for part in parts)
    return Verdict(indicator, level, parts, met)


def _part_verdict(part: PartSpec, value: Fraction | None, threshold: Threshold, disadvantaged: bool) -> PartVerdict:
    least = threshold.least_for(disadvantaged=disadvantaged) or Fraction(0)
    lowered = disadvantaged and threshold.least_in_disadvantaged_area is not None
    met = None if value is None else value >= least
    return PartVerdict(part, value, least, lowered, threshold.clause, met)
