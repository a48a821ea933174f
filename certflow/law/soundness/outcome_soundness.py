"""Whether a scheme's outcome holds together: who decides, which papers follow, and what each effect needs."""

from collections.abc import Callable, Collection

from certflow.law.specs.outcome import AWARDING, DECIDING, OutcomeSpec, PaperSpec
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec

Fault = Callable[[str, str], None]

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
        _check_notation(outcome, kind, paper, fault)
    for transition in spec.transitions:
        _check_effects(outcome, transition, fault)


def _check_deciders(spec: WorkflowSpec, outcome: OutcomeSpec, fault: Fault) -> None:
    for role in outcome.deciders:
        if role not in spec.roles:
            fault("outcome.decider", f"{role!r} is no role; define it under [roles]")
        elif outcome.by_rule and not spec.about_holders and spec.roles[role].seat == spec.place:
            fault(f"outcome.offices.{role}", f"sits at the {spec.place} itself, which would decide about itself")
    if outcome.replier in outcome.deciders:
        fault("outcome.replier", f"{outcome.replier!r} decides already; leave replier and reply_office out")
    elif outcome.replier and outcome.replier not in spec.roles:
        fault("outcome.replier", f"{outcome.replier!r} is no role; define it under [roles]")


def _check_notation(outcome: OutcomeSpec, kind: str, paper: PaperSpec, fault: Fault) -> None:
    """Offices of one seat would share a book of numbers if their notations were the same."""
    if outcome.by_rule and "{office_initials}" not in paper.notation:
        fault(f"outcome.{kind}.notation", "must hold {office_initials}, for each office keeps books of its own")
    for role, office in outcome.offices.items():
        if "{office_initials}" in paper.notation and not office.initials:
            fault(f"outcome.offices.{role}.initials", f"is missing: the notation of the {kind} needs it")


def _check_effects(outcome: OutcomeSpec, transition: TransitionSpec, fault: Fault) -> None:
    where, effects = f"transitions.{transition.action}", set(transition.effects)
    if outcome.replier and effects == {"decline"}:
        _check_replier(outcome, transition, fault)
    elif effects & set(DECIDING):
        _check_decider(outcome, transition, fault)
    for effect, kind in KINDS.items():
        if effect in effects and outcome.award != kind:
            fault(f"{where}.effects", f"{effect!r} is of a {kind}, and the outcome is a {outcome.award}")
    if "approve" in effects and outcome.award in KINDS.values():
        fault(f"{where}.effects", f"'approve' awards no {outcome.award}; use the effect of its kind")
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


def _check_replier(outcome: OutcomeSpec, transition: TransitionSpec, fault: Fault) -> None:
    if transition.by != (outcome.replier,):
        words = f"only {outcome.replier!r}, who signs the written reply, may do this"
        fault(f"transitions.{transition.action}.by", words)
