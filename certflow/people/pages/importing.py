"""Pages for administrators: upload a spreadsheet of people, preview it, import it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from markupsafe import escape
from wtforms import HiddenField

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import role_titles
from certflow.errors import ActionBlocked, Invalid, NotPermitted, Refusal, Stale
from certflow.gateways.spreadsheets.reading import MAX_BYTES
from certflow.gateways.spreadsheets.writing import CSV, XLSX
from certflow.http.attachments import attachment
from certflow.http.errors import status_of
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room, always
from certflow.models.base import db
from certflow.models.people import PeopleImport
from certflow.people import columns as people_columns
from certflow.people import importing
from certflow.people.plan import PlanStep

bp = Room("people_import", __name__, only=ADMINISTRATORS, url_prefix="/people/import")

MOST_SHOWN = 200
ROW_SIZE, FAULTS_SIZE, BESIDE_SIZE, STEPS_SIZE = 220, 75_000, 12_000, 87_000


class ListForm(FlaskForm):
    """A spreadsheet with people."""

    file = FileField(lazy_gettext("Spreadsheet"))


class SeenForm(FlaskForm):
    """The hashes of the file and the plan that the reader has seen."""

    sha256 = HiddenField()
    fingerprint = HiddenField()


@bp.form("/", ADMINISTRATOR)
def start() -> ResponseReturnValue:
    """Upload a spreadsheet for preview; nobody is created yet."""
    form = ListForm()
    if request.method == "GET":
        return _start_page(form)
    try:
        sent = _sent()
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, refusal)
        return _start_page(form), status_of(refusal)
    return redirect(url_for(".show", import_id=sent.id))


def _sent() -> PeopleImport:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(fields={"file": (_("Choose a file first."),)})
    return importing.send(file.stream.read(MAX_BYTES + 1), file.filename, actor=actor())


def _start_page(form: ListForm) -> str:
    columns = [(people_columns.heading(name), name in people_columns.OBLIGATORY) for name in people_columns.COLUMNS]
    return render_template(
        "people/import.html", form=form, columns=columns, most=people_columns.MOST_ROWS, max_bytes=MAX_BYTES
    )


@bp.page("/template.xlsx", ADMINISTRATOR)
def template_xlsx() -> Response:
    """The workbook to fill in."""
    return _download(people_columns.template_xlsx(), _("people.xlsx"), XLSX)


@bp.page("/template.csv", ADMINISTRATOR)
def template_csv() -> Response:
    """The list to fill in as CSV."""
    return _download(people_columns.template_csv(), _("people.csv"), CSV)


@bp.page("/<int:import_id>", ADMINISTRATOR)
def show(import_id: int) -> ResponseReturnValue:
    """Show the preview of a list, or its result."""
    return _page(importing.find(import_id, actor()))


@bp.page("/<int:import_id>/faults.csv", ADMINISTRATOR)
def faults(import_id: int) -> Response:
    """All faults of a list, as a CSV file."""
    plan = importing.look_at(importing.find(import_id, actor()))
    return _download(importing.faults_csv(plan), _("to-correct.csv"), CSV)


@bp.action("/<int:import_id>/create", ADMINISTRATOR, weighs=always)
def create(import_id: int) -> ResponseReturnValue:
    """Create all people of a list."""
    form = SeenForm()
    try:
        finished = importing.create(
            import_id, actor=actor(), sha256=form.sha256.data or "", fingerprint=form.fingerprint.data or ""
        )
    except (Stale, ActionBlocked, NotPermitted) as refusal:
        db.session.rollback()
        return _page(importing.find(import_id, actor()), refusal), status_of(refusal)
    flash(_("The list is done: everything in it was created."))
    return redirect(url_for(".show", import_id=finished.id))


@bp.action("/<int:import_id>/discard", ADMINISTRATOR)
def discard(import_id: int) -> ResponseReturnValue:
    """Delete a list that was only previewed."""
    importing.give_up(import_id, actor=actor())
    flash(_("The list was discarded; nothing was created."))
    return redirect(url_for(".start"))


def _page(sent: PeopleImport, refusal: Refusal | None = None) -> str:
    if sent.done_at is not None:
        waiting, total = importing.to_hand_links(sent)
        return render_template("people/import_done.html", sent=sent, waiting=waiting, total=total)
    plan = importing.look_at(sent)
    form = SeenForm(formdata=None, sha256=sent.sha256, fingerprint=plan.fingerprint)
    roles = role_titles.roles()
    return render_template(
        "people/import_look.html",
        sent=sent,
        plan=plan,
        form=form,
        reasons=refusal.reasons if refusal else (),
        roles=roles,
        faults=_fitting(plan.faults, lambda fault: (fault.given, fault.reason), FAULTS_SIZE),
        steps=_fitting(plan.steps, lambda step: _told(step, roles), BESIDE_SIZE if plan.faults else STEPS_SIZE),
        heading=people_columns.heading,
        needs_second=importing.needs_second(plan, sent, actor()),
    )


def _told(step: PlanStep, roles: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    line = step.line
    return line.full_name, line.sign_in_name, line.email, roles[line.role][0], line.unit_path


def _fitting(items: Sequence[Any], words: Callable[[Any], tuple[str, ...]], size: int) -> list[Any]:
    """The first items, at most MOST_SHOWN and at most `size` bytes of text."""
    fitting = []
    for item in items[:MOST_SHOWN]:
        size -= ROW_SIZE + sum(len(escape(text).encode()) for text in words(item))
        if size < 0:
            break
        fitting.append(item)
    return fitting


def _download(content: bytes, name: str, media_type: str) -> Response:
    return attachment([content], name=name, media_type=media_type, size=len(content))
