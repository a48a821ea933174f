"""Whether a scheme holds together: known names, no dead ends, one destination per action, a turn in every state."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from certflow.law.soundness.outcome_soundness import check_outcome
from certflow.law.specs.form import FormSpec
from certflow.law.specs.words import UNIT_KINDS
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec

Fault = Callable[[str, str], None]
NO_STATE = "is no state; define it under [states]"
NO_ROLE = "is no role; define it under [roles]"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that code gives meaning to, which a definition may use."""

    guards: Collection[str] = field(default_factory=frozenset)
    effects: Collection[str] = field(default_factory=frozenset)
    templates: Collection[str] = field(default_factory=frozenset)


def check(spec: WorkflowSpec, forms: dict[tuple[str, int], FormSpec], vocabulary: Vocabulary, report: Fault) -> None:
    """Report every way in which `spec` does not hold together; where names are wrong, the ways are not walked."""
    faults: list[str] = []

    def fault(key: str, reason: str) -> None:
        faults.append(key)
        report(key, reason)

    _check_form(spec, forms, fault)
    _check_seats(spec, fault)
    _check_states(spec, fault)
    for number, transition in enumerate(spec.transitions, 1):
        _check_transition(spec, transition, f"transitions[{number}] ({transition.action})", vocabulary, fault)
    _check_levels(spec, forms, fault)
    _check_destinations(spec, fault)
    if not faults:
        _check_reach(spec, fault)
    _check_deadlines(spec, fault)
    check_outcome(spec, vocabulary.templates, fault)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _check_form(spec: WorkflowSpec, forms: dict[tuple[str, int], FormSpec], fault: Fault) -> None:
    form = forms.get((spec.form, spec.form_version))
    if form is None:
        fault("form", f"there is no form {spec.form!r} version {spec.form_version}; add it under forms/")
        return
    below = UNIT_KINDS[UNIT_KINDS.index(spec.place) + 1 :]
    for code, indicator in form.indicators.items():
        if indicator.units and indicator.units not in below:
            fault("form", f"indicator {code} counts units of kind {indicator.units!r}, and a {spec.place} has none")
        if indicator.recognised_by and indicator.recognised_by not in {name for name, _version in forms}:
            fault("form", f"indicator {code} counts by {indicator.recognised_by!r}, and there is no such criteria set")


def _check_seats(spec: WorkflowSpec, fault: Fault) -> None:
    seats = ("country", *spec.tiers)
    for role in spec.roles.values():
        if role.seat not in seats:
            fault(f"roles.{role.name}.seat", f"a {spec.place} of this scheme has no {role.seat} above it")
    for role_name, office in (spec.outcome.offices if spec.outcome else {}).items():
        if office.seat not in seats:
            fault(f"outcome.office.{role_name}.seat", f"a {spec.place} of this scheme has no {office.seat} above it")


def _check_states(spec: WorkflowSpec, fault: Fault) -> None:
    stages = {stage.name for stage in spec.stages}
    if spec.initial not in spec.states:
        fault("initial", f"{spec.initial!r} {NO_STATE}")
    for state in spec.states.values():
        leaves = any(state.name in t.origins for t in spec.transitions)
        if state.stage not in stages:
            fault(f"states.{state.name}.stage", f"{state.stage!r} is no stage; define it under [stages]")
        if state.turn and state.turn not in spec.roles:
            fault(f"states.{state.name}.turn", f"{state.turn!r} {NO_ROLE}")
            continue
        if state.turn and not leaves:
            fault(f"states.{state.name}", "is a dead end: no action leads out; take its turn away or add an action")
        if not state.turn and leaves:
            fault(
                f"states.{state.name}.turn",
                "is missing: actions lead out of this state, so somebody must be next",
            )
        if state.turn and leaves and not _turn_can_act(spec, state.name, state.turn):
            fault(f"states.{state.name}.turn", f"{state.turn!r} has no action in this state; name a role that has")


def _turn_can_act(spec: WorkflowSpec, state: str, turn: str) -> bool:
    return any(state in t.origins and turn in t.by for t in spec.transitions)


