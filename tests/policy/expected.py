"""What the table lets expect: its words, read with nothing but the definition of the scheme and who sits where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from certflow.access.policy import (
    ACTION,
    ADMINISTRATORS,
    CLAIMS,
    CLAIMS_READERS,
    DOSSIER,
    FILED,
    FINDINGS,
    FINDINGS_READERS,
    TAKES_PART,
    TURN,
    WHILE_CLAIMS,
    WHILE_FINDINGS,
    WHILE_OPEN,
)
from certflow.approval.policy import PROPOSAL, PROPOSER
from certflow.assessment.policy import EVIDENCE
from certflow.criteria.policy import DEPARTMENTS, DRAFT, ITS_DEPARTMENT, RATING_SET, RULE_READERS, SET_READERS
from certflow.demo import walking
from certflow.dossiers.policy import OPENING, RECEIVERS, SENDERS
from certflow.http.policy import ANY_PART, ANYBODY, NOTHING, SOMEBODY, About, Part, Rule, Who
from certflow.impartiality.policy import RECUSABLE
from certflow.law.specs.workflow import WorkflowSpec
from certflow.results.policy import ABOVE, DOCUMENT
from tests import make
from tests.definitions.shipped import SCHEME
from tests.policy.cast import COUNTRY, HEIR, HERE, Person


class Verdict(Enum):
    """How an address answers, with the statuses that say so.

    Whoever is let in may still be told that something is missing in what they sent.
    """

    LET_IN = (200, 302, 422)
    SIGN_IN = (302, 401)
    NOT_PERMITTED = (403,)
    NOT_FOUND = (404,)
    NOT_OPEN = (409,)


@dataclass(frozen=True)
class Target:
    """What a request is about: how it is (a state of the scheme, or its own), and what addresses name it by."""

    about: About[Any]
    state: str
    named: Mapping[str, Any] = field(default_factory=dict)


def filed(spec: WorkflowSpec, state: str) -> bool:
    """Whether a dossier that came to `state` by the shortest way was filed."""
    reached = spec.states[state].level or 1
    return any("freeze_submission" in step.effects for step in walking.way(spec, state, reached))


def verdict(rule: Rule, person: Person, target: Target) -> Verdict:
    """How the address must answer."""
    if rule.who == ANYBODY:
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


def _at_a_province(person: Person) -> bool:
    """Or above; for somebody else or for oneself."""
    return person.held and (person.at.startswith("Tỉnh") or person.at == COUNTRY)


_IS: dict[Who, Callable[[Person], bool]] = {
    SOMEBODY: lambda person: True,
    ADMINISTRATORS: _administrates,
    DEPARTMENTS: _department,
    SET_READERS: lambda person: _administrates(person) or _department(person),
    RULE_READERS: lambda person: _administrates(person) or _at_a_province(person),
}


def _of_dossier(rule: Rule, person: Person, target: Target) -> Verdict:
    spec = SCHEME
    was_filed = filed(spec, target.state)
    appraised = target.state in _appraised(spec)
    if not person.sees(filed=was_filed, appraised=appraised) or (rule.when == FILED and not was_filed):
        return Verdict.NOT_FOUND
    if rule.when == WHILE_OPEN and not _takers(spec, target):
        return Verdict.NOT_OPEN
    if rule.part != ANY_PART and not _PARTS[rule.part](spec, person, target):
        return Verdict.NOT_PERMITTED
    state = spec.states[target.state]
    if rule.when == TURN:
        own = state.turn in person.roles and not person.actor.delegated  # only who is appointed takes a dossier on
        return Verdict.LET_IN if own else Verdict.NOT_OPEN
    if rule.when in (WHILE_CLAIMS, WHILE_FINDINGS):
        open_ = state.edits == rule.when.name and state.turn in person.roles
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


def _reads_claims(spec: WorkflowSpec, person: Person, target: Target) -> bool:
    """While claims are written again, those who file and the people of the unit without a part above."""
    early = {state.stage for state in spec.states.values() if state.edits == "claims"}
    filers = {state.turn for state in spec.states.values() if state.stage in early}
    preparing = spec.states[target.state].stage in early and spec.states[target.state].turn in filers
    return not preparing or bool(person.roles & filers) or (not person.roles and person.at in (HERE, HEIR))


def _receives(spec: WorkflowSpec, person: Person, _target: Target) -> bool:
    reached = {t.target for t in spec.transitions if "freeze_submission" in t.effects}
    return bool({spec.states[state].turn for state in reached} & person.roles)


def _above(spec: WorkflowSpec, person: Person, _target: Target) -> bool:
    early = {state.stage for state in spec.states.values() if state.edits == "claims"}
    return bool(person.roles - {state.turn for state in spec.states.values() if state.stage in early})


def _sent_it_on(spec: WorkflowSpec, person: Person, target: Target) -> bool:
    """Whoever took the step by which the dossier came to its state."""
    steps = list(walking.way(spec, target.state, spec.states[target.state].level or 1))
    return bool(steps) and steps[-1].by[0] in person.roles


_PARTS: dict[Part, Callable[[WorkflowSpec, Person, Target], bool]] = {
    CLAIMS: _writers("claims"),
    FINDINGS: _writers("findings"),
    CLAIMS_READERS: _reads_claims,
    FINDINGS_READERS: lambda spec, person, target: (
        _reads_findings(spec, person, target) and _reads_claims(spec, person, target)
    ),
    ACTION: lambda spec, person, target: bool(_takers(spec, target) & person.roles),
    RECEIVERS: _receives,
    ABOVE: _above,
    SENDERS: _sent_it_on,
    TAKES_PART: lambda spec, person, target: bool(person.roles),
}


def _of_set(rule: Rule, person: Person, target: Target) -> Verdict:
    own = _department(person) and person.at == make.PROVINCE
    if not (own or _administrates(person)):
        return Verdict.NOT_FOUND
    if rule.part == ITS_DEPARTMENT and not own:
        return Verdict.NOT_PERMITTED
    return Verdict.NOT_OPEN if rule.when == DRAFT and target.state != "draft" else Verdict.LET_IN


def _of_recusable(rule: Rule, person: Person, target: Target) -> Verdict:
    return Verdict.LET_IN if _administrates(person) else _of_dossier(rule, person, target)


def _of_proposal(rule: Rule, person: Person, _target: Target) -> Verdict:
    """It is about a round, and was proposed by an administrator who asks for nothing here."""
    if not _administrates(person):
        return Verdict.NOT_FOUND
    return Verdict.NOT_PERMITTED if rule.part == PROPOSER else Verdict.LET_IN


def _of_opening(rule: Rule, person: Person, target: Target) -> Verdict:
    spec = SCHEME
    if not (person.held and person.at == HERE):
        return Verdict.NOT_FOUND
    if spec.states[spec.initial].turn not in person.roles:
        return Verdict.NOT_PERMITTED
    return Verdict.NOT_OPEN if target.state == "closed" else Verdict.LET_IN


_ABOUT: dict[About[Any], Callable[[Rule, Person, Target], Verdict]] = {
    NOTHING: lambda rule, person, target: Verdict.LET_IN,
    DOSSIER: _of_dossier,
    EVIDENCE: _of_dossier,
    DOCUMENT: _of_dossier,
    RECUSABLE: _of_recusable,
    PROPOSAL: _of_proposal,
    RATING_SET: _of_set,
    OPENING: _of_opening,
}
