"""Scoring: from answers to the level reached, with the proof for every indicator and level.

Every kind of answer is read in one way, as exact ratios of whole numbers: they decide, and fractions only prove.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import NamedTuple

from certflow.law.scoring.coverage import coverage_of
from certflow.law.scoring.points import Tally, tallied
from certflow.law.specs.form import (
    COMPARED,
    CriterionSpec,
    FormSpec,
    IndicatorKind,
    IndicatorSpec,
    Part,
    PartSpec,
    Threshold,
)

Answer = Mapping[str, object]
Answers = Mapping[str, Answer]
Ratios = tuple[tuple[int, int], ...]  # what decides, in whole numbers: numerators over denominators
Reader = Callable[[IndicatorSpec, Answer], Ratios | None]


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


Proof = tuple[tuple[Verdict, ...], ...]


@dataclass(frozen=True)
class Result:
    """The level reached (0 for none) and the codes of what is unanswered; `prove` is called when the proof is read.

    By points the level is the rank of the band, and the proof is the tally in `points` instead of verdicts. By levels
    `reached` says for each indicator that is answered, by its code, up to which level it is met.
    """

    level: int
    unanswered: tuple[str, ...]
    prove: Callable[[], Proof] = field(repr=False, compare=False)
    points: Tally | None = None
    reached: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def verdicts(self) -> Proof:
        """The proof: a verdict per level and indicator, in the form's order."""
        return self.prove()

    def at(self, level: int) -> tuple[Verdict, ...]:
        """The verdicts of `level`, counted from 1."""
        return self.verdicts[level - 1]

    def missing_for(self, level: int) -> tuple[Verdict, ...]:
        """What keeps `level` from being reached: indicators unmet or unanswered."""
        return tuple(verdict for verdict in self.at(level) if not verdict.met)

    def criterion_level(self, criterion: CriterionSpec) -> int | None:
        """Up to which level all indicators of `criterion` are met; 0 as soon as one is unmet at level 1.

        None while one is unanswered and no other is unmet at level 1.
        """
        levels = [self.reached.get(indicator.code) for indicator in criterion.indicators]
        answered = [level for level in levels if level is not None]
        return min(answered, default=None) if len(answered) == len(levels) or 0 in answered else None


def score(form: FormSpec, answers: Answers, *, disadvantaged: bool = False, part: Part = "claims") -> Result:
    """The highest level whose indicators are all met (each level must also hold below it), and the proof.

    Source: Circular 25/2023/TT-BGDĐT art. 8 (pass or fail; a level is reached when all its criteria are). A form of
    points and a record are judged by what they ask in `part`, whose answers these are.
    """
    if form.method != "levels":
        tally = tallied(form, answers, part)
        return Result(tally.level, tally.unanswered, tuple, tally if form.method == "points" else None)
    level, unanswered, measured, reached = form.levels, [], [], {}
    for code, indicator, read, demands in _plan(form, disadvantaged):
        answer = answers.get(code)
        ratios = read(indicator, answer) if answer else None
        measured.append(ratios)
        if ratios is None:
            unanswered.append(code)
            level = 0
        else:
            reached[code] = _reached(ratios, demands, form.levels)
            level = min(level, reached[code])
    return Result(level, tuple(unanswered), partial(_proof, form, measured, disadvantaged), reached=reached)


class _Demand(NamedTuple):
    """One ratio of an answer must be `numerator` / `denominator`, and more than that where `beyond` is 1."""

    ratio: int
    numerator: int
    denominator: int
    beyond: int


class _Step(NamedTuple):
    """One indicator as it is scored: how its answer is read, and what each level demands."""

    code: str
    indicator: IndicatorSpec
    read: Reader
    demands: tuple[tuple[_Demand, ...], ...]


_PLANS: dict[tuple[int, bool], tuple[FormSpec, tuple[_Step, ...]]] = {}
_MOST_PLANS = 200


