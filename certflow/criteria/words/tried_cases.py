"""The cases beside a definition, in words: what is given, what must come out and what comes out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from certflow.assessment.words.figures import given
from certflow.criteria.cases import Tried
from certflow.law.cases.case_runner import CaseOutcome
from certflow.law.cases.specs import NOT_THE_ROLE, NOT_THE_STATE, ActionCase, DeadlineCase, FormCase
from certflow.law.guards import GUARDS, in_words
from certflow.law.specs.form import FormSpec, IndicatorSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import ListPagination, Pagination
from certflow.wording import instant, language


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as a row: the cells that say what is given, what must come out and, only when it differs, what did."""

    given: tuple[str, ...]
    expected: str
    got: str


Groups = dict[str, list[CaseLine]]
LINES_ON_A_PAGE = 50


def page_of(groups: Groups, page: int) -> Pagination:
    """The page that is asked for, or the last; its one item is whole groups, of which a longer one stands alone."""
    pages: list[Groups] = [{}]
    for caption, lines in groups.items():
        if pages[-1] and sum(map(len, pages[-1].values())) + len(lines) > LINES_ON_A_PAGE:
            pages.append({})
        pages[-1][caption] = lines
    return ListPagination(pages, page, per_page=1)


def _line(cells: tuple[str, ...], expected: str, outcome: CaseOutcome) -> CaseLine:
    return CaseLine(cells, expected, "" if outcome.passed else outcome.got)


def _add(groups: Groups, caption: str, line: CaseLine) -> None:
    """One line for cases that say the same: a value at its threshold may be the usual one."""
    lines = groups.setdefault(caption, [])
    if line not in lines:
        lines.append(line)


def of_form(form: FormSpec, tried: Sequence[Tried]) -> Groups:
    """The cases of a criteria set by the indicator that is answered otherwise than usual: how, and the kind of area."""
    usual = usual_cases(form, tried)
    groups: Groups = {}
    for case, outcome in tried:
        if isinstance(case, FormCase):
            other = [code for code in usual if case.answers.get(code) != usual[code].answers.get(code)]
            answers = "; ".join(f"{code}: {answer(form.indicators[code], case)}" for code in other)
            area = _("Yes") if case.disadvantaged_area else _("No")
            line = _line((answers or _("Every answer as usual"), area), _level(form, case, outcome), outcome)
            _add(groups, _changed(form, other), line)
    return groups


def _changed(form: FormSpec, codes: Sequence[str]) -> str:
    if not codes:
        return str(_("Every answer as usual"))
    if len(codes) > 1:
        return str(_("Several answers differ from the usual"))
    return f"{codes[0]}. {form.indicators[codes[0]].title.in_language(language())}"


def usual_cases(form: FormSpec, tried: Sequence[Tried]) -> dict[str, FormCase]:
    """For each indicator's code the first case that answers it as most of them do; {} without cases."""
    usual: dict[str, FormCase] = {}
    cases = [case for case, _outcome in tried if isinstance(case, FormCase)]
    for code in form.indicators if cases else ():
        answers = [str(case.answers.get(code)) for case in cases]
        usual[code] = cases[answers.index(Counter(answers).most_common(1)[0][0])]
    return usual


def answer(indicator: IndicatorSpec, case: FormCase) -> str:
    """What `case` answers to `indicator`, in a few words."""
    values = case.answers.get(indicator.code) or {}
    words = [given(indicator, part, values) for part in indicator.parts]
    if indicator.denominator is not None and values and not values.get("definition"):
        words.append(_("the way it was determined is not stated"))
    sentence = "; ".join(word for word in words if word)
    return sentence or ", ".join(str(value) for value in values.values()) or _("not answered")


def _level(form: FormSpec, case: FormCase, outcome: CaseOutcome) -> str:
    if getattr(form, "method", "levels") != "levels":
        return outcome.expected
    reached = _("Level %(level)s", level=case.level) if case.level else _("No level")
    if not case.unmet:
        return str(reached)
    codes = ", ".join(case.unmet)
    return str(
        _("%(reached)s; not met for level %(next)s: %(codes)s", reached=reached, next=case.level + 1, codes=codes)
    )


def of_workflow(spec: WorkflowSpec, tried: Sequence[Tried]) -> Groups:
    """The cases of a scheme by their action or date: the state, who tries it and what is known; or year and instant."""
    titles = {transition.action: transition.title.in_language(language()) for transition in spec.transitions}
    groups: Groups = {}
    for case, outcome in tried:
        if isinstance(case, ActionCase):
            line = _line(_attempt(spec, case), _allowed(spec, case), outcome)
            _add(groups, titles[case.action], line)
        elif isinstance(case, DeadlineCase):
            line = _line(_instant(case), str(_("On time") if case.on_time else _("Late")), outcome)
            _add(groups, spec.deadline(case.deadline).title.in_language(language()), line)
    return groups


def _instant(case: DeadlineCase) -> tuple[str, ...]:
    return str(case.assessed_year), instant(case.instant, seconds=True)


def _attempt(spec: WorkflowSpec, case: ActionCase) -> tuple[str, ...]:
    transition = next(t for t in spec.transitions if t.action == case.action)
    needs = (*transition.needs, *case.refused)  # the engine refuses who judges and took part, unasked by the scheme
    facts = (fact for need in needs if need in GUARDS for fact in GUARDS[need].facts)
    conditions = dict.fromkeys(fact.in_words(spec, case.facts) for fact in facts)
    return (
        spec.states[case.state].title.in_language(language()),
        spec.roles[case.role].title.in_language(language()),
        "; ".join(filter(None, conditions)) or "–",
    )


def _allowed(spec: WorkflowSpec, case: ActionCase) -> str:
    if case.target:
        return str(_("Leads to: %(state)s", state=spec.states[case.target].title.in_language(language())))
    words = {NOT_THE_ROLE: _("not the right role"), NOT_THE_STATE: _("not in this state")}
    missing = [
        str(words[by]) if by in words else str(_("“%(needed)s” is not fulfilled", needed=in_words(by)))
        for by in case.refused
    ]
    return str(_("Refused: %(reasons)s", reasons="; ".join(missing)))
