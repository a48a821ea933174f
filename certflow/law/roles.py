"""The parts that people play in a scheme, told by what its definition says and never by a role's name."""

from certflow.law.specs.outcome import DECIDING
from certflow.law.specs.workflow import WorkflowSpec


def writers(spec: WorkflowSpec, what: str) -> frozenset[str]:
    """The roles that write `what` in some state: of claims those who assess, of findings those who appraise."""
    return frozenset(state.turn for state in spec.states.values() if state.edits == what)


def filers(spec: WorkflowSpec) -> frozenset[str]:
    """Who prepares and files a dossier: the roles whose turn it is in a stage in which claims are written.

    They are told by the stage and not by their seat: for an agency, its own people and those who appraise sit at the
    same unit.
    """
    stages = {state.stage for state in spec.states.values() if state.edits == "claims"}
    return frozenset(state.turn for state in spec.states.values() if state.stage in stages)


def takers(spec: WorkflowSpec, action: str, state: str) -> frozenset[str]:
    """The roles that may take `action` in `state`; none where it is not open."""
    return frozenset(role for t in spec.transitions if t.action == action and state in t.origins for role in t.by)


def deciders(spec: WorkflowSpec) -> frozenset[str]:
    """The roles with an action by which a dossier is decided."""
    return frozenset(role for t in spec.transitions if set(DECIDING) & set(t.effects) for role in t.by)
