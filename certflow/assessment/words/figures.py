"""Answers, demands and proof as people read them: numbers in the reader's way, shares cut and never rounded up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from flask_babel import format_decimal
from flask_babel import gettext as _

from certflow.assessment.earlier import EarlierAnswer
from certflow.assessment.words import entries
from certflow.assessment.words.bars import Bar, bar
from certflow.law.form_words import FormWords
from certflow.law.scoring.coverage import Coverage, LowerUnit, coverage_of
from certflow.law.scoring.scoring import Answer, Answers, PartVerdict, Result, Verdict, exact
from certflow.law.specs.form import COMPARED, CriterionSpec, FormSpec, IndicatorSpec, PartSpec
from certflow.wording import language, place

PERCENTAGES = ("percentage", "percentages")
FAR_APART = (
    100  # a dot or a comma mistyped in one of two years makes a thousandfold difference, less what really changed
)


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One value of an answer with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What one level asks of one part of an indicator, and whether the answer holds it (None: no answer yet).

    `scaled` says that it differs by level, unlike what must simply be met.
    """

    level: int
    words: str
    lowered: bool
    clause: str
    met: bool | None
    scaled: bool = True


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One measured part of an indicator in the proof; `part` is "" where the indicator has only one.

    `units` are the lower units a computed share was counted from, each with its recognition; `doubt` as by `doubt`;
    `bar` shows the answer against the thresholds.
    """

    indicator: IndicatorSpec
    part: str
    given: str
    demands: tuple[Demand, ...]
    units: tuple[str, ...] = ()
    doubt: str = ""
    bar: Bar | None = None


def whole(number: int) -> str:
    """1250 as 1.250 or 1,250."""
    return str(format_decimal(number))


def percent(share: Fraction) -> str:
    """A share in percent with at most two decimals, cut: 59.996 is shown as 59.99, never as 60."""
    cut = Decimal(floor(share * 100)) / 100
    return str(_("%(number)s%%", number=format_decimal(cut, format="#,##0.##")))


def lines(words: FormWords, indicator: IndicatorSpec, answer: Answer) -> list[FigureLine]:
    """Every value of an answer with its label; "" stands for what is not given."""
    if indicator.computed:
        share = given(indicator, indicator.parts[0], answer)
        return [FigureLine(str(_("Computed share")), share), FigureLine(str(_("Units")), "\n".join(units(answer)))]
    if indicator.kind in COMPARED:
        return _years(indicator, answer)
    if entries.is_entry(indicator):
        return [FigureLine(words("answer"), entries.full(indicator, answer))]
    if indicator.kind not in PERCENTAGES:
        return [FigureLine(words("answer"), given(indicator, indicator.parts[0], answer))]
    denominator = answer.get("denominator")
    counted = indicator.denominator.in_language(language()) if indicator.denominator else ""
    figure_lines = [FigureLine(counted, whole(denominator) if isinstance(denominator, int) else "")]
    for part in indicator.parts:
        figure_lines.append(FigureLine(part.title.in_language(language()), given(indicator, part, answer)))
    return [*figure_lines, FigureLine(str(_("How it was determined")), str(answer.get("definition") or ""))]


def given(indicator: IndicatorSpec, part: PartSpec, answer: Answer) -> str:
    """The answer to one part in a few words, a share with its exact numbers; "" while there is none."""
    if indicator.kind in PERCENTAGES:
        return _share(answer.get(part.key), answer.get("denominator"))
    if indicator.computed:
        return _covered(indicator, answer)
    if entries.is_entry(indicator):
        return entries.given(indicator, answer)
    if indicator.kind in COMPARED:
        return _compared(indicator, answer)
    value = answer.get("value")
    if indicator.kind == "yes_no":
        return str(_("Met") if value else _("Not met")) if isinstance(value, bool) else ""
    if isinstance(value, bool):  # answers what an earlier version of the rules asked
        return ""
    if indicator.kind == "count":
        return f"{whole(value)} {_measure(indicator)}" if isinstance(value, int) else ""
    return level_attained(value) if isinstance(value, int) else ""


def before(indicator: IndicatorSpec, earlier: Sequence[EarlierAnswer]) -> list[list[str]]:
    """For each part of an indicator, what was answered in an earlier year, with whose it was where not the unit's."""
    return [[words for answer in earlier if (words := _before(indicator, part, answer))] for part in indicator.parts]


