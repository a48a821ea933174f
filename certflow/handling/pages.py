"""Working on a dossier: taking it on, taking it over with a reason, giving it back."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField

from certflow.access import access, turns
from certflow.access.policy import HANDLES, SEES
from certflow.catalogue.words import marks
from certflow.errors import Invalid, Stale
from certflow.handling import handling
from certflow.handling.words import handled
from certflow.http import addresses
from certflow.http.errors import status_of
from certflow.http.fields import reason_field, show_faults
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.models.base import db

bp = Room("handling", __name__, url_prefix="/dossiers/<int:dossier_id>/handling")


class TakeOverForm(FlaskForm):
    """Why a colleague is to work on the dossier no more, and which handling the person saw."""

    seen = HiddenField()
    reason = reason_field(
        lazy_gettext("Your reason is kept with your name and the time, for the people who act at your unit.")
    )


@bp.action("/take", HANDLES)
def take(dossier_id: int) -> ResponseReturnValue:
    """Take the dossier on; who comes second sees who was first, and can take it over."""
    try:
        handling.take(dossier_id, actor=actor())
    except Stale as refusal:
        db.session.rollback()
        return _page(dossier_id, TakeOverForm(formdata=None), reasons=refusal.reasons), status_of(refusal)
    flash(_("You work on this dossier now; your colleagues see it."))
    return _to(dossier_id)


@bp.form("/over", HANDLES)
def take_over(dossier_id: int) -> ResponseReturnValue:
    """Take the dossier over from whoever works on it, with the reason."""
    form = TakeOverForm()
    if request.method == "GET":
        return _page(dossier_id, form)
    if not form.validate_on_submit():
        return _page(dossier_id, form), 422
    try:
        handling.take_over(dossier_id, actor=actor(), reason=form.reason.data, seen=addresses.sent_id("seen"))
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, refusal)
        return _page(dossier_id, form), status_of(refusal)
    except Stale as refusal:
        db.session.rollback()
        return _page(dossier_id, form, reasons=refusal.reasons), status_of(refusal)
    flash(_("You work on this dossier now; your reason is on record."))
    return _to(dossier_id)


@bp.action("/back", SEES)
def give_back(dossier_id: int) -> ResponseReturnValue:
    """Give the dossier back, so that whoever shares the part can take it on."""
    handling.give_back(dossier_id, actor=actor())
    flash(_("Nobody works on this dossier now."))
    return _to(dossier_id)


def _page(dossier_id: int, form: TakeOverForm, *, reasons: Sequence[str] = ()) -> str:
    dossier = access.dossier(dossier_id, actor())
    handling.require_part(dossier, actor())
    current = handling.current(dossier)
    form.seen.data = str(current.id) if current else ""
    return render_template(
        "handling/take_over.html",
        form=form,
        dossier=dossier,
        reasons=reasons,
        handled=handled.told(dossier, current),
        part=turns.turn(dossier),
        notices=marks.of_dossier(dossier),
        language_next=url_for("dossiers.show", dossier_id=dossier_id),
    )


def _to(dossier_id: int) -> ResponseReturnValue:
    return redirect(url_for("dossiers.show", dossier_id=dossier_id))
