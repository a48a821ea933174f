"""Recording on which day the papers of a dossier came."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from certflow.access.policy import DOSSIER
from certflow.approval.pages.proposals import to_proposal
from certflow.dossiers import receipts
from certflow.dossiers.forms import PaperReceiptForm
from certflow.dossiers.policy import RECEIVES
from certflow.errors import Invalid
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room, subject

bp = Room("receipts", __name__)


@bp.form("/dossiers/<int:dossier_id>/paper-receipt", RECEIVES)
def paper_receipt(dossier_id: int) -> ResponseReturnValue:
    """Propose that the papers of a dossier came on an earlier day than it was filed here."""
    dossier, form = subject(DOSSIER, dossier_id), PaperReceiptForm()
    receipts.require_receiver(dossier, actor())
    if request.method == "POST" and form.validate():
        try:
            proposal = receipts.propose(dossier, form.entry(), actor=actor(), reason=form.reason.data or "")
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return to_proposal(proposal)
    page = render_template("dossiers/paper_receipt.html", form=form, dossier=dossier)
    return page, 422 if request.method == "POST" else 200
