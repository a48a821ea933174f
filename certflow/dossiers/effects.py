"""What follows an action, by the names that definitions use; all in the action's own transaction."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from certflow.clock import local_day
from certflow.dossiers import filing_receipts, submissions
from certflow.law.facts import OutsideDocument
from certflow.law.workflow import Move
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rules import Delegation
from certflow.results import recognitions
from certflow.results.papers import Signed


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, by which delegation where for another, what was typed with it, and the instant of the change."""

    actor: User
    note: str
    document: OutsideDocument
    at: dt.datetime
    delegation: Delegation | None = None


class Effect(Protocol):
    """Something that happens with a change of state."""

    def __call__(self, dossier: Dossier, move: Move, act: Act) -> None: ...


def freeze_submission(dossier: Dossier, move: Move, act: Act) -> None:
    """Store what is filed, with its hash, and the receipt with its number."""
    filed = submissions.freeze(dossier, actor=act.actor, at=act.at, delegation=act.delegation)
    filing_receipts.issue(dossier, filed)


def keep_proposal(dossier: Dossier, move: Move, act: Act) -> None:
    """Remember the level that is proposed; 0 means not to recognise."""
    dossier.proposed_level = move.transition.level


def recognise(dossier: Dossier, move: Move, act: Act) -> None:
    """Draw the numbers of the decision and the certificate and record the recognition."""
    recognitions.recognise(dossier, move.transition.level, by=_signed(move, act))


def rate(dossier: Dossier, move: Move, act: Act) -> None:
    """Record the rating that the findings reach, and draw the number of its decision."""
    recognitions.rate(dossier, by=_signed(move, act))


def approve(dossier: Dossier, move: Move, act: Act) -> None:
    """Record that what was asked for is granted, and draw the number of the decision."""
    recognitions.award(dossier, recognitions.Award(), by=_signed(move, act))


def record_recognition(dossier: Dossier, move: Move, act: Act) -> None:
    """Record a recognition that was decided elsewhere, by the number and date of that decision."""
    recognitions.record(dossier, move.transition.level, act.document, actor=act.actor)


def decline(dossier: Dossier, move: Move, act: Act) -> None:
    """Draw the number of the written reply that states the reasons."""
    recognitions.decline(dossier, reasons=act.note, by=_signed(move, act))


def _signed(move: Move, act: Act) -> Signed:
    return Signed(act.actor, local_day(act.at), move.acting_as, act.delegation)


EFFECTS: dict[str, Effect] = {
    effect.__name__: effect
    for effect in (freeze_submission, keep_proposal, recognise, rate, approve, record_recognition, decline)
}
