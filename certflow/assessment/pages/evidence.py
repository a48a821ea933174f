"""Evidence: the files that the script of a criterion's page sends, their download, and their pages as pictures."""

from functools import partial

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from certflow.access import editing
from certflow.access.policy import DOSSIER, WRITES_CLAIMS
from certflow.assessment import assessments, evidence, partial_uploads, previews
from certflow.assessment.pages import criteria, uploads
from certflow.assessment.pages.criteria import OpenedDossier
from certflow.assessment.policy import EVIDENCE, SEES_FILE
from certflow.assessment.words import figures
from certflow.assessment.words.changes import place_of, title_of
from certflow.assessment.words.entries import anchor
from certflow.assessment.words.previews import reason
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.catalogue.words import marks
from certflow.gateways.files import preview
from certflow.gateways.files.content import MAX_BYTES
from certflow.http.attachments import attachment, drain, picture
from certflow.http.person import actor, keep_what_was_written
from certflow.http.policy import Room, subject
from certflow.http.typed import plain_number
from certflow.models.dossiers import PAPERS

bp = Room("evidence", __name__)


@bp.action("/dossiers/<int:dossier_id>/evidence/<indicator>", WRITES_CLAIMS)
def attach(dossier_id: int, indicator: str) -> ResponseReturnValue:
    """Attach the files that the page's script sends; it gets the list of files as the page shows it, and the refusals.

    Without scripts the page of the criterion takes its files with everything else.
    """
    dossier = subject(DOSSIER, dossier_id)
    if indicator != PAPERS:
        criteria.criterion_with(form_of(dossier), indicator)
    editing.require_editor(dossier, actor(), "claims")
    sent = uploads.chosen("file")
    refused = uploads.attach(dossier_id, {indicator: sent}) if sent else {indicator: (str(uploads.NONE_CHOSEN),)}
    reasons = refused.get(indicator, ())
    return _listed(dossier_id, indicator, reasons)


def _listed(dossier_id: int, indicator: str, reasons: tuple[str, ...]) -> ResponseReturnValue:
    """The list of files as it is now, and the refusals."""
    keep_what_was_written()
    dossier = subject(DOSSIER, dossier_id)
    files = evidence.listed(dossier, indicator)
    unfinished = partial_uploads.unfinished(dossier_id, actor()).get(indicator, [])
    html = render_template("assessment/claims/files.html", files=files, unfinished=unfinished)
    return jsonify(html=html, reasons=reasons), 422 if reasons else 200


@bp.action("/dossiers/<int:dossier_id>/evidence/<indicator>/uploads", WRITES_CLAIMS)
def begin_upload(dossier_id: int, indicator: str) -> ResponseReturnValue:
    """Begin a file that comes in parts, as tus 1.0 says, or go on with it; its address is in the header `Location`."""
    length = plain_number(request.headers.get("Upload-Length")) or 0
    name, fingerprint = map(uploads.said_of_upload, ("filename", "fingerprint"))
    begun = partial_uploads.begin(dossier_id, indicator, length, name, fingerprint, actor=actor())
    address = url_for(".upload", dossier_id=dossier_id, indicator=indicator, upload=begun.name)
    return jsonify(), 201, uploads.head_of_upload(partial_uploads.offset(begun), begun, Location=address)


@bp.form("/dossiers/<int:dossier_id>/evidence/<indicator>/uploads/<upload>", WRITES_CLAIMS)
def upload(dossier_id: int, indicator: str, upload: str) -> ResponseReturnValue:
    """How much of the file is there (HEAD), or its next part (PATCH, sent as POST with `X-HTTP-Method-Override`).

    The last part is answered as `attach` answers.
    """
    begun = partial_uploads.find(upload, dossier_id, indicator, actor())
    at = partial_uploads.offset(begun)
    if request.method == "POST" and at < begun.length:
        sent_at = plain_number(request.headers.get("Upload-Offset"))
        further = partial_uploads.append(begun, -1 if sent_at is None else sent_at, request.get_data())
        if further is None:
            return jsonify(), 409, uploads.head_of_upload(at, begun)
        at = further
    if request.method == "GET" or at < begun.length:
        return "", 200 if request.method == "GET" else 204, uploads.head_of_upload(at, begun)
    return _listed(dossier_id, indicator, uploads.finish(begun))


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_fault: RequestEntityTooLarge) -> ResponseReturnValue:
    """A file above the limit, of which nothing was read."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    drain()
    return jsonify(
        reasons=[_("The file is too large: at most %(most)s MB are accepted.", most=MAX_BYTES // 2**20)]
    ), 413


@bp.page("/evidence/<int:evidence_id>", SEES_FILE, noted="read")
def show(evidence_id: int) -> ResponseReturnValue:
    """The file as an attachment, under the type found in its content; no page of ours can be made of it."""
    file = subject(EVIDENCE, evidence_id)
    return attachment(evidence.chunks(file), name=file.original_name, media_type=file.media_type, size=file.size)


@bp.page("/evidence/<int:evidence_id>/pages/<int:page>", SEES_FILE, noted="read")
def page(evidence_id: int, page: int) -> ResponseReturnValue:
    """One page of the file as a picture, beside what was claimed and found by it."""
    file = subject(EVIDENCE, evidence_id)
    dossier = file.dossier
    opened = OpenedDossier(dossier, form_of(dossier), assessments.contents(dossier))
    drawn = previews.page_of(file, page, "page")
    indicator = opened.form.indicators.get(file.indicator)
    return render_template(
        "assessment/evidence/page.html",
        found=opened,
        dossier=dossier,
        file=file,
        page=page,
        pages=min(drawn.pages, preview.MOST_PAGES),
        drawn=drawn,
        reason=reason(drawn.fault),
        indicator=indicator,
        place=place_of(dossier, file.indicator),
        finds=bool(workflow_of(dossier).spec.writers["findings"]) and editing.sees_findings(actor(), dossier),
        anchor=anchor(file.indicator),
        title=title_of(dossier, file.indicator),
        lines=partial(figures.lines, opened.words),
        notices=marks.of_dossier(dossier),
    )


@bp.page("/evidence/<int:evidence_id>/pages/<int:page>/picture", SEES_FILE, noted="read")
def drawn_page(evidence_id: int, page: int) -> ResponseReturnValue:
    """The picture itself; where the page cannot be drawn, one that says why."""
    file = subject(EVIDENCE, evidence_id)
    size = request.args.get("size", "page")
    drawn = previews.page_of(file, page, size)
    if drawn.fault:
        words = render_template("assessment/evidence/no_picture.svg", words=reason(drawn.fault, brief=True))
        return picture(words.encode(), media_type="image/svg+xml", mark="")
    return picture(drawn.picture, media_type=preview.MEDIA_TYPE, mark=previews.mark_of(file, page, size))
