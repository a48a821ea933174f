"""Walking a dossier through its scheme by the real actions: the way to a state, and answers that reach a level."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from sqlalchemy import select

from certflow.assessment import assessments, evidence, meetings
from certflow.assessment.answers import parse
from certflow.assessment.meetings import Minutes
from certflow.assessment.merging import Typed
from certflow.assessment.typed_entries import typed_entries
from certflow.catalogue import units
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.demo import samples
from certflow.dossiers import actions
from certflow.law.facts import OutsideDocument
from certflow.law.scoring.entries import entries_reaching
from certflow.law.scoring.lowering import is_lower
from certflow.law.specs.form import COMPARED, FormSpec, IndicatorSpec, PartSpec
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, Meeting
from certflow.models.people import User
from certflow.models.units import Unit

DEFINITION = "Công dân từ 15 tuổi trở lên, thường trú tại xã, theo số liệu của Công an xã ngày 31/12"
LOWERED = "Đối chiếu minh chứng, kết quả thấp hơn kết quả tự đánh giá."

Answers = Mapping[str, Mapping[str, str]]
PersonFor = Callable[[str, Unit], User]


@dataclass(frozen=True, slots=True)
class Course:
    """What is said on the way: answers by indicator code as they are typed, the meeting, a note for each action.

    `document` is the paper from outside that is named wherever an action records one.
    """

    claims: Answers
    findings: Answers
    minutes: Minutes
    note: Callable[[TransitionSpec], str] = lambda _transition: ""
    explanations: Mapping[str, str] | None = None
    document: OutsideDocument = actions.NO_DOCUMENT


def way(spec: WorkflowSpec, state: str, level: int, *, start: str = "") -> tuple[TransitionSpec, ...]:
    """The fewest actions from `start` (the initial state) to `state` when the findings reach exactly `level`.

    Actions about another level are not taken. Raises LookupError when there is no such way.
    """
    start = start or spec.initial
    ways: dict[str, tuple[TransitionSpec, ...]] = {start: ()}
    todo = deque([start])
    while todo:
        origin = todo.popleft()
        for transition in spec.transitions:
            if origin in transition.origins and transition.level in (0, level) and transition.target not in ways:
                ways[transition.target] = (*ways[origin], transition)
                todo.append(transition.target)
    if state not in ways:
        raise LookupError(f"{spec.name}: no way from {start!r} to {state!r} at level {level}")
    return ways[state]


def answers(
    form: FormSpec,
    level: int,
    *,
    disadvantaged: bool = False,
    unmet: Collection[str] = (),
    whole: int = 10_000,
    margin: int = 0,
) -> dict[str, dict[str, str]]:
    """Typed values that reach exactly `level`, by indicator code; `whole` is every denominator.

    `unmet` are the indicators that miss level 1 (for level 0, the last one by default); `margin` says how far,
    in percent of the room up to the next level, the shares lie above their thresholds.
    """
    if form.method != "levels":
        return typed_entries(form, entries_reaching(form, level))
    codes = [indicator.code for criterion in form.criteria for indicator in criterion.indicators]
    missed = set(unmet) or ({codes[-1]} if level == 0 else set())
    aimed = _Aim(max(level, 1), form.levels, disadvantaged, whole, margin)
    indicators = [indicator for criterion in form.criteria for indicator in criterion.indicators]
    return {i.code: aimed.typed(i, met=i.code not in missed) for i in indicators}


@dataclass(frozen=True, slots=True)
class _Aim:
    """The level to reach and the numbers to reach it with."""

    level: int
    levels: int
    disadvantaged: bool
    whole: int
    margin: int

    def typed(self, indicator: IndicatorSpec, *, met: bool) -> dict[str, str]:
        if indicator.kind == "yes_no":
            return {"value": "yes" if met else "no"}
        if indicator.kind in ("attained_level", "count"):
            least = self._least(indicator.parts[0], self.level if met else 1)
            return {"value": str(ceil(least) if met else max(ceil(least) - 1, 0))}
        if indicator.computed:
            return {}
        if indicator.kind in COMPARED:
            before = 100 if indicator.limit is None else indicator.limit // 2
            higher = met == (indicator.kind == "rise")
            return {"previous": str(before), "current": f"{before if higher else before - 1},5"}
        counts = {part.key: str(self._count(part, met=met)) for part in indicator.parts}
        return {"denominator": str(self.whole), **counts, "definition": DEFINITION}

    def _least(self, part: PartSpec, level: int) -> Fraction:
        least = part.thresholds[level - 1].least_for(disadvantaged=self.disadvantaged)
        return least if least is not None else Fraction(0)

    def _count(self, part: PartSpec, *, met: bool) -> int:
        if not met:
            return max(ceil(self._least(part, 1) * self.whole / 100) - 1, 0)
        least = self._least(part, self.level)
        top = self._least(part, self.level + 1) if self.level < self.levels else min(Fraction(100), least * 6 / 5)
        return ceil((least + (top - least) * Fraction(self.margin, 100)) * self.whole / 100)


def write(kind: type[Claim] | type[Finding], dossier: Dossier, values: Answers, *, actor: User, course: Course) -> None:
    """Save `values` as claims or findings, over whatever stands there."""
    save = assessments.save_claims if kind is Claim else assessments.save_findings
    rows = db.session.execute(select(kind.indicator, kind.version).where(kind.dossier_id == dossier.id))
    versions = dict(rows.all())
    explained = course.explanations or {}
    claims = actions.answers_of(dossier, Claim) if kind is Finding else {}
    for criterion in form_of(dossier).criteria:
        asked = [indicator for indicator in criterion.indicators if indicator.code in values]
        lower = [i.code for i in asked if is_lower(i, claims.get(i.code, {}), parse(i, values[i.code])[0])]
        words = {**dict.fromkeys(lower, LOWERED), **explained}
        entries = {i.code: Typed(values[i.code], words.get(i.code, ""), versions.get(i.code, 0)) for i in asked}
        save(dossier.id, criterion.number, entries, actor=actor)
    if kind is Claim:
        _attach(dossier, actor)


def _attach(dossier: Dossier, actor: User) -> None:
    """Give every entry that is answered by a file one, where there is none yet."""
    present = set(db.session.scalars(select(Evidence.indicator).where(Evidence.dossier_id == dossier.id)))
    for code, entry in form_of(dossier).indicators.items():
        if entry.kind == "file" and code not in present and not entry.optional:
            name = entry.title.vi
            evidence.attach(dossier.id, code, samples.paper(name, dossier.unit.name), f"{name}.pdf", actor=actor)


def prepare(dossier: Dossier, course: Course, person_for: PersonFor) -> None:
    """Write what the person whose turn it is writes in this state, when it is not written yet."""
    state = workflow_of(dossier).spec.states[dossier.state]
    if not state.edits:
        return
    actor = person_for(state.turn, seat_of(dossier, state.turn))
    if state.edits == "findings":
        if not actions.answers_of(dossier, Finding):
            write(Finding, dossier, course.findings, actor=actor, course=Course({}, {}, course.minutes))
        return
    if not actions.answers_of(dossier, Claim):
        write(Claim, dossier, course.claims, actor=actor, course=course)
    if workflow_of(dossier).spec.meeting_source and db.session.get(Meeting, dossier.id) is None:
        meetings.record(dossier.id, course.minutes, actor=actor)


def seat_of(dossier: Dossier, role: str) -> Unit:
    """The unit at which `role` sits for a dossier."""
    return units.seat_for(dossier, workflow_of(dossier).spec.roles[role].seat)


def step(dossier: Dossier, transition: TransitionSpec, course: Course, person_for: PersonFor) -> None:
    """Prepare the dossier for one action and take it, as the first role that may."""
    prepare(dossier, course, person_for)
    role = transition.by[0]
    note = course.note(transition) if transition.note != "none" else ""
    actor = person_for(role, seat_of(dossier, role))
    actions.act(dossier.id, transition.action, actor=actor, note=note, document=course.document)
