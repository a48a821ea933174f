"""The page on which a step is taken back, while the other side has not opened the dossier."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from certflow import clock
from certflow.access import turns
from certflow.access.policy import DOSSIER
from certflow.catalogue.catalogue import workflow_of
from certflow.dossiers import retractions
from certflow.dossiers.forms import LONGEST_NOTE
from certflow.dossiers.pages import overview
from certflow.dossiers.policy import RETRACTS
from certflow.dossiers.retractions import SentStep
from certflow.errors import ActionNotOpen
from certflow.http import addresses
from certflow.http.person import actor
from certflow.http.policy import Room, subject
from certflow.law.deadlines import standing
from certflow.models.dossiers import Dossier
from certflow.rounds import rounds

bp = Room("retractions", __name__)


class RetractionForm(FlaskForm):
    """A note, and the number of the step that the person saw."""

    seen = HiddenField()
    note = TextAreaField(
        lazy_gettext("Note"),
        [Length(max=LONGEST_NOTE, message=lazy_gettext("Shorten this to at most %(max)d characters."))],
    )


@bp.form("/dossiers/<int:dossier_id>/take-back", RETRACTS)
def retract(dossier_id: int) -> ResponseReturnValue:
    """Ask whether the latest step is to be taken back, and do it."""
    dossier, form = subject(DOSSIER, dossier_id), RetractionForm()
    if form.validate_on_submit():
        number = addresses.sent_id("seen")
        retractions.retract(dossier_id, actor=actor(), seen=number, note=form.note.data or "")
        flash(_("The dossier is back with you."))
        return redirect(url_for("dossiers.show", dossier_id=dossier_id))
    sent = retractions.require_sender(dossier, actor())
    if reasons := retractions.hindrances(dossier, sent):
        raise ActionNotOpen(*reasons)
    if request.method == "GET":
        form.seen.data = str(sent.entry.number)
    return _page(dossier, sent, form), 422 if form.errors else 200


def _page(dossier: Dossier, sent: SentStep, form: RetractionForm) -> str:
    spec = workflow_of(dossier).spec
    files = sent.entry.to_state in spec.filed_states
    dues = rounds.filing_dues(dossier) if files else []
    return render_template(
        "dossiers/retract.html",
        form=form,
        before=spec.states[sent.entry.from_state],
        files=files,
        standings=[standing(due, None, today=clock.today()) for due in dues],
        **overview.head(turns.reading(dossier, actor())),
    )
