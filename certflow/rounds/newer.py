"""The newer versions of its rules that a round can move to."""

from sqlalchemy import and_, exists, or_, select

from certflow.access import access
from certflow.catalogue.catalogue import definitions, workflow_of, workflows
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing


def targets(found: Round) -> list[WorkflowSpec]:
    """The versions that the dossiers of a round can be moved to, newest first.

    The round's own is among them while some that are not decided still have an earlier one.
    """
    shipped = definitions().workflows.values()
    newer = [spec for spec in shipped if spec.name == found.workflow and spec.version > found.workflow_version]
    own = [workflow_of(found).spec] if _left_behind(found) else []
    return sorted(newer, key=lambda spec: -spec.version) + own


def _left_behind(found: Round) -> bool:
    """Whether dossiers that are not decided have an earlier version than the round."""
    open_ = [
        and_(Dossier.workflow_version == version, Dossier.state.not_in(_final(workflow.spec)))
        for (name, version), workflow in workflows().items()
        if name == found.workflow and version < found.workflow_version
    ]
    if not open_:
        return False
    with seeing(EVERYTHING):
        return bool(db.session.scalar(select(exists().where(access.whole_round(found.id), or_(*open_)))))


def _final(spec: WorkflowSpec) -> list[str]:
    return [state.name for state in spec.states.values() if state.final]
