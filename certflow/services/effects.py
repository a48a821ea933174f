"""What follows an action, by the names that definitions use; all in the action's own transaction."""

import datetime as dt
from typing import Protocol

from certflow.domain.workflow import Move
from certflow.models.dossier import Dossier
from certflow.models.people import User
from certflow.services import recognitions, submissions


class Effect(Protocol):
    """Something that happens with a change of state; `at` is the instant of the change."""

    def __call__(self, dossier: Dossier, move: Move, *, actor: User, note: str, at: dt.datetime) -> None: ...


def freeze_submission(dossier: Dossier, move: Move, *, actor: User, note: str, at: dt.datetime) -> None:
    """Store what is filed, with its hash."""
    submissions.freeze(dossier, actor=actor, at=at)


def keep_proposal(dossier: Dossier, move: Move, *, actor: User, note: str, at: dt.datetime) -> None:
    """Remember the level that is proposed; 0 means not to recognise."""
    dossier.proposed_level = move.transition.level


def recognise(dossier: Dossier, move: Move, *, actor: User, note: str, at: dt.datetime) -> None:
    """Draw the numbers of the decision and the certificate and record the recognition."""
    recognitions.recognise(dossier, move.transition.level, actor=actor, at=at)


def decline(dossier: Dossier, move: Move, *, actor: User, note: str, at: dt.datetime) -> None:
    """Draw the number of the written reply that states the reasons."""
    recognitions.decline(dossier, reasons=note, actor=actor, at=at)


EFFECTS: dict[str, Effect] = {
    effect.__name__: effect for effect in (freeze_submission, keep_proposal, recognise, decline)
}
