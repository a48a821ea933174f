"""Running cases: each example beside a definition through the same rules that judge a dossier."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from certflow.errors import ActionBlocked, ActionNotOpen, NotPermitted
from certflow.law.cases.specs import (
    NOT_THE_ROLE,
    NOT_THE_STATE,
    ActionCase,
    DeadlineCase,
    FormCase,
    FormCases,
    WorkflowCases,
)
from certflow.law.deadlines import Due, Undated, counted_due, on_time
from certflow.law.decimals import decimal_text
from certflow.law.facts import DossierFacts
from certflow.law.scoring.scoring import Result, score
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.law.workflow import Workflow
from certflow.law.working_days import NOTHING_KNOWN, WorkingCalendar

Calendar = Callable[[Iterable[int]], WorkingCalendar]


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What one case expected and what the rules said, in the same words when they agree."""

    path: str
    name: str
    expected: str
    got: str

    @property
    def passed(self) -> bool:
        """Whether the rules say what the case expects."""
        return self.expected == self.got


def run_form(form: FormSpec, book: FormCases) -> tuple[CaseOutcome, ...]:
    """The outcome of every case of a criteria set, in the file's order."""
    return tuple(_scored(form, book.path, case) for case in book.cases)


def run_workflow(
    spec: WorkflowSpec, form: FormSpec, book: WorkflowCases, calendar: Calendar = lambda _years: NOTHING_KNOWN
) -> tuple[CaseOutcome, ...]:
    """The outcome of every case of a scheme: its actions, then its deadlines by the `calendar` of their years."""
    workflow = Workflow(spec)
    return (
        *(_tried(workflow, form, book.path, case) for case in book.actions),
        *(_judged(spec, book.path, case, calendar) for case in book.deadlines),
    )


def _scored(form: FormSpec, path: str, case: FormCase) -> CaseOutcome:
    result = score(form, case.answers, disadvantaged=case.disadvantaged_area, part=case.part)
    if form.method != "levels":
        return _tallied(form, path, case, result)
    missing = result.missing_for(result.level + 1) if result.level < form.levels else ()
    unmet = {verdict.indicator.code for verdict in missing}
    return CaseOutcome(path, case.name, _level(form, case.level, set(case.unmet)), _level(form, result.level, unmet))


def _tallied(form: FormSpec, path: str, case: FormCase, result: Result) -> CaseOutcome:
    total = result.points.total if result.points and case.points is not None else None
    expected = _rating(form, case.level, case.points, set(case.unanswered))
    return CaseOutcome(path, case.name, expected, _rating(form, result.level, total, set(result.unanswered)))


def _rating(form: FormSpec, rank: int, points: Fraction | None, unanswered: set[str]) -> str:
    codes = ", ".join(code for code in form.indicators if code in unanswered)
    parts = [
        f"band {form.bands[rank - 1].name}" if rank else "no band" if form.bands else "",
        f"{decimal_text(points)} points" if points is not None else "",
        f"unanswered: {codes}" if codes else "complete",
    ]
    return ", ".join(part for part in parts if part)


def _level(form: FormSpec, level: int, unmet: set[str]) -> str:
    codes = ", ".join(code for code in form.indicators if code in unmet)
    return f"level {level}" + (f", unmet for level {level + 1}: {codes}" if codes else "")


def _tried(workflow: Workflow, form: FormSpec, path: str, case: ActionCase) -> CaseOutcome:
    facts = DossierFacts.of_case(form, case.facts)
    try:
        got = f"leads to {workflow.take(case.action, state=case.state, roles={case.role}, facts=facts).target}"
    except ActionNotOpen:
        got = _refused({NOT_THE_STATE})
    except NotPermitted:
        got = _refused({NOT_THE_ROLE})
    except ActionBlocked:
        got = _refused(set(workflow.refusing(case.action, state=case.state, facts=facts)))
    expected = f"leads to {case.target}" if case.target else _refused(set(case.refused))
    return CaseOutcome(path, case.name, expected, got)


def _refused(by: set[str]) -> str:
    return f"refused by {', '.join(sorted(by))}"


def _judged(spec: WorkflowSpec, path: str, case: DeadlineCase, calendar: Calendar) -> CaseOutcome:
    date = spec.deadline(case.deadline)
    due: Due | Undated
    if case.after is not None:
        due = counted_due(date, case.after, calendar((case.after.year, case.after.year + 1)))
    else:
        due = Due(date, date.due_on(case.assessed_year), date.included)
    words = {True: "on time", False: "late"}
    got = "not known: no such calendar" if isinstance(due, Undated) else words[on_time(due, case.instant)]
    return CaseOutcome(path, case.name, words[case.on_time], got)


def failures(outcomes: tuple[CaseOutcome, ...]) -> Iterator[str]:
    """A line for every case that failed: file, case, expected and got."""
    for outcome in outcomes:
        if not outcome.passed:
            yield f"{outcome.path}: {outcome.name}: expected {outcome.expected}; got {outcome.got}"
