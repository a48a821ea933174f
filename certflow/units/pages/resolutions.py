"""Resolutions that change units: an administrator uploads a file, previews its effects and applies it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.errors import Invalid
from certflow.gateways.resolutions.file import MOST_BYTES
from certflow.gateways.resolutions.words import CHANGES, COLUMNS, HEAD
from certflow.http.errors import status_of
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.models.row_security import EVERYTHING, see
from certflow.units import preview, resolutions

bp = Room("unit_changes", __name__, only=ADMINISTRATORS, url_prefix="/units/apply")

MOST_SHOWN = 40


class ResolutionForm(FlaskForm):
    """The file of a resolution."""

    file = FileField(lazy_gettext("Resolution as a table (CSV)"))


@bp.before_request
def _every_dossier() -> None:
    see(EVERYTHING)  # how many dossiers are under way in the units is told, and nothing of what stands in them


@bp.page("", ADMINISTRATOR)
def start() -> ResponseReturnValue:
    """Show the upload form and the resolutions applied last."""
    return _start(ResolutionForm())


@bp.action("", ADMINISTRATOR)
def upload() -> ResponseReturnValue:
    """Read and store a file, then redirect to its preview."""
    form = ResolutionForm()
    try:
        return redirect(url_for(".show", digest=resolutions.keep(_sent())))
    except Invalid as refusal:
        show_faults(form, refusal)
        return _start(form), status_of(refusal)


@bp.page("/<digest>", ADMINISTRATOR)
def show(digest: str) -> ResponseReturnValue:
    """Show the preview of a resolution; the database is not changed."""
    outlook = preview.of(resolutions.read(resolutions.kept(digest)))
    return render_template("units/resolutions/plan.html", outlook=outlook, digest=digest, most=MOST_SHOWN)


@bp.action("/<digest>", ADMINISTRATOR)
def apply(digest: str) -> ResponseReturnValue:
    """Apply the previewed resolution; refused if the preview has changed since."""
    decree = resolutions.read(resolutions.kept(digest))
    resolutions.apply(decree, actor=actor(), seen=request.form.get("seen", ""))
    flash(_("Resolution %(number)s is applied.", number=decree.number))
    return redirect(url_for(".start"))


def _start(form: ResolutionForm) -> str:
    page: str = render_template(
        "units/resolutions/apply.html",
        form=form,
        applied=resolutions.applied(),
        most_bytes=MOST_BYTES,
        words=[words.choices for words in (HEAD, COLUMNS, CHANGES)],
    )
    return page


def _sent() -> bytes:
    """The content of the uploaded file; raises Invalid if it is missing or not readable."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(fields={"file": (_("Choose a file first."),)})
    content = sent.stream.read(MOST_BYTES + 1)
    sent.close()
    resolutions.read(content)
    return content
