"""Acts that need two persons: what was proposed, and settling it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.approval import proposals
from certflow.approval.forms import SettleForm
from certflow.approval.policy import SEES_PROPOSAL, SETTLES, TAKES_BACK
from certflow.approval.words import proposed
from certflow.errors import Invalid
from certflow.http.fields import show_faults
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room, always
from certflow.models.approval import Proposal
from certflow.models.people import User

bp = Room("proposals", __name__)


@bp.page("/proposals/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """What waits for the person as the second one, and everything proposed that they may see."""
    page = proposals.listed(actor(), asked_page())
    return render_template(
        "approval/listed.html",
        waiting=[proposed.told(proposal) for proposal in proposals.waiting_for(actor())],
        found=[proposed.told(proposal) for proposal in page.items],
        page=page,
    )


@bp.page("/proposals/<int:proposal_id>", SEES_PROPOSAL)
def show(proposal_id: int) -> ResponseReturnValue:
    """One proposal: what is to be done, who proposed it, and how it was settled."""
    return _page(proposals.get(proposal_id, actor()), SettleForm())


@bp.action("/proposals/<int:proposal_id>/confirm", SETTLES, weighs=always)
def confirm(proposal_id: int) -> ResponseReturnValue:
    """Confirm what another person proposed."""
    proposals.confirm(proposal_id, actor=actor())
    flash(_("Confirmed and carried out."))
    return redirect(url_for(".show", proposal_id=proposal_id))


@bp.action("/proposals/<int:proposal_id>/refuse", SETTLES)
def refuse(proposal_id: int) -> ResponseReturnValue:
    """Refuse what another person proposed."""
    return _settle(proposal_id, proposals.require_second, proposals.refuse, str(_("Refused; nothing was changed.")))


@bp.action("/proposals/<int:proposal_id>/withdraw", TAKES_BACK)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Take back what one has proposed."""
    return _settle(
        proposal_id,
        proposals.require_proposer,
        proposals.withdraw,
        str(_("The proposal is withdrawn; nothing was changed.")),
    )


def to_proposal(proposal: Proposal) -> ResponseReturnValue:
    """Redirect the proposer to the page of the proposal, with a message that says what happens next."""
    flash(_("Proposed. It takes effect after a second person confirms it."))
    return redirect(url_for("proposals.show", proposal_id=proposal.id))


def _settle(
    proposal_id: int, require: Callable[[Proposal, User], None], settling: Callable[..., Proposal], message: str
) -> ResponseReturnValue:
    """Settle the proposal in one way; when it is settled already, every reader is told so."""
    form, proposal = SettleForm(), proposals.get(proposal_id, actor())
    if not proposal.outcome:
        require(proposal, actor())
    if form.validate_on_submit():
        try:
            settling(proposal_id, actor=actor(), reason=form.reason.data)
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(message)
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
