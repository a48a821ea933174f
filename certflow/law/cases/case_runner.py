"""Running cases: each example beside a definition through the same rules that judge a dossier."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

from certflow.errors import ActionBlocked, ActionNotOpen, NotPermitted
from certflow.law.cases.specs import (
    NOT_THE_ROLE,
    NOT_THE_STATE,
    ActionCase,
    CaseFacts,
    DeadlineCase,
    FormCase,
    FormCases,
    WorkflowCases,
)
from certflow.law.deadlines import Due, Undated, counted_due, on_time
from certflow.law.decimals import decimal_text
from certflow.law.facts import DossierFacts, Held, OutsideDocument
from certflow.law.impartiality import Involvement
from certflow.law.scoring.coverage import Coverage, LowerUnit
from certflow.law.scoring.entries import entries_reaching
from certflow.law.scoring.scoring import Answer, Answers, Result, score
from certflow.law.specs.form import COMPARED, FormSpec, IndicatorSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.law.workflow import Workflow
from certflow.law.working_days import NOTHING_KNOWN, WorkingCalendar

Calendar = Callable[[Iterable[int]], WorkingCalendar]
COUNTED_ON = dt.date(2024, 12, 31)  # any day does: the made-up recognitions of lower units are in force on it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case expected and what the rules said, in the same words when they agree."""

    path: str
    name: str
    expected: str
    got: str

    @property
    def passed(self) -> bool:
        """Whether the rules say what the case expects."""
        return self.expected == self.got


def run_form(form: FormSpec, book: FormCases) -> tuple[Outcome, ...]:
    """The outcome of every case of a criteria set, in the file's order."""
    return tuple(_scored(form, book.path, case) for case in book.cases)


def run_workflow(
    spec: WorkflowSpec, form: FormSpec, book: WorkflowCases, calendar: Calendar = lambda _years: NOTHING_KNOWN
) -> tuple[Outcome, ...]:
    """The outcome of every case of a scheme: its actions, then its deadlines by the `calendar` of their years."""
    workflow = Workflow(spec)
    return (
        *(_tried(workflow, form, book.path, case) for case in book.actions),
        *(_judged(spec, book.path, case, calendar) for case in book.deadlines),
    )


def answers_reaching(form: FormSpec, level: int) -> Answers:
    """Complete answers that meet `level` exactly, outside a disadvantaged area; at level 0 all at 0."""
    if form.method != "levels":
        return entries_reaching(form, level)
    return {code: _answer_reaching(indicator, level) for code, indicator in form.indicators.items()}


def _answer_reaching(indicator: IndicatorSpec, level: int) -> Answer:
    leasts = [part.thresholds[level - 1].least or Fraction(0) if level else Fraction(0) for part in indicator.parts]
    if indicator.kind == "yes_no":
        return {"value": bool(leasts[0])}
    if indicator.kind in ("attained_level", "count"):
        return {"value": ceil(leasts[0])}
    if indicator.kind in COMPARED:
        change = (1 if level else 0) * (1 if indicator.kind == "rise" else -1)
        return {"previous": "100", "current": str(100 + change)}
    whole = lcm(*(least.denominator for least in leasts)) * 100
    counts = {part.key: int(whole * least / 100) for part, least in zip(indicator.parts, leasts, strict=True)}
    if indicator.computed:
        at_level = indicator.parts[0].thresholds[level - 1].units_at_level if level else 0
        return _units_below(whole, sum(counts.values()), at_level)
    return {"denominator": whole, **counts, "definition": "as in the case"}


def _units_below(whole: int, recognised: int, level: int) -> Answer:
    """So many units below, of which the first ones hold a recognition at `level`."""
    units = (
        LowerUnit(str(n), str(n), level, COUNTED_ON, COUNTED_ON) if n < recognised else LowerUnit(str(n), str(n))
        for n in range(whole)
    )
    return Coverage(COUNTED_ON, tuple(units)).as_answer()


