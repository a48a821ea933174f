"""The cases beside the shipped definitions leave no rule out, and none can be moved without a case that fails."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from certflow.config import resource
from certflow.law.cases.case_runner import failures, run_form, run_workflow
from certflow.law.cases.specs import ActionCase, DeadlineCase, FormCase, FormCases, WorkflowCases
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.deadlines import Due, Undated, counted_due
from certflow.law.guards import GUARDS
from certflow.law.impartiality import Impartiality
from certflow.law.scoring.scoring import measure
from certflow.law.specs.form import COMPARED, FormSpec, IndicatorSpec, PartSpec, Threshold
from certflow.law.specs.workflow import DeadlineSpec, TransitionSpec, WorkflowSpec
from certflow.rounds.working_days import of_law
from tests.definitions.shipped import DEFINITIONS

CASES = load_cases(resource("workflows"), resource("forms"), DEFINITIONS, GUARDS)
FORMS = [(DEFINITIONS.form(*book.key), book) for book in CASES.forms]
SCHEMES = [(DEFINITIONS.workflow(*book.key), book) for book in CASES.workflows]
INSTANT = dt.timedelta(microseconds=1)


def test_every_definition_has_cases_and_all_of_them_hold() -> None:
    assert {form.path for form, _book in FORMS} == {form.path for form in DEFINITIONS.forms.values()}
    assert {spec.path for spec, _book in SCHEMES} == {spec.path for spec in DEFINITIONS.workflows.values()}
    assert [line for form, book in FORMS for line in failures(run_form(form, book))] == []
    assert [line for spec, book in SCHEMES for line in _failing(spec, book)] == []


def test_every_threshold_has_cases_at_it_and_just_below_and_above_in_both_kinds_of_area() -> None:
    missing = [
        f"{book.path}: {indicator.code} {part.key}, level {level}, disadvantaged area {disadvantaged}: {side}"
        for form, book in FORMS
        for indicator, part, level, threshold in _thresholds(form)
        for disadvantaged in (False, True)
        for side in {"at", "below", "above"} - _sides(book, indicator, part, level, threshold, disadvantaged)
        if side != "above" or _has_values_above(indicator, threshold)
    ]

    assert not missing, "Write these cases:\n" + "\n".join(missing)


def test_no_threshold_can_be_moved_by_a_hair_without_a_case_that_fails() -> None:
    unseen = [
        f"{form.path}: {indicator.code} {part.key} moved to {moved}"
        for form, book in FORMS
        for indicator, part, level, threshold in _thresholds(form)
        if indicator.kind != "yes_no"
        for moved in _moved(indicator, threshold)
        if not _changes_nothing(indicator, part, level, threshold, moved)
        if not any(failures(run_form(_with_threshold(form, indicator, part, threshold, moved), book)))
    ]

    assert not unseen, "\n".join(unseen)


def test_every_action_is_tried_from_every_state_by_a_right_and_a_wrong_role() -> None:
    missing = [
        f"{book.path}: {t.action} from {origin}: {who}"
        for spec, book in SCHEMES
        for t in spec.transitions
        for origin in t.origins
        for who in {*t.by, "a wrong role"} - _who_tried(book, t, origin)
    ]

    assert not missing, "Write these cases:\n" + "\n".join(missing)


def test_every_guard_of_every_action_refuses_in_a_case_and_cannot_be_left_out_unseen() -> None:
    unseen = [
        f"{book.path}: {t.action}: {need}"
        for spec, book in SCHEMES
        for t in spec.transitions
        for need in t.needs
        if not any(need in case.refused for case in _tries(book, t))
        or (
            not _held_without(spec, t, need)
            and not _failing(_with_transition(spec, t, needs=tuple(n for n in t.needs if n != need)), book)
        )
    ]

    assert not unseen, "Write a case in which this guard refuses:\n" + "\n".join(unseen)


def test_a_scheme_need_not_name_what_the_engine_asks_of_everybody_who_judges() -> None:
    named = [(spec, book, t) for spec, book in SCHEMES for t in spec.transitions if "not_own_dossier" in t.needs]
    needed = [(spec.name, t.action) for spec, _book, t in named if not Impartiality(spec).judges(t)]
    unnamed = [(_without_own_dossier(spec), book) for spec, book in SCHEMES]

    assert [line for spec, book in unnamed for line in _failing(spec, book)] == []
    assert needed == [("dong_nai_province_recognition", "agree"), ("dong_nai_province_recognition", "send_back")]


def _without_own_dossier(spec: WorkflowSpec) -> WorkflowSpec:
    """The scheme without the guard in every action in which its holder judges."""
    judged = Impartiality(spec).judges
    transitions = (
        replace(t, needs=tuple(need for need in t.needs if need != "not_own_dossier" or not judged(t)))
        for t in spec.transitions
    )
    return replace(spec, transitions=tuple(transitions))


def _held_without(spec: WorkflowSpec, transition: TransitionSpec, need: str) -> bool:
    """Whether a guard holds for an action though the scheme were to leave it out, as for everybody who judges."""
    return need == "not_own_dossier" and Impartiality(spec).judges(transition)


def test_no_action_can_change_its_performers_level_or_destination_without_a_case_that_fails() -> None:
    for spec, book in SCHEMES:
        for t in spec.transitions:
            other = next(state for state in spec.states if state != t.target)
            assert _failing(_with_transition(spec, t, target=other), book), t.action
            assert _failing(_with_transition(spec, t, by=tuple(spec.roles)), book), t.action
            judged_by_level = {"findings_reach_the_level", "proposal_agrees"} & set(t.needs)
            for level in {t.level - 1, t.level + 1} if judged_by_level else ():
                assert _failing(_with_transition(spec, t, level=level), book), (t.action, level)


def test_every_date_is_judged_at_the_last_instant_on_time_and_at_the_first_late_one() -> None:
    included = {date.included for spec, _book in SCHEMES for date in spec.deadlines}
    assert included == {True, False}, "both kinds of dates are shown"
    for spec, book in SCHEMES:
        for date in spec.deadlines:
            cases = [case for case in book.deadlines if case.deadline == date.name]
            judged = {(case.instant, case.on_time) for case in cases}
            cutoffs = [due.cutoff for due in map(partial(_due, date), cases) if isinstance(due, Due)]
            assert any({(cutoff - INSTANT, True), (cutoff, False)} <= judged for cutoff in cutoffs), date.name


def test_no_number_of_working_days_can_be_changed_without_a_case_that_fails() -> None:
    counted = [(spec, book, date) for spec, book in SCHEMES for date in spec.deadlines if date.counted]
    assert counted, "the circular counts the Minister's decision so"
    for spec, book, date in counted:
        for days in (date.working_days - 1, date.working_days + 1):
            moved = replace(date, working_days=days)
            assert _failing(replace(spec, deadlines=tuple(moved if d is date else d for d in spec.deadlines)), book)


def _due(date: DeadlineSpec, case: DeadlineCase) -> Due | Undated:
    if case.after is None:
        return Due(date, date.due_on(case.assessed_year), date.included)
    return counted_due(date, case.after, of_law([case.after.year, case.after.year + 1]))


def _failing(spec: WorkflowSpec, book: WorkflowCases) -> list[str]:
    return list(failures(run_workflow(spec, DEFINITIONS.form_of(spec), book, of_law)))


def _with_transition(spec: WorkflowSpec, old: TransitionSpec, **changes: object) -> WorkflowSpec:
    new = replace(old, **changes)  # type: ignore[arg-type]
    return replace(spec, transitions=tuple(new if t is old else t for t in spec.transitions))


def _tries(book: WorkflowCases, transition: TransitionSpec) -> list[ActionCase]:
    return [c for c in book.actions if c.action == transition.action and c.state in transition.origins]


def _who_tried(book: WorkflowCases, transition: TransitionSpec, origin: str) -> set[str]:
    tries = [case for case in _tries(book, transition) if case.state == origin]
    right = {case.role for case in tries if case.target == transition.target}
    return right | {"a wrong role" for case in tries if case.refused == ("role",)}


def _thresholds(form: FormSpec) -> Iterator[tuple[IndicatorSpec, PartSpec, int, Threshold]]:
    for indicator in form.indicators.values():
        for part in indicator.parts:
            for level, threshold in enumerate(part.thresholds, 1):
                yield indicator, part, level, threshold


def _has_values_above(indicator: IndicatorSpec, threshold: Threshold) -> bool:
    if indicator.kind in (*COMPARED, "count"):
        return True
    highest = {"yes_no": 1, "attained_level": indicator.highest}.get(indicator.kind, 100)
    return (threshold.least or 0) < highest


def _hair(indicator: IndicatorSpec) -> Fraction:
    """How near a value just below or above must be: the last of the six places that a compared number may have, a
    thousandth of a percent, one unit in a thousand (no unit has so many below it), or the next level or number.
    """
    if indicator.kind in COMPARED:
        return Fraction(1, 1_000_000)
    if indicator.computed:
        return Fraction(1, 10)
    return Fraction(1, 1000) if indicator.denominator else Fraction(1)


def _sides(
    book: FormCases, indicator: IndicatorSpec, part: PartSpec, level: int, threshold: Threshold, disadvantaged: bool
) -> set[str]:
    """Where the values of `part` in the cases lie about the threshold, when the case expects what follows from it."""
    found = set()
    least = threshold.least_for(disadvantaged=disadvantaged) or Fraction(0)
    for case in (case for case in book.cases if case.disadvantaged_area == disadvantaged):
        values = measure(indicator, case.answers[indicator.code])
        if not values:
            continue
        off = values[level - 1 if indicator.computed else indicator.parts.index(part)] - least
        met = off > 0 if indicator.kind in COMPARED else off >= 0
        if abs(off) <= _hair(indicator) and _expects(case, indicator, level, met=met):
            found.add("at" if not off else "below" if off < 0 else "above")
    return found


def _expects(case: FormCase, indicator: IndicatorSpec, level: int, *, met: bool) -> bool:
    """Whether the case says so; a share of units is counted anew at each level, so the level below is still reached."""
    if met:
        return case.level >= level
    missed = case.level == level - 1 if indicator.computed else case.level < level
    return missed and case.unmet == (indicator.code,)


def _moved(indicator: IndicatorSpec, threshold: Threshold) -> Iterator[Threshold]:
    for off in (-_hair(indicator), _hair(indicator)):
        assert threshold.least is not None
        yield replace(threshold, least=threshold.least + off)
        if (lower := threshold.least_in_disadvantaged_area) is not None:
            yield replace(threshold, least_in_disadvantaged_area=lower + off)
    for at_level in {threshold.units_at_level - 1, threshold.units_at_level + 1} if indicator.computed else ():
        if at_level >= 1:
            yield replace(threshold, units_at_level=at_level)


def _changes_nothing(indicator: IndicatorSpec, part: PartSpec, level: int, old: Threshold, new: Threshold) -> bool:
    """Whether the level below, which must hold too, asks for so much of the same value that no answers show the move.

    No definition can say so: a higher level that asks for less is refused on loading.
    """
    if level == 1 or indicator.computed:
        return False
    below = part.thresholds[level - 2]
    return all(
        _demanded(old, below, disadvantaged) == _demanded(new, below, disadvantaged) for disadvantaged in (False, True)
    )


def _demanded(threshold: Threshold, below: Threshold, disadvantaged: bool) -> Fraction:
    return max(t.least_for(disadvantaged=disadvantaged) or Fraction(0) for t in (threshold, below))


def _with_threshold(
    form: FormSpec, indicator: IndicatorSpec, part: PartSpec, old: Threshold, new: Threshold
) -> FormSpec:
    changed_part = replace(part, thresholds=tuple(new if t is old else t for t in part.thresholds))
    changed = replace(indicator, parts=tuple(changed_part if p is part else p for p in indicator.parts))
    criteria = tuple(
        replace(c, indicators=tuple(changed if i is indicator else i for i in c.indicators)) for c in form.criteria
    )
    return replace(form, criteria=criteria, indicators=form.indicators | {indicator.code: changed})
