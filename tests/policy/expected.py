"""What the table lets expect: its words, read with nothing but the definition of the scheme and who sits where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from certflow.demo import walking
from certflow.http.rules import About, Part, Rule, Verdict, When, Who
from certflow.law.specs.workflow import WorkflowSpec
from tests import make
from tests.policy.cast import HERE, Person


@dataclass(frozen=True)
class Target:
    """What a request is about: how it is (a state of the scheme, or its own), and what addresses name it by."""

    about: About
    state: str
    named: Mapping[str, Any] = field(default_factory=dict)


def filed(spec: WorkflowSpec, state: str) -> bool:
    """Whether a dossier that came to `state` by the shortest way was filed."""
    reached = spec.states[state].level or 1
    return any("freeze_submission" in step.effects for step in walking.way(spec, state, reached))


def verdict(rule: Rule, person: Person, target: Target) -> Verdict:
    """How the address must answer."""
    if rule.who == Who.ANYBODY:
        return Verdict.LET_IN
    if not person.signed_in:
        return Verdict.SIGN_IN
    if not _IS[rule.who](person):
        return Verdict.NOT_PERMITTED
    return _ABOUT[target.about](rule, person, target)


def _administrates(person: Person) -> bool:
    return person.held and person.actor.role == "administrator"


def _department(person: Person) -> bool:
    """The education department is at a province: its own, or another one's."""
    return person.held and person.actor.role == "province_reviewer" and person.at.startswith("Tỉnh")


_IS: dict[Who, Callable[[Person], bool]] = {
    Who.SIGNED_IN: lambda person: True,
    Who.ADMINISTRATOR: _administrates,
    Who.DEPARTMENT: _department,
    Who.DEPARTMENT_OR_ADMINISTRATOR: lambda person: _administrates(person) or _department(person),
}


def _of_dossier(rule: Rule, person: Person, target: Target) -> Verdict:
    spec = make.scheme()
    was_filed = filed(spec, target.state)
    appraised = target.state in _appraised(spec)
    if not person.sees(filed=was_filed, appraised=appraised) or (rule.when == When.FILED and not was_filed):
        return Verdict.NOT_FOUND
    if rule.when == When.ACTION and not _takers(spec, target):
        return Verdict.NOT_OPEN
    if rule.part != Part.ANY and not _PARTS[rule.part](spec, person, target):
        return Verdict.NOT_PERMITTED
    state = spec.states[target.state]
    if rule.when == When.TURN:
        own = state.turn in person.roles and not person.actor.delegated  # only who is appointed takes a dossier on
        return Verdict.LET_IN if own else Verdict.NOT_OPEN
    if rule.when in (When.CLAIMS, When.FINDINGS):
        open_ = state.edits == rule.when.name.lower() and state.turn in person.roles
        return Verdict.LET_IN if open_ else Verdict.NOT_OPEN
    return Verdict.LET_IN


def _appraised(spec: WorkflowSpec) -> set[str]:
    """The states from the stage on in which findings are written."""
    order = [stage.name for stage in spec.stages]
    first = min(order.index(state.stage) for state in spec.states.values() if state.edits == "findings")
    return {name for name, state in spec.states.items() if order.index(state.stage) >= first}


def _takers(spec: WorkflowSpec, target: Target) -> set[str]:
    action = target.named.get("action")
    return {role for t in spec.transitions if t.action == action and target.state in t.origins for role in t.by}


def _writers(what: str) -> Callable[[WorkflowSpec, Person, Target], bool]:
    def writes(spec: WorkflowSpec, person: Person, _target: Target) -> bool:
        return any(state.edits == what and state.turn in person.roles for state in spec.states.values())

    return writes


def _reads_findings(spec: WorkflowSpec, person: Person, target: Target) -> bool:
    early = {state.stage for state in spec.states.values() if state.edits == "claims"}
    filers = {state.turn for state in spec.states.values() if state.stage in early}
    return not spec.states[target.state].turn or bool(person.roles - filers) or person.on_council


def _receives(spec: WorkflowSpec, person: Person, _target: Target) -> bool:
    reached = {t.target for t in spec.transitions if "freeze_submission" in t.effects}
    return bool({spec.states[state].turn for state in reached} & person.roles)


def _above(spec: WorkflowSpec, person: Person, _target: Target) -> bool:
    early = {state.stage for state in spec.states.values() if state.edits == "claims"}
    return bool(person.roles - {state.turn for state in spec.states.values() if state.stage in early})


_PARTS: dict[Part, Callable[[WorkflowSpec, Person, Target], bool]] = {
    Part.CLAIMS: _writers("claims"),
    Part.FINDINGS: _writers("findings"),
    Part.READS_FINDINGS: _reads_findings,
    Part.ACTION: lambda spec, person, target: bool(_takers(spec, target) & person.roles),
    Part.RECEIVES: _receives,
    Part.ABOVE: _above,
    Part.TAKES_PART: lambda spec, person, target: bool(person.roles),
    Part.DECIDES: lambda spec, person, target: bool(spec.outcome and person.roles & {*spec.outcome.deciders}),
}


def _of_set(rule: Rule, person: Person, target: Target) -> Verdict:
    own = _department(person) and person.at == make.PROVINCE
    if not (own or _administrates(person)):
        return Verdict.NOT_FOUND
    if rule.part == Part.ITS_DEPARTMENT and not own:
        return Verdict.NOT_PERMITTED
    return Verdict.NOT_OPEN if rule.when == When.DRAFT and target.state != "draft" else Verdict.LET_IN


def _of_recusable(rule: Rule, person: Person, target: Target) -> Verdict:
    return Verdict.LET_IN if _administrates(person) else _of_dossier(rule, person, target)


def _of_proposal(rule: Rule, person: Person, _target: Target) -> Verdict:
    """It is about a round, and was proposed by an administrator who asks for nothing here."""
    if not _administrates(person):
        return Verdict.NOT_FOUND
    return Verdict.NOT_PERMITTED if rule.part == Part.PROPOSER else Verdict.LET_IN


def _of_opening(rule: Rule, person: Person, target: Target) -> Verdict:
    spec = make.scheme()
    if not (person.held and person.at == HERE):
        return Verdict.NOT_FOUND
    if spec.states[spec.initial].turn not in person.roles:
        return Verdict.NOT_PERMITTED
    return Verdict.NOT_OPEN if target.state == "closed" else Verdict.LET_IN


_ABOUT: dict[About, Callable[[Rule, Person, Target], Verdict]] = {
    About.NOTHING: lambda rule, person, target: Verdict.LET_IN,
    About.DOSSIER: _of_dossier,
    About.EVIDENCE: _of_dossier,
    About.DOCUMENT: _of_dossier,
    About.RECUSABLE: _of_recusable,
    About.PROPOSAL: _of_proposal,
    About.RATING_SET: _of_set,
    About.OPENING: _of_opening,
}
