"""Evidence: attaching files to an indicator, taking them out of a draft, and downloading them."""

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from certflow.access import editing
from certflow.access.policy import DOSSIER, WRITES_CLAIMS
from certflow.assessment import evidence
from certflow.assessment.forms.answers import claim_form
from certflow.assessment.pages import criteria, uploads
from certflow.assessment.pages.claims import criterion_page
from certflow.assessment.policy import EVIDENCE, REMOVES_FILE, SEES_FILE
from certflow.catalogue.catalogue import form_of
from certflow.errors import Refusal
from certflow.handling.words import handled
from certflow.http.attachments import attachment, drain
from certflow.http.errors import wants_json
from certflow.http.person import actor, keep_what_was_written
from certflow.http.policy import Room, subject
from certflow.models.dossiers import Dossier, Evidence

bp = Room("evidence", __name__)


@bp.action("/dossiers/<int:dossier_id>/evidence/<indicator>", WRITES_CLAIMS)
def attach(dossier_id: int, indicator: str) -> ResponseReturnValue:
    """Attach the files sent; those refused are named with the reason, the others are kept.

    The page's script gets the list of files as the page shows it.
    """
    dossier = subject(DOSSIER, dossier_id)
    criterion = criteria.criterion_with(form_of(dossier), indicator)
    editing.require_editor(dossier, actor(), "claims")
    sent = uploads.chosen("file")
    reasons = uploads.attach(dossier_id, indicator, sent) if sent else (_("Choose at least one file first."),)
    count = len(sent) - len(reasons) if sent else 0
    if count:
        handled.warn(dossier)
    if wants_json():
        keep_what_was_written()
        return _list(dossier, indicator, reasons)
    if not reasons:
        return redirect(uploads.files_of(dossier_id, criterion.number, indicator))
    return _again(dossier_id, indicator, reasons), 200 if count else 422


def _list(dossier: Dossier, indicator: str, reasons: tuple[str, ...]) -> ResponseReturnValue:
    session.pop("_flashes", None)  # the script says it beside the field
    files = evidence.listed(dossier, indicator)
    html = render_template("assessment/claims/files.html", files=files, dossier=dossier)
    return jsonify(html=html, reasons=reasons), 422 if reasons else 200


def _again(dossier_id: int, indicator: str, reasons: tuple[str, ...]) -> str:
    opened = criteria.opened(dossier_id)
    criterion = criteria.criterion_with(opened.form, indicator)
    form = claim_form(opened.words, criterion, opened.contents.claims)
    return criterion_page(opened, criterion, form, refused={indicator: reasons})


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(fault: RequestEntityTooLarge) -> ResponseReturnValue:
    """The files together exceed the limit: told at the field of the page they came from."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    drain()
    reason = str(_("The chosen files are larger than 20 MB together. Attach the files one by one."))
    where = request.view_args or {}
    try:
        return _again(where["dossier_id"], where["indicator"], (reason,)), 413
    except (KeyError, Refusal):
        return render_template("http/errors/error.html", title=_("Too large"), status=413, reasons=(reason,)), 413


@bp.page("/evidence/<int:evidence_id>", SEES_FILE)
def show(evidence_id: int) -> ResponseReturnValue:
    """The file as an attachment, under the type found in its content; no page of ours can be made of it."""
    file = subject(EVIDENCE, evidence_id)
    return attachment(evidence.chunks(file), name=file.original_name, media_type=file.media_type, size=file.size)


@bp.action("/evidence/<int:evidence_id>/remove", REMOVES_FILE)
def remove(evidence_id: int) -> ResponseReturnValue:
    """Take a file out of the draft."""
    removed = evidence.remove(evidence_id, actor=actor())
    return _back(removed, _("“%(name)s” is removed.", name=removed.original_name))


@bp.action("/evidence/<int:evidence_id>/restore", REMOVES_FILE)
def restore(evidence_id: int) -> ResponseReturnValue:
    """Put a file back that was taken out of the draft."""
    restored = evidence.restore(evidence_id, actor=actor())
    return _back(restored, _("“%(name)s” is attached again.", name=restored.original_name))


def _back(file: Evidence, words: str) -> ResponseReturnValue:
    number = criteria.criterion_with(form_of(file.dossier), file.indicator).number
    handled.warn(file.dossier)
    flash(words)
    return redirect(uploads.files_of(file.dossier_id, number, file.indicator))
