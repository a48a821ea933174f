"""Numbered documents for those who may see their dossier: status, HTML copy and file."""

import re
from typing import Any

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from certflow.catalogue.catalogue import workflow_of
from certflow.catalogue.words import marks
from certflow.http.policy import Room, subject
from certflow.models.results import Document
from certflow.results import documents
from certflow.results.policy import DOCUMENT, SEES_PAPER
from certflow.results.words import awards
from certflow.vietnamese import search_key

bp = Room("documents", __name__, url_prefix="/documents")

KINDS: dict[str, Any] = {
    "decision": lazy_gettext("Decision"),
    "certificate": lazy_gettext("Certificate"),
    "refusal": lazy_gettext("Written reply"),
}
SAMPLE = "MAU"  # stands in a file's name where an official paper has its number


def kind(document: Document) -> str:
    """What kind of paper it is, in words."""
    outcome = workflow_of(document.dossier).spec.outcome
    if document.kind == "decision" and outcome is not None and outcome.award == "recognition":
        return str(_("Recognition decision"))
    return str(KINDS.get(document.kind, document.kind))


def title(document: Document) -> str:
    """The kind of paper and its number; of a sample, that it has none."""
    if not document.number_text:
        return str(_("%(kind)s, a sample without a number", kind=kind(document)))
    return str(_("%(kind)s no. %(number)s", kind=kind(document), number=document.number_text))


@bp.page("/<int:document_id>", SEES_PAPER)
def show(document_id: int) -> ResponseReturnValue:
    """What the document is, and its file once it is made."""
    document = subject(DOCUMENT, document_id)
    return render_template(
        "results/papers/show.html",
        document=document,
        dossier=document.dossier,
        kind=kind(document),
        title=title(document),
        signed_by=awards.signed_by(document.facts),
        notices=marks.of_dossier(document.dossier),
    )


@bp.page("/<int:document_id>/copy", SEES_PAPER, noted="read")
def copy(document_id: int) -> ResponseReturnValue:
    """The HTML copy, a page of its own."""
    return html_copy(subject(DOCUMENT, document_id))


@bp.page("/<int:document_id>/file", SEES_PAPER, noted="read")
def file(document_id: int) -> ResponseReturnValue:
    """The PDF as an attachment; while it is being made, the page that says so."""
    document = subject(DOCUMENT, document_id)
    if document.issued_at is None:
        return redirect(url_for(".show", document_id=document_id))
    answer = Response(documents.content(document), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(document)}"'
    return answer


def html_copy(document: Document) -> Response:
    """The HTML copy of a document as a complete page."""
    return Response(documents.html(document, url_for("static", filename="document.css")), mimetype="text/html")


def file_name(document: Document) -> str:
    """A name that every machine takes: number, notation without marks, year ("05-QD-PGDDT-2026.pdf")."""
    notation = re.sub(r"[^A-Z0-9]+", "-", search_key(document.notation).upper()).strip("-")
    if document.number is None:
        return f"{SAMPLE}-{document.id}-{notation}-{document.year}.pdf"
    return f"{document.number:02d}-{notation}-{document.year}.pdf"
