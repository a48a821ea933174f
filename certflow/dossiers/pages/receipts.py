"""Recording on which day the papers of a dossier came, and what may be proposed about a dossier."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access.policy import DOSSIER
from certflow.approval.pages.proposals import to_proposal
from certflow.dossiers import receipts
from certflow.dossiers.forms import PaperReceiptForm
from certflow.dossiers.policy import RECEIVES
from certflow.errors import Invalid
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room, subject
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.results import revocations

bp = Room("receipts", __name__)


@bp.form("/dossiers/<int:dossier_id>/paper-receipt", RECEIVES)
def paper_receipt(dossier_id: int) -> ResponseReturnValue:
    """Propose that the papers of a dossier came on an earlier day than it was filed here."""
    dossier, form = subject(DOSSIER, dossier_id), PaperReceiptForm()
    receipts.require_receiver(dossier, actor())
    if request.method == "POST" and form.validate():
        try:
            made = receipts.propose(dossier, form.entry(), actor=actor(), reason=form.reason.data or "")
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return to_proposal(made)
    page = render_template("dossiers/paper_receipt.html", form=form, dossier=dossier)
    return page, 422 if request.method == "POST" else 200


def links(dossier: Dossier, reader: User, *, filed: bool, decided: bool) -> list[tuple[str, str]]:
    """The acts for two persons that `reader` may propose about a dossier: words and address."""
    found = []
    if filed and receipts.receives(dossier, reader):
        found.append(
            (str(_("Record the day the papers came")), url_for("receipts.paper_receipt", dossier_id=dossier.id))
        )
    if decided and revocations.may_propose(dossier, reader):
        found.append(
            (str(_("Record that the result was revoked")), url_for("revocations.revocation", dossier_id=dossier.id))
        )
    return found
