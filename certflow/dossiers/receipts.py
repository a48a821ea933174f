"""Papers received by hand or by post: the day that counts for a dossier filed here later (Circular 25 art. 9.1.d)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from certflow import clock
from certflow.access import access, editing
from certflow.approval import proposals
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.models.approval import PaperReceipt, Proposal
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Submission
from certflow.models.people import User
from certflow.wording import N_, _

LONGEST_NUMBER = 80
WAYS = ("direct", "post")


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """What is typed of a receipt: the day, how the papers came, and their number in the register of the office."""

    received_on: dt.date | None
    way: str
    register_number: str


def require_receiver(dossier: Dossier, user: User) -> None:
    """Raises NotPermitted unless `user` sits where the dossier is received."""
    if not workflow_of(dossier).spec.receivers & access.roles_on(user, dossier):
        raise NotPermitted(_("Only the office that receives the dossier can record the day its papers came."))


def propose(dossier: Dossier, entry: ReceiptEntry, *, actor: User, reason: str) -> Proposal:
    """Propose that the papers came on an earlier day; raises NotPermitted, ActionNotOpen or Invalid."""
    require_receiver(dossier, actor)
    if db.session.get(PaperReceipt, dossier.id) is not None:
        raise ActionNotOpen(_("The receipt of the papers is already recorded."))
    if faults := _faults(dossier, entry):
        raise Invalid(fields=faults)
    content = {
        "received_on": entry.received_on.isoformat() if entry.received_on else "",
        "way": entry.way,
        "register_number": " ".join(entry.register_number.split()),
    }
    return proposals.propose(KIND, actor=actor, content=content, reason=reason, dossier_id=dossier.id)


def _faults(dossier: Dossier, entry: ReceiptEntry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    filed = first_filed(dossier)
    if filed is None:
        raise ActionNotOpen(_("The dossier has not been filed here yet; file it first, then record its papers."))
    if entry.received_on is None:
        faults["received_on"] = (_("Enter the day on which the papers came, for example 27/02/2026."),)
    elif entry.received_on > clock.local_day(filed):
        faults["received_on"] = (_("The papers cannot have come after the dossier was filed here."),)
    elif entry.received_on.year < dossier.round.assessed_year:
        faults["received_on"] = (_("This day is before the assessed year."),)
    if entry.way not in WAYS:
        faults["way"] = (_("Choose how the papers came."),)
    number = " ".join(entry.register_number.split())
    if not number or len(number) > LONGEST_NUMBER:
        faults["register_number"] = (_("Enter the number in the register of incoming papers, at most 80 characters."),)
    return faults


def first_filed(dossier: Dossier) -> dt.datetime | None:
    """When the dossier was first filed here, by a filing that stands."""
    stands = Submission.dossier_id == dossier.id, Submission.retracted_at.is_(None)
    return db.session.scalar(select(func.min(Submission.filed_at)).where(*stands))


def _settles(proposal: Proposal, actor: User) -> bool:
    """Whoever acts on the dossier above the unit that files it."""
    return proposal.dossier is not None and editing.acts_above(actor, proposal.dossier)


def _carry_out(proposal: Proposal, actor: User) -> None:
    content = proposal.content
    receipt = PaperReceipt(
        dossier_id=proposal.dossier_id,
        received_on=dt.date.fromisoformat(content["received_on"]),
        way=content["way"],
        register_number=content["register_number"],
        proposal_id=proposal.id,
    )
    db.session.add(receipt)


def _lines(proposal: Proposal) -> list[tuple[str, str]]:
    content = proposal.content
    ways = {"direct": _("Handed in"), "post": _("By post")}
    return [
        (_("Day on which the papers came"), f"{dt.date.fromisoformat(content['received_on']):%d/%m/%Y}"),
        (_("How the papers came"), ways[content["way"]]),
        (_("Number in the register of incoming papers"), content["register_number"]),
    ]


KIND = proposals.register(
    proposals.ActKind("paper_receipt", N_("Papers received"), proposals.about_dossier, _lines, _settles, _carry_out)
)
