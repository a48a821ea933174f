"""Acts that need two persons: what was proposed, and settling it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.approval import proposals
from certflow.approval.forms import PaperReceiptForm, RevocationForm, SettleForm
from certflow.approval.words import proposed
from certflow.dossiers import receipts
from certflow.errors import Invalid
from certflow.http import addresses, guard
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.models.approval import Proposal
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.results import revocations

bp = Blueprint("proposals", __name__)

FARTHEST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of the list is shown; pages count from 1."""

    page: int
    pages: int


@bp.get("/proposals/")
def listed() -> ResponseReturnValue:
    """What waits for the person as the second one, and everything proposed that they may see."""
    number = min(addresses.asked_page(), FARTHEST_PAGE)
    found, total = proposals.listed(actor(), number)
    return render_template(
        "approval/listed.html",
        waiting=[proposed.told(one) for one in proposals.waiting_for(actor())],
        found=[proposed.told(one) for one in found],
        page=Page(number, max(1, -(-total // proposals.PAGE_SIZE))),
    )


@bp.get("/proposals/<int:proposal_id>")
def show(proposal_id: int) -> ResponseReturnValue:
    """One proposal: what is to be done, who proposed it, and how it was settled."""
    return _page(proposals.get(proposal_id, actor()), SettleForm())


@bp.post("/proposals/<int:proposal_id>/confirm")
def confirm(proposal_id: int) -> ResponseReturnValue:
    """Confirm what another person proposed."""
    proposals.confirm(proposal_id, actor=actor())
    flash(_("Confirmed, and done."))
    return redirect(url_for(".show", proposal_id=proposal_id))


@bp.post("/proposals/<int:proposal_id>/refuse")
def refuse(proposal_id: int) -> ResponseReturnValue:
    """Refuse what another person proposed."""
    return _settle(proposal_id, proposals.require_second, proposals.refuse, str(_("Refused; nothing was done.")))


@bp.post("/proposals/<int:proposal_id>/withdraw")
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Take back what one has proposed."""
    return _settle(proposal_id, proposals.require_proposer, proposals.withdraw, str(_("Taken back; nothing was done.")))


@bp.route("/dossiers/<int:dossier_id>/paper-receipt", methods=["GET", "POST"])
def paper_receipt(dossier_id: int) -> ResponseReturnValue:
    """Propose that the papers of a dossier came on an earlier day than it was filed here."""
    dossier, form = guard.dossier(dossier_id), PaperReceiptForm()
    receipts.require_receiver(dossier, actor())
    if request.method == "POST" and form.validate():
        try:
            made = receipts.propose(dossier, form.entry(), actor=actor(), reason=form.reason.data or "")
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return _proposed(made)
    page = render_template("approval/paper_receipt.html", form=form, dossier=dossier)
    return page, 422 if request.method == "POST" else 200


@bp.route("/dossiers/<int:dossier_id>/revocation", methods=["GET", "POST"])
def revocation(dossier_id: int) -> ResponseReturnValue:
    """Propose to record that a result was revoked."""
    dossier, form = guard.dossier(dossier_id), RevocationForm()
    revocations.require_above(dossier, actor())
    if request.method == "POST" and form.validate():
        try:
            made = revocations.propose(dossier, form.entry(), actor=actor())
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return _proposed(made)
    page = render_template("approval/revocation.html", form=form, dossier=dossier)
    return page, 422 if request.method == "POST" else 200


def links(dossier: Dossier, reader: User, *, filed: bool, decided: bool) -> list[tuple[str, str]]:
    """The acts for two persons that `reader` may propose about a dossier: words and address."""
    found = []
    if filed and receipts.receives(dossier, reader):
        found.append((str(_("Record when the papers came")), url_for("proposals.paper_receipt", dossier_id=dossier.id)))
    if decided and revocations.may_propose(dossier, reader):
        found.append(
            (str(_("Record that the result was revoked")), url_for("proposals.revocation", dossier_id=dossier.id))
        )
    return found


def _proposed(made: Proposal) -> ResponseReturnValue:
    flash(_("Proposed. It counts once a second person has confirmed it."))
    return redirect(url_for(".show", proposal_id=made.id))


def _settle(
    proposal_id: int, require: Callable[[Proposal, User], None], settling: Callable[..., Proposal], done: str
) -> ResponseReturnValue:
    """Settle it in one way; one that is settled already is told so, whoever asks."""
    form, found = SettleForm(), proposals.get(proposal_id, actor())
    if not found.outcome:
        require(found, actor())
    if form.validate_on_submit():
        try:
            settling(proposal_id, actor=actor(), reason=form.reason.data)
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(done)
            return redirect(url_for(".show", proposal_id=proposal_id))
    return _page(proposals.get(proposal_id, actor()), form), 422


def _page(proposal: Proposal, form: SettleForm) -> str:
    return render_template(
        "approval/show.html",
        told=proposed.told(proposal),
        form=form,
        settles=proposals.settles(proposal, actor()),
        own=not proposal.outcome and proposal.proposed_by_id == actor().id,
    )
