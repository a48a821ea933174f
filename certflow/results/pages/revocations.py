"""Recording that a result was revoked."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from certflow.access.policy import DOSSIER
from certflow.approval.pages.proposals import to_proposal
from certflow.errors import Invalid
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room, always, subject
from certflow.results import revocations
from certflow.results.forms import RevocationForm
from certflow.results.policy import ACTS_ABOVE

bp = Room("revocations", __name__)


@bp.form("/dossiers/<int:dossier_id>/revocation", ACTS_ABOVE, weighs=always)
def revocation(dossier_id: int) -> ResponseReturnValue:
    """Propose to record that a result was revoked."""
    dossier, form = subject(DOSSIER, dossier_id), RevocationForm()
    revocations.require_above(dossier, actor())
    if request.method == "POST" and form.validate():
        try:
            proposal = revocations.propose(dossier, form.entry(), actor=actor())
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return to_proposal(proposal)
    page = render_template("results/revocation.html", form=form, dossier=dossier)
    return page, 422 if request.method == "POST" else 200