def _before(indicator: IndicatorSpec, part: PartSpec, earlier: EarlierAnswer) -> str:
    values = {"year": earlier.year, "unit": place(earlier.whose), "value": given(indicator, part, earlier.answer)}
    if not values["value"]:
        return ""
    if earlier.whose:
        return str(_("Year %(year)s, %(unit)s: %(value)s", **values))
    return str(_("Year %(year)s: %(value)s", **values))


def doubt(indicator: IndicatorSpec, answer: Answer) -> str:
    """What looks like a slip in an answer that is taken as it is: two years too far apart; "" for nothing."""
    years = [exact(answer.get(name)) for name in ("previous", "current")] if indicator.kind in COMPARED else []
    numbers = sorted(year for year in years if year)
    if len(numbers) < 2 or numbers[1] < FAR_APART * numbers[0]:
        return ""
    values = _compared(indicator, answer)
    return str(
        _(
            "%(code)s: one of the two years is at least 100 times the other (%(values)s). Check the dots and commas.",
            code=indicator.code,
            values=values,
        )
    )


def level_attained(level: int) -> str:
    """A level of a standard; 0 says that the standard is not attained."""
    return str(_("Level %(level)s", level=level) if level else _("Standard not attained"))


def compared_labels() -> dict[str, str]:
    """The labels of the two values that are compared, by field name."""
    return {"previous": str(_("The year before")), "current": str(_("The assessed year"))}


def _measure(indicator: IndicatorSpec) -> str:
    return indicator.measure.in_language(language()) if indicator.measure else ""


def _exact_words(value: object) -> str:
    """A stored decimal with all its places, in the reader's way; "" when there is none."""
    number = exact(value)
    return "" if number is None else str(format_decimal(Decimal(str(value)), format="#,##0.######"))


def _years(indicator: IndicatorSpec, answer: Answer) -> list[FigureLine]:
    texts = {name: _exact_words(answer.get(name)) for name in compared_labels()}
    return [
        FigureLine(label, f"{texts[name]} {_measure(indicator)}".strip() if texts[name] else "")
        for name, label in compared_labels().items()
    ]


def _compared(indicator: IndicatorSpec, answer: Answer) -> str:
    previous, current = (_exact_words(answer.get(name)) for name in ("previous", "current"))
    return f"{previous or '–'} → {current or '–'} {_measure(indicator)}".strip() if previous or current else ""


def _covered(indicator: IndicatorSpec, answer: Answer) -> str:
    """The share at each level that the form asks for, and the day on which it was counted."""
    coverage = coverage_of(answer)
    if coverage is None:
        return ""
    levels = dict.fromkeys(threshold.units_at_level for threshold in indicator.parts[0].thresholds)
    shares = "; ".join(_covered_at(coverage, level) for level in levels)
    return str(_("%(shares)s (on %(day)s)", shares=shares, day=f"{coverage.on:%d/%m/%Y}"))


def _covered_at(coverage: Coverage, level: int) -> str:
    share = _share(coverage.numerator(level), coverage.denominator)
    return str(_("level %(level)s or higher: %(share)s", level=level, share=share))


def units(answer: Answer) -> tuple[str, ...]:
    """Every lower unit of a computed answer with its recognition and until when it is kept."""
    coverage = coverage_of(answer)
    return tuple(_unit_words(unit, coverage) for unit in coverage.units) if coverage else ()