def _check_transition(
    spec: WorkflowSpec, transition: TransitionSpec, where: str, vocabulary: Vocabulary, fault: Fault
) -> None:
    checks = (
        ("from", transition.origins, spec.states, NO_STATE),
        ("to", (transition.target,), spec.states, NO_STATE),
        ("by", transition.by, spec.roles, NO_ROLE),
        ("notify", transition.notify, spec.roles, NO_ROLE),
        ("needs", transition.needs, vocabulary.guards, f"is no guard; use {_listed(vocabulary.guards)}"),
        ("effects", transition.effects, vocabulary.effects, f"is no effect; use {_listed(vocabulary.effects)}"),
    )
    for key, names, allowed, words in checks:
        for name in names:
            if name not in allowed:
                fault(f"{where}.{key}", f"{name!r} {words}")
    if "reason_given" in transition.needs and transition.note != "required":
        fault(f"{where}.note", 'must be "required" because the action needs reason_given')
    if transition.document != ("document_named" in transition.needs):
        fault(f"{where}.needs", "must hold document_named exactly where `document` is true")
    if bool(transition.authority) != ("authority_established" in transition.needs):
        fault(f"{where}.needs", "must hold authority_established exactly where `authority` names a role")
    if transition.authority and transition.authority not in (spec.outcome.deciders if spec.outcome else ()):
        fault(f"{where}.authority", f"{transition.authority!r} is none of the outcome's deciders")


def _check_levels(spec: WorkflowSpec, forms: dict[tuple[str, int], FormSpec], fault: Fault) -> None:
    form = forms.get((spec.form, spec.form_version))
    highest = form.levels if form else 0
    for transition in spec.transitions:
        target = spec.states.get(transition.target)
        leveled = {"recognise", "record_recognition"} & set(transition.effects)
        if form and transition.level > highest:
            fault(
                f"transitions.{transition.action}.level",
                f"{transition.level} is above the form's {highest} levels",
            )
        elif target and target.level != transition.level and (target.level or leveled):
            fault(
                f"transitions.{transition.action}.level",
                f"must agree with level {target.level} of {target.name}",
            )
        if "recognise" in transition.effects and "findings_reach_the_level" not in transition.needs:
            fault(f"transitions.{transition.action}.needs", "a recognition needs findings_reach_the_level")
        if "rate" in transition.effects and "findings_complete" not in transition.needs:
            fault(f"transitions.{transition.action}.needs", "a rating needs findings_complete")
        if "record_recognition" in transition.effects and not transition.document:
            fault(f"transitions.{transition.action}.document", "must be true: the decision made elsewhere is named")


def _check_destinations(spec: WorkflowSpec, fault: Fault) -> None:
    pairs = Counter((origin, t.action) for t in spec.transitions for origin in t.origins)
    for (origin, action), times in pairs.items():
        if times > 1:
            fault(
                f"transitions.{action}",
                f"leads from {origin!r} to {times} destinations; name the actions apart",
            )


def _check_reach(spec: WorkflowSpec, fault: Fault) -> None:
    forwards: dict[str, set[str]] = {name: set() for name in spec.states}
    backwards: dict[str, set[str]] = {name: set() for name in spec.states}
    for transition in spec.transitions:
        for origin in transition.origins:
            forwards.setdefault(origin, set()).add(transition.target)
            backwards.setdefault(transition.target, set()).add(origin)
    reachable = _closure({spec.initial}, forwards)
    ending = _closure({name for name, state in spec.states.items() if state.final}, backwards)
    for name, state in spec.states.items():
        if name not in reachable:
            fault(f"states.{name}", "cannot be reached from the initial state; let an action lead to it or take it out")
        if not state.final and name not in ending:
            fault(f"states.{name}", "has no way to a final state; let an action lead on from it")


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    closure, todo = set(start), list(start)
    while todo:
        for neighbour in edges.get(todo.pop(), set()) - closure:
            closure.add(neighbour)
            todo.append(neighbour)
    return closure


def _check_deadlines(spec: WorkflowSpec, fault: Fault) -> None:
    names = Counter(deadline.name for deadline in spec.deadlines)
    for deadline in spec.deadlines:
        if names[deadline.name] > 1:
            fault(f"deadlines.{deadline.name}", "is defined twice")
        for key, states in (("states", deadline.states), ("after", deadline.after)):
            for state in states:
                if state not in spec.states:
                    fault(f"deadlines.{deadline.name}.{key}", f"{state!r} {NO_STATE}")
        if spec.initial in deadline.after:
            fault(f"deadlines.{deadline.name}.after", "names the initial state; name one that an act leads to")
