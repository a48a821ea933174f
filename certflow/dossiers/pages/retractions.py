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
from certflow.errors import ActionNotOpen, Stale
from certflow.http import addresses
from certflow.http.person import actor
from certflow.http.policy import Room, subject
from certflow.law.deadlines import standing
from certflow.models.base import db
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
    """Ask whether the latest step is to be taken back, and do it; where it cannot be, say why and whom to ask."""
    form = RetractionForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(subject(DOSSIER, dossier_id), form)
    try:
        retractions.retract(dossier_id, actor=actor(), seen=addresses.sent_id("seen"), note=form.note.data or "")
    except (ActionNotOpen, Stale) as refusal:
        db.session.rollback()
        return _page(subject(DOSSIER, dossier_id), form, refusal)
    flash(_("The dossier is back with you."))
    return redirect(url_for("dossiers.show", dossier_id=dossier_id))


def _page(dossier: Dossier, form: RetractionForm, refusal: ActionNotOpen | Stale | None = None) -> ResponseReturnValue:
    sent = retractions.require_sender(dossier, actor())
    reasons = refusal.reasons if refusal is not None else retractions.hindrances(dossier, sent)
    if request.method == "GET":
        form.seen.data = str(sent.entry.number)
    spec = workflow_of(dossier).spec
    files = sent.entry.to_state in spec.filed_states
    dues = rounds.filing_dues(dossier) if files else []
    page = render_template(
        "dossiers/retract.html",
        form=form,
        reasons=reasons,
        before=spec.states[sent.entry.from_state],
        files=files,
        standings=[standing(due, None, today=clock.today()) for due in dues],
        **overview.head(turns.reading(dossier, actor())),
    )
    return page, 409 if reasons else 422 if form.errors else 200