def _plan(form: FormSpec, disadvantaged: bool) -> tuple[_Step, ...]:
    """The steps of a criteria set, made once; the set is kept with them, so that its id stays its own."""
    plan = _PLANS.get((id(form), disadvantaged))
    if plan is None:
        if len(_PLANS) >= _MOST_PLANS:
            _PLANS.clear()
        indicators = (i for criterion in form.criteria for i in criterion.indicators)
        plan = form, tuple(_step(i, form.levels, disadvantaged) for i in indicators)
        _PLANS[id(form), disadvantaged] = plan
    return plan[1]


def _step(indicator: IndicatorSpec, levels: int, disadvantaged: bool) -> _Step:
    beyond = int(indicator.kind in COMPARED)
    demands = []
    for level in range(1, levels + 1):
        leasts = [_least(part.thresholds[level - 1], disadvantaged) for part in indicator.parts]
        demands.append(
            tuple(
                _Demand(_place(indicator, part, level), least.numerator, least.denominator, beyond)
                for part, least in enumerate(leasts)
            )
        )
    return _Step(indicator.code, indicator, READERS[indicator.kind], tuple(demands))


def _reached(ratios: Ratios, demands: tuple[tuple[_Demand, ...], ...], most: int) -> int:
    """The highest level up to `most` whose demands, and those of all levels below it, hold: in whole numbers only."""
    for level in range(most):
        for ratio, numerator, denominator, beyond in demands[level]:
            count, of = ratios[ratio]
            if count * denominator < numerator * of + beyond:
                return level
    return most


def _place(indicator: IndicatorSpec, part: int, level: int) -> int:
    """Which ratio of an answer counts for a part at a level: a share of units has one for each level."""
    return level - 1 if indicator.computed else part


def _least(threshold: Threshold, disadvantaged: bool) -> Fraction:
    return threshold.least_for(disadvantaged=disadvantaged) or Fraction(0)


def measure(indicator: IndicatorSpec, answer: Answer | None) -> tuple[Fraction, ...] | None:
    """The exact value of every part of an answer, or None when the answer is missing or incomplete.

    A percentage is numerator times 100 over denominator, never rounded; yes is 1 and no is 0; a rise or fall is the
    change in the wanted direction. A share of units has one value for each level of the form.
    """
    return _exactly(READERS[indicator.kind](indicator, answer) if answer else None)


def _exactly(ratios: Ratios | None) -> tuple[Fraction, ...] | None:
    return None if ratios is None else tuple(Fraction(*ratio) for ratio in ratios)


def _proof(form: FormSpec, measured: Sequence[Ratios | None], disadvantaged: bool) -> Proof:
    """The verdicts on what was read, in exact fractions; what they imply is the level that was reached."""
    indicators = [indicator for criterion in form.criteria for indicator in criterion.indicators]
    values = [_exactly(ratios) for ratios in measured]
    return tuple(
        tuple(_verdict(i, of, level, disadvantaged) for i, of in zip(indicators, values, strict=True))
        for level in range(1, form.levels + 1)
    )


def _verdict(indicator: IndicatorSpec, values: tuple[Fraction, ...] | None, level: int, disadvantaged: bool) -> Verdict:
    parts = tuple(
        _part_verdict(indicator, part, _value(values, _place(indicator, n, level)), level, disadvantaged)
        for n, part in enumerate(indicator.parts)
    )
    met = None if values is None else all(part.met for part in parts)
    return Verdict(indicator, level, parts, met)


def _value(values: tuple[Fraction, ...] | None, place: int) -> Fraction | None:
    return None if values is None else values[place]


def _part_verdict(
    indicator: IndicatorSpec, part: PartSpec, value: Fraction | None, level: int, disadvantaged: bool
) -> PartVerdict:
    threshold = part.thresholds[level - 1]
    least = _least(threshold, disadvantaged)
    lowered = disadvantaged and threshold.least_in_disadvantaged_area is not None
    strictly = indicator.kind in COMPARED
    met = None if value is None else value > least if strictly else value >= least
    return PartVerdict(part, value, least, lowered, threshold.clause, met, strictly, threshold.units_at_level)


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


def exact(value: object) -> Fraction | None:
    """The exact number of a stored decimal text such as "58.25"; None when there is none."""
    try:
        return Fraction(value) if isinstance(value, str) else None
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
