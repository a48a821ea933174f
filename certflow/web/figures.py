"""Answers, demands and proof as people read them: numbers in the reader's way, shares cut and never rounded up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from flask_babel import format_decimal
from flask_babel import gettext as _

from certflow.definitions.specs import CriterionSpec, FormSpec, IndicatorSpec, PartSpec
from certflow.domain.scoring import Answer, Answers, PartVerdict, Result, Verdict
from certflow.models.dossier import Claim, Finding
from certflow.wording import language

PERCENTAGES = ("percentage", "percentages")


@dataclass(frozen=True, slots=True)
class Line:
    """One value of an answer with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What one level asks of one part of an indicator, and whether the answer holds it (None: no answer yet)."""

    level: int
    words: str
    lowered: bool
    clause: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """One measured part of an indicator in the proof; `part` is "" where the indicator has only one."""

    indicator: IndicatorSpec
    part: str
    given: str
    demands: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """An indicator that keeps a level from being reached, and why."""

    criterion: int
    indicator: IndicatorSpec
    reasons: tuple[str, ...]


def whole(number: int) -> str:
    """1250 as 1.250 or 1,250."""
    return str(format_decimal(number))


def percent(share: Fraction) -> str:
    """A share in percent with at most two decimals, cut: 59.996 is shown as 59.99, never as 60."""
    cut = Decimal(floor(share * 100)) / 100
    return str(_("%(number)s%%", number=format_decimal(cut, format="#,##0.##")))


def lines(indicator: IndicatorSpec, answer: Answer) -> list[Line]:
    """Every value of an answer with its label; "" stands for what is not given."""
    if indicator.kind not in PERCENTAGES:
        return [Line(str(_("Answer")), given(indicator, indicator.parts[0], answer))]
    denominator = answer.get("denominator")
    counted = indicator.denominator.in_language(language()) if indicator.denominator else ""
    shown = [Line(counted, whole(denominator) if isinstance(denominator, int) else "")]
    for part in indicator.parts:
        shown.append(Line(part.title.in_language(language()), given(indicator, part, answer)))
    return [*shown, Line(str(_("How it was determined")), str(answer.get("definition") or ""))]


def given(indicator: IndicatorSpec, part: PartSpec, answer: Answer) -> str:
    """The answer to one part in a few words, a share with its exact numbers; "" while there is none."""
    if indicator.kind in PERCENTAGES:
        return _share(answer.get(part.key), answer.get("denominator"))
    value = answer.get("value")
    if indicator.kind == "yes_no":
        return str(_("Met") if value else _("Not met")) if isinstance(value, bool) else ""
    return level_attained(value) if isinstance(value, int) else ""


def level_attained(level: int) -> str:
    """A level of a standard; 0 says that the standard is not attained."""
    return str(_("Level %(level)s", level=level) if level else _("Standard not attained"))


def _share(numerator: object, denominator: object) -> str:
    if not isinstance(numerator, int):
        return ""
    if not isinstance(denominator, int) or denominator <= 0:
        return whole(numerator)
    counts = f"{whole(numerator)} / {whole(denominator)}"
    return f"{counts} = {percent(Fraction(numerator * 100, denominator))}"


def demanded(indicator: IndicatorSpec, least: Fraction) -> str:
    """What must be reached, in words."""
    if indicator.kind == "yes_no":
        return str(_("Must be met"))
    if indicator.kind == "attained_level":
        return str(_("At least level %(level)s", level=ceil(least)))
    return str(_("At least %(percent)s", percent=percent(least)))


def proof(form: FormSpec, result: Result, answers: Answers) -> list[tuple[CriterionSpec, list[Row]]]:
    """The proof of a result: for each criterion the measured parts with what every level asks of them."""
    by_code = {
        verdict.indicator.code: [result.at(level)[n] for level in range(1, form.levels + 1)]
        for n, verdict in enumerate(result.at(1))
    }
    return [
        (criterion, [row for i in criterion.indicators for row in rows(by_code[i.code], answers.get(i.code) or {})])
        for criterion in form.criteria
    ]


def rows(verdicts: list[Verdict], answer: Answer) -> list[Row]:
    """The rows of one indicator from its verdicts, one for each level from 1."""
    indicator = verdicts[0].indicator
    several = len(indicator.parts) > 1
    return [
        Row(
            indicator,
            part.title.in_language(language()) if several else "",
            given(indicator, part, answer),
            tuple(_demand(indicator, verdict.level, verdict.parts[n]) for verdict in verdicts),
        )
        for n, part in enumerate(indicator.parts)
    ]


def _demand(indicator: IndicatorSpec, level: int, verdict: PartVerdict) -> Demand:
    return Demand(level, demanded(indicator, verdict.least), verdict.lowered, verdict.clause, verdict.met)


def gaps(form: FormSpec, result: Result, level: int, answers: Answers) -> list[Gap]:
    """What keeps `level` from being reached, in the form's order."""
    criterion_of = {i.code: criterion.number for criterion in form.criteria for i in criterion.indicators}
    return [
        Gap(
            criterion_of[verdict.indicator.code],
            verdict.indicator,
            _reasons(verdict, answers.get(verdict.indicator.code) or {}),
        )
        for verdict in result.missing_for(level)
    ]


def _reasons(verdict: Verdict, answer: Answer) -> tuple[str, ...]:
    if verdict.met is None:
        return (str(_("Not answered completely yet.") if answer else _("Not answered yet.")),)
    reasons = {part.part: _reason(verdict.indicator, part, answer) for part in verdict.parts if not part.met}
    if len(verdict.parts) == 1:
        return tuple(reasons.values())
    named = [(part.title.in_language(language()), reason) for part, reason in reasons.items()]
    return tuple(str(_("%(part)s: %(reason)s", part=part, reason=reason)) for part, reason in named)


def _reason(indicator: IndicatorSpec, verdict: PartVerdict, answer: Answer) -> str:
    values = {
        "given": given(indicator, verdict.part, answer),
        "demanded": demanded(indicator, verdict.least),
        "clause": verdict.clause,
    }
    short = _short(verdict, answer) if indicator.kind in PERCENTAGES else 0
    if short:
        return str(_("%(given)s. %(demanded)s (%(clause)s); %(short)s more are needed.", short=whole(short), **values))
    return str(_("%(given)s. %(demanded)s (%(clause)s).", **values))


def _short(verdict: PartVerdict, answer: Answer) -> int:
    """How many more must be counted to reach the threshold with the same denominator."""
    numerator, denominator = answer.get(verdict.part.key), answer.get("denominator")
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return 0
    return max(ceil(verdict.least * denominator / 100) - numerator, 0)


def answers_of(stored: Mapping[str, Claim] | Mapping[str, Finding]) -> Answers:
    """The answers of stored claims or findings by indicator code."""
    return {code: row.answer for code, row in stored.items()}
