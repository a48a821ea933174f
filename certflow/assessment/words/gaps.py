"""What keeps the next level from being reached, or an answer from being complete, in the reader's words."""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from flask_babel import gettext as _

from certflow.assessment.words import figures
from certflow.law.form_words import FormWords
from certflow.law.scoring.coverage import coverage_of
from certflow.law.scoring.scoring import Answer, Answers, PartVerdict, Result, Verdict
from certflow.law.specs.form import FormSpec, IndicatorSpec
from certflow.wording import cited, language


@dataclass(frozen=True, slots=True)
class Gap:
    """An indicator that keeps a level from being reached, and why."""

    criterion: int
    indicator: IndicatorSpec
    reasons: tuple[str, ...]


def gaps(form: FormSpec, result: Result, answers: Answers, to_confirm: Collection[str] = ()) -> list[Gap]:
    """What keeps the next level from being reached, in the form's order; without levels, what is not complete.

    `to_confirm` are answered, but not by these rules.
    """
    words = FormWords(form)
    if form.method != "levels":
        missing = [(form.indicators[code], answers.get(code) or {}) for code in result.unanswered]
        return [_gap(words, indicator, (_unanswered(words, answer),), to_confirm) for indicator, answer in missing]
    if result.level == form.levels:
        return []
    unmet = result.missing_for(result.level + 1)
    reasons = [_reasons(words, verdict, answers.get(verdict.indicator.code) or {}) for verdict in unmet]
    return [_gap(words, verdict.indicator, why, to_confirm) for verdict, why in zip(unmet, reasons, strict=True)]


def without_evidence(form: FormSpec, answers: Answers, attached: Collection[str]) -> list[IndicatorSpec]:
    """The indicators that are claimed to be met, or to bring points, with no file behind them.

    `attached`: the indicators that have files. An answer of “no”, level 0 or no points needs none.
    """
    return [
        indicator
        for code, indicator in form.indicators.items()
        if indicator.wants_evidence and code not in attached and _claims_something(answers.get(code, {}))
    ]


def _claims_something(answer: Answer) -> bool:
    return any(value not in (None, False, "", "0") for value in answer.values())


def _gap(words: FormWords, indicator: IndicatorSpec, reasons: tuple[str, ...], to_confirm: Collection[str]) -> Gap:
    if indicator.code in to_confirm:
        reasons = (words("changed"),)
    return Gap(int(indicator.code.partition(".")[0]), indicator, reasons)


def _unanswered(words: FormWords, answer: Answer) -> str:
    return words("unanswered_partly" if answer else "unanswered")


def _reasons(words: FormWords, verdict: Verdict, answer: Answer) -> tuple[str, ...]:
    if verdict.met is None:
        return (_unanswered(words, answer),)
    reasons = {part.part: _reason(verdict.indicator, part, answer) for part in verdict.parts if not part.met}
    if len(verdict.parts) == 1:
        return tuple(reasons.values())
    titled = [(part.title.in_language(language()), reason) for part, reason in reasons.items()]
    return tuple(str(_("%(part)s: %(reason)s", part=part, reason=reason)) for part, reason in titled)


def _reason(indicator: IndicatorSpec, verdict: PartVerdict, answer: Answer) -> str:
    values = {
        "given": figures.given(indicator, verdict.part, answer),
        "demanded": figures.demanded(indicator, verdict),
        "clause": cited(verdict.clause),
    }
    short = _short(verdict, answer) if indicator.kind in figures.PERCENTAGES or indicator.computed else 0
    if short:
        return str(
            _("%(given)s. %(demanded)s (%(clause)s); %(short)s more are needed.", short=figures.whole(short), **values)
        )
    return str(_("%(given)s. %(demanded)s (%(clause)s).", **values))


def _short(verdict: PartVerdict, answer: Answer) -> int:
    """How many more must be counted to reach the threshold with the same denominator."""
    numerator, denominator = answer.get(verdict.part.key), answer.get("denominator")
    coverage = coverage_of(answer)
    if coverage is not None:
        numerator, denominator = coverage.numerator(verdict.units_at_level), coverage.denominator
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return 0
    return max(ceil(verdict.least * denominator / 100) - numerator, 0)
