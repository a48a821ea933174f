"""Whether a scheme's outcome holds together: who decides, which papers follow, and what each effect needs."""

from collections.abc import Callable, Collection

from certflow.definitions.outcome_specs import OutcomeSpec
from certflow.definitions.specs import TransitionSpec, WorkflowSpec

Fault = Callable[[str, str], None]

AWARDING = ("recognise", "rate", "approve", "record_recognition")  # after each of these a result stands
DECIDING = ("recognise", "rate", "approve", "decline")  # these are signed by whoever decides
KINDS = {"recognise": "recognition", "record_recognition": "recognition", "rate": "rating"}


def check_outcome(spec: WorkflowSpec, templates: Collection[str], fault: Fault) -> None:
    """Report every way in which the outcome of `spec` does not hold together."""
    outcome = spec.outcome
    if outcome is None:
        if any({*AWARDING, "decline"} & set(t.effects) for t in spec.transitions):
            fault("outcome", "is missing: an action awards or declines; add [outcome]")
        return
    _check_deciders(spec, outcome, fault)
    for kind, paper in outcome.papers.items():
        if paper.template not in templates:
            shipped = ", ".join(sorted(templates))
            fault(f"outcome.{kind}.template", f"there is no document {paper.template!r}; use {shipped}")
    for transition in spec.transitions:
        _check_effects(outcome, transition, fault)


def _check_deciders(spec: WorkflowSpec, outcome: OutcomeSpec, fault: Fault) -> None:
    for role in outcome.deciders:
        if role not in spec.roles:
            fault("outcome.decider", f"{role!r} is no role; define it under [roles]")


def _check_effects(outcome: OutcomeSpec, transition: TransitionSpec, fault: Fault) -> None:
    where, effects = f"transitions.{transition.action}", set(transition.effects)
    if effects & set(DECIDING):
        _check_decider(outcome, transition, fault)
    for effect, kind in KINDS.items():
        if effect in effects and outcome.kind != kind:
            fault(f"{where}.effects", f"{effect!r} is of a {kind}, and the outcome is a {outcome.kind}")
    if "approve" in effects and outcome.kind in KINDS.values():
        fault(f"{where}.effects", f"'approve' awards no {outcome.kind}; use the effect of its kind")
    if effects & {"recognise", "rate", "approve"} and outcome.decision is None:
        fault("outcome.decision", f"is missing: {transition.action} makes a decision; add [outcome.decision]")
    if "decline" in effects and outcome.refusal is None:
        fault("outcome.refusal", f"is missing: {transition.action} makes a written reply; add [outcome.refusal]")


def _check_decider(outcome: OutcomeSpec, transition: TransitionSpec, fault: Fault) -> None:
    where = f"transitions.{transition.action}"
    if outcome.by_rule:
        if transition.by != (transition.authority,):
            fault(f"{where}.authority", "must name the one role that takes this action, for a rule says who decides")
    elif transition.by != outcome.deciders:
        fault(f"{where}.by", f"only the decider {', '.join(map(repr, outcome.deciders))} may do this")
