"""Evidence: attaching files to an indicator, taking them out of a draft, and downloading them."""

from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from certflow.access import editing
from certflow.access.policy import DOSSIER, WRITES_CLAIMS
from certflow.assessment import evidence
from certflow.assessment.forms.answers import anchor, claim_form
from certflow.assessment.pages import criteria
from certflow.assessment.pages.claims import criterion_page
from certflow.assessment.policy import EVIDENCE, REMOVES_FILE, SEES_FILE
from certflow.catalogue.catalogue import form_of
from certflow.errors import Invalid, Refusal
from certflow.handling.words import handled
from certflow.http.attachments import attachment, drain
from certflow.http.person import actor
from certflow.http.policy import Room, subject

bp = Room("evidence", __name__)


@bp.action("/dossiers/<int:dossier_id>/evidence/<indicator>", WRITES_CLAIMS)
def attach(dossier_id: int, indicator: str) -> ResponseReturnValue:
    """Attach the files sent; those refused are named with the reason, the others are kept."""
    dossier = subject(DOSSIER, dossier_id)
    criterion = criteria.criterion_with(form_of(dossier), indicator)
    editing.require_editor(dossier, actor(), "claims")
    sent = [file for file in request.files.getlist("file") if file.filename]
    reasons = [reason for file in sent if (reason := _refusal(dossier_id, indicator, file))]
    if not sent:
        reasons = [_("Choose at least one file first.")]
    count = len(sent) - len(reasons) if sent else 0
    if count:
        handled.warn(dossier)
        flash(ngettext("%(num)s file is attached.", "%(num)s files are attached.", count))
    if not reasons:
        return redirect(_back(dossier_id, criterion.number, indicator))
    return _again(dossier_id, indicator, tuple(reasons)), 200 if count else 422


def _refusal(dossier_id: int, indicator: str, file: FileStorage) -> str:
    """Attach one file; returns "" or the reason for the refusal with the file's name."""
    name = file.filename or ""
    try:
        evidence.attach(dossier_id, indicator, cast(BinaryIO, file.stream), name, actor=actor())
    except Invalid as refusal:
        return str(_("“%(name)s”: %(reason)s", name=name[:200], reason=" ".join(refusal.reasons)))
    return ""


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


def _back(dossier_id: int, number: int, indicator: str) -> str:
    return url_for("claims.criterion", dossier_id=dossier_id, number=number, _anchor=f"{anchor(indicator)}-files")


@bp.page("/evidence/<int:evidence_id>", SEES_FILE)
def show(evidence_id: int) -> ResponseReturnValue:
    """The file as an attachment, under the type found in its content; no page of ours can be made of it."""
    file = subject(EVIDENCE, evidence_id)
    return attachment(evidence.chunks(file), name=file.original_name, media_type=file.media_type, size=file.size)


@bp.action("/evidence/<int:evidence_id>/remove", REMOVES_FILE)
def remove(evidence_id: int) -> ResponseReturnValue:
    """Take a file out of the draft."""
    removed = evidence.remove(evidence_id, actor=actor())
    number = criteria.criterion_with(form_of(removed.dossier), removed.indicator).number
    handled.warn(removed.dossier)
    flash(_("“%(name)s” is removed.", name=removed.original_name))
    return redirect(_back(removed.dossier_id, number, removed.indicator))
