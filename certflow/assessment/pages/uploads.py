"""Files sent with the page of a criterion: attached, taken out and put back by the buttons of its one form."""

from typing import BinaryIO, cast

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from certflow.assessment import evidence
from certflow.assessment.forms.answers import anchor
from certflow.errors import Invalid, Refusal
from certflow.http.person import actor
from certflow.http.typed import plain_number
from certflow.law.specs.form import CriterionSpec
from certflow.models.dossiers import Dossier


def attach_all(dossier: Dossier, criterion: CriterionSpec) -> dict[str, tuple[str, ...]]:
    """Attach every file chosen on the page; gives the reasons for the refused ones by indicator code."""
    refused: dict[str, tuple[str, ...]] = {}
    for indicator in criterion.indicators:
        sent = chosen(f"{indicator.code}-file") if indicator.takes_files else []
        if reasons := attach(dossier.id, indicator.code, sent):
            refused[indicator.code] = reasons
    return refused


def chosen(field: str) -> list[FileStorage]:
    """The files that were chosen in a field."""
    return [file for file in request.files.getlist(field) if file.filename]


def attach(dossier_id: int, indicator: str, files: list[FileStorage]) -> tuple[str, ...]:
    """Attach these files; gives the reasons for those refused, each with its name, and says how many were taken."""
    reasons = [reason for file in files if (reason := _refusal(dossier_id, indicator, file))]
    if count := len(files) - len(reasons):
        flash(ngettext("%(num)s file is attached.", "%(num)s files are attached.", count))
    return tuple(reasons)


def _refusal(dossier_id: int, indicator: str, file: FileStorage) -> str:
    """Attach one file; "" or the reason for the refusal with the file's name."""
    name = file.filename or ""
    try:
        evidence.attach(dossier_id, indicator, cast(BinaryIO, file.stream), name, actor=actor())
    except Invalid as refusal:
        return str(_("“%(name)s”: %(reason)s", name=name[:200], reason=" ".join(refusal.reasons)))
    return ""


def taken_out(dossier: Dossier, criterion: CriterionSpec) -> str:
    """Take out or put back the file whose button was pressed; where to go then, "" when none was pressed."""
    removed, restored = (plain_number(request.form.get(name)) for name in ("remove", "restore"))
    number = removed or restored
    if number is None:
        return ""
    try:
        file = (evidence.remove if removed else evidence.restore)(number, actor=actor())
    except Refusal as refusal:
        flash(" ".join(refusal.reasons), "warning")
        return url_for("claims.criterion", dossier_id=dossier.id, number=criterion.number)
    words = _("“%(name)s” is removed.") if removed else _("“%(name)s” is attached again.")
    flash(words % {"name": file.original_name})
    return files_of(dossier.id, criterion.number, file.indicator)


def files_of(dossier_id: int, number: int, indicator: str) -> str:
    """The address of an indicator's files on the page of its criterion."""
    return url_for("claims.criterion", dossier_id=dossier_id, number=number, _anchor=f"{anchor(indicator)}-files")