def _scored(form: FormSpec, path: str, case: FormCase) -> Outcome:
    result = score(form, case.answers, disadvantaged=case.disadvantaged_area, part=case.part)
    if form.method != "levels":
        return _tallied(form, path, case, result)
    missing = result.missing_for(result.level + 1) if result.level < form.levels else ()
    unmet = {verdict.indicator.code for verdict in missing}
    return Outcome(path, case.name, _level(form, case.level, set(case.unmet)), _level(form, result.level, unmet))


def _tallied(form: FormSpec, path: str, case: FormCase, result: Result) -> Outcome:
    total = result.points.total if result.points and case.points is not None else None
    expected = _rating(form, case.level, case.points, set(case.unanswered))
    return Outcome(path, case.name, expected, _rating(form, result.level, total, set(result.unanswered)))


def _rating(form: FormSpec, rank: int, points: Fraction | None, unanswered: set[str]) -> str:
    codes = ", ".join(code for code in form.indicators if code in unanswered)
    told = [
        f"band {form.bands[rank - 1].name}" if rank else "no band" if form.bands else "",
        f"{decimal_text(points)} points" if points is not None else "",
        f"unanswered: {codes}" if codes else "complete",
    ]
    return ", ".join(part for part in told if part)


def _level(form: FormSpec, level: int, unmet: set[str]) -> str:
    codes = ", ".join(code for code in form.indicators if code in unmet)
    return f"level {level}" + (f", unmet for level {level + 1}: {codes}" if codes else "")


def _tried(workflow: Workflow, form: FormSpec, path: str, case: ActionCase) -> Outcome:
    facts = _facts(form, case.facts)
    try:
        got = f"leads to {workflow.take(case.action, state=case.state, roles={case.role}, facts=facts).target}"
    except ActionNotOpen:
        got = _refused({NOT_THE_STATE})
    except NotPermitted:
        got = _refused({NOT_THE_ROLE})
    except ActionBlocked:
        got = _refused(set(workflow.refusing(case.action, state=case.state, facts=facts)))
    expected = f"leads to {case.target}" if case.target else _refused(set(case.refused))
    return Outcome(path, case.name, expected, got)


def _refused(by: set[str]) -> str:
    return f"refused by {', '.join(sorted(by))}"


def _facts(form: FormSpec, given: CaseFacts) -> DossierFacts:
    return DossierFacts(
        form=form,
        claims=lambda: _answers(form, given.claims_level),
        findings=lambda: _answers(form, given.findings_level),
        meeting_recorded=lambda: given.meeting_recorded,
        proposed_level=given.proposed_level,
        note=given.note,
        involved=lambda: Involvement(frozenset(given.took_part_as)),
        document=OutsideDocument(given.document_number, given.document_date),
        authority=lambda: given.authority,
        held=lambda: (Held(given.held_level, given.held_since),) if given.held_since else (),
        today=given.today,
    )


def _answers(form: FormSpec, level: int | None) -> Answers:
    return {} if level is None else answers_reaching(form, level)


def _judged(spec: WorkflowSpec, path: str, case: DeadlineCase, calendar: Calendar) -> Outcome:
    date = spec.deadline(case.deadline)
    due: Due | Undated
    if case.after is not None:
        due = counted_due(date, case.after, calendar((case.after.year, case.after.year + 1)))
    else:
        due = Due(date, date.due_on(case.assessed_year), date.included)
    words = {True: "on time", False: "late"}
    got = "not known: no such calendar" if isinstance(due, Undated) else words[on_time(due, case.instant)]
    return Outcome(path, case.name, words[case.on_time], got)


def failures(outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """A line for every case that failed: file, case, expected and got."""
    for outcome in outcomes:
        if not outcome.passed:
            yield f"{outcome.path}: {outcome.name}: expected {outcome.expected}; got {outcome.got}"
