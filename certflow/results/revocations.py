"""Revoking a result: an administrative decision of the office that decides, recorded by two persons.

The circular has no rule on revoking a recognition; what is recorded here is a decision made on paper outside, by its
number, date and reasons. Nothing of the dossier, its papers or its history changes.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from certflow.access import access, dated, editing
from certflow.approval import proposals
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Recognition
from certflow.results import recognitions
from certflow.wording import N_, _

LONGEST_NUMBER = 200


@dataclass(frozen=True, slots=True)
class RevocationEntry:
    """What is typed of a revocation: the decision outside, by its number and date, and its reasons."""

    document_number: str
    document_date: dt.date | None
    reason: str


def decides(user: User, dossier: Dossier) -> bool:
    """Whether `user` holds the part in which dossiers of this kind are decided."""
    outcome = workflow_of(dossier).spec.outcome
    deciding = set(outcome.offices) | set(outcome.deciders) if outcome is not None else set()
    return bool(deciding & access.roles_on(user, dossier))


def require_above(dossier: Dossier, user: User) -> None:
    """Raises NotPermitted unless `user` acts on the dossier above the unit that files it."""
    if not editing.acts_above(user, dossier):
        raise NotPermitted(_("The people who appraise, review or decide record a revocation."))


def propose(dossier: Dossier, entry: RevocationEntry, *, actor: User) -> Proposal:
    """Propose to record that the dossier's result was revoked; raises NotPermitted, ActionNotOpen or Invalid."""
    require_above(dossier, actor)
    result = recognitions.of_dossier(dossier)
    if result is None:
        raise ActionNotOpen(_("This dossier has no result that can be revoked."))
    if result.revoked_on is not None:
        raise ActionNotOpen(_("The result has already been revoked."))
    if faults := _faults(entry, result):
        raise Invalid(fields=faults)
    dated = entry.document_date.isoformat() if entry.document_date else ""
    content = {"document_number": " ".join(entry.document_number.split()), "document_date": dated}
    return proposals.propose(KIND, actor=actor, content=content, reason=entry.reason, dossier_id=dossier.id)


def _faults(entry: RevocationEntry, result: Recognition) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    number = " ".join(entry.document_number.split())
    if not number or len(number) > LONGEST_NUMBER:
        faults["document_number"] = (_("Enter the number of the decision, at most 200 characters."),)
    if entry.document_date is not None and entry.document_date < result.recognised_on:
        faults["document_date"] = (_("The decision cannot be older than the result that it revokes."),)
    return faults | dated.faults_in_date(entry.document_date) | dated.faults_in_reason(entry.reason)


def _settles(proposal: Proposal, actor: User) -> bool:
    return proposal.dossier is not None and decides(actor, proposal.dossier)


def _carry_out(proposal: Proposal, actor: User) -> None:
    query = select(Recognition).where(Recognition.dossier_id == proposal.dossier_id)
    result = db.session.scalars(query.with_for_update()).one()
    if result.revoked_on is not None:
        raise ActionNotOpen(_("The result has already been revoked."))
    result.revoked_on = dt.date.fromisoformat(proposal.content["document_date"])
    result.revocation, result.revoked_reason = proposal.content["document_number"], proposal.reason


def _lines(proposal: Proposal) -> list[tuple[str, str]]:
    content = proposal.content
    return [
        (_("Number of the decision"), content["document_number"]),
        (_("Date of the document"), f"{dt.date.fromisoformat(content['document_date']):%d/%m/%Y}"),
    ]


KIND = proposals.register(
    proposals.ActKind("revocation", N_("Revocation of a result"), proposals.about_dossier, _lines, _settles, _carry_out)
)