def _unit_words(unit: LowerUnit, coverage: Coverage) -> str:
    if unit.recognised_on is None or unit.valid_until is None:
        return str(_("%(unit)s: not recognised", unit=unit.name))
    values = {"unit": unit.name, "level": unit.level, "until": f"{unit.valid_until:%d/%m/%Y}"}
    if not unit.live(coverage.on):
        return str(_("%(unit)s: level %(level)s, lapsed on %(until)s", **values))
    since = f"{unit.recognised_on:%d/%m/%Y}"
    if unit.inherited_from:
        values |= {"since": since, "former": place(unit.inherited_from)}
        words = _(
            "%(unit)s: level %(level)s since %(since)s, kept until %(until)s, inherited from %(former)s", **values
        )
        return str(words)
    return str(_("%(unit)s: level %(level)s since %(since)s, kept until %(until)s", since=since, **values))


def _share(numerator: object, denominator: object) -> str:
    if not isinstance(numerator, int):
        return ""
    if not isinstance(denominator, int) or denominator <= 0:
        return whole(numerator)
    counts = f"{whole(numerator)} / {whole(denominator)}"
    return f"{counts} = {percent(Fraction(numerator * 100, denominator))}"


def demanded(indicator: IndicatorSpec, verdict: PartVerdict) -> str:
    """What must be reached, in words."""
    if indicator.kind in COMPARED:
        return str(_("Higher than the year before") if indicator.kind == "rise" else _("Lower than the year before"))
    return _at_least(indicator, verdict.least, verdict.units_at_level)


def _at_least(indicator: IndicatorSpec, least: Fraction, units_at_level: int) -> str:
    if indicator.kind == "yes_no":
        return str(_("Must be met"))
    if indicator.kind == "attained_level":
        return str(_("At least level %(level)s", level=ceil(least)))
    if indicator.kind == "count":
        return str(_("At least %(least)s %(measure)s", least=whole(ceil(least)), measure=_measure(indicator)))
    if indicator.computed:
        words = _("At least %(percent)s at level %(level)s or higher", percent=percent(least), level=units_at_level)
        return str(words)
    return str(_("At least %(percent)s", percent=percent(least)))


def proof(
    form: FormSpec, result: Result, answers: Answers, criteria: tuple[CriterionSpec, ...] | None = None
) -> list[tuple[CriterionSpec, list[FigureRow]]]:
    """The proof of a result: for each criterion the measured parts with what every level asks of them.

    Of `criteria`, where not all are of interest. Points and entries are given with no level beside them.
    """
    if form.method != "levels":
        return [
            (criterion, [_entry(i, answers.get(i.code) or {}) for i in criterion.indicators])
            for criterion in (form.criteria if criteria is None else criteria)
        ]
    by_code = {
        verdict.indicator.code: [result.at(level)[n] for level in range(1, form.levels + 1)]
        for n, verdict in enumerate(result.at(1))
    }
    return [
        (criterion, [row for i in criterion.indicators for row in rows(by_code[i.code], answers.get(i.code) or {})])
        for criterion in (form.criteria if criteria is None else criteria)
    ]


def _entry(indicator: IndicatorSpec, answer: Answer) -> FigureRow:
    return FigureRow(indicator, "", given(indicator, indicator.parts[0], answer), ())


def rows(verdicts: list[Verdict], answer: Answer) -> list[FigureRow]:
    """The rows of one indicator from its verdicts, one for each level from 1."""
    indicator = verdicts[0].indicator
    several = len(indicator.parts) > 1
    return [
        FigureRow(
            indicator,
            part.title.in_language(language()) if several else "",
            given(indicator, part, answer),
            tuple(_demand(indicator, verdict.level, verdict.parts[n]) for verdict in verdicts),
            units(answer) if indicator.computed else (),
            doubt(indicator, answer),
            bar(indicator, [verdict.parts[n] for verdict in verdicts]) if indicator.kind not in COMPARED else None,
        )
        for n, part in enumerate(indicator.parts)
    ]


def _demand(indicator: IndicatorSpec, level: int, verdict: PartVerdict) -> Demand:
    words, scaled = demanded(indicator, verdict), indicator.kind != "yes_no"
    return Demand(level, words, verdict.lowered, verdict.clause, verdict.met, scaled)
