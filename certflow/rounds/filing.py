"""The dates by which dossiers are to be filed."""

from certflow.catalogue.catalogue import workflow_of
from certflow.law.deadlines import Due
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.dossiers import Dossier
from certflow.models.rounds import Round
from certflow.rounds import rounds

FILING = "freeze_submission"


def filing_dues(pinned: Round | Dossier) -> list[Due]:
    """The dates by which a dossier, or one opened in a round now, should be filed, earliest first.

    None is counted from an event.
    """
    filed = filing_states(workflow_of(pinned).spec)
    return [due for due in rounds.dues_of(pinned) if filed & set(due.spec.states)]


def filing_states(spec: WorkflowSpec) -> set[str]:
    """The states a dossier enters by being filed."""
    return {transition.target for transition in spec.transitions if FILING in transition.effects}
