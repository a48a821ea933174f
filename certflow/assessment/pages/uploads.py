"""Files sent with a page of the unit: attached, taken out and put back by the buttons of its one form."""

import base64
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.datastructures import FileStorage

from certflow.assessment import evidence, partial_uploads
from certflow.assessment.evidence import PreparedFile
from certflow.assessment.partial_uploads import PartialUpload
from certflow.assessment.words.entries import anchor
from certflow.errors import Invalid, Refusal
from certflow.http.person import actor
from certflow.http.typed import plain_number
from certflow.models.base import begin_writing
from certflow.models.dossiers import Dossier

JUDGED_WITHIN = 10.0
NONE_CHOSEN = lazy_gettext("Choose at least one file first.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the files sent with a page: how many were taken, and by indicator why others were not."""

    taken: int
    refused: dict[str, tuple[str, ...]]


def attach_all(dossier: Dossier, codes: Iterable[str]) -> Sent:
    """Attach every file chosen on the page under these codes; a button “Attach” pressed without one is told so."""
    files = {code: chosen(f"{code}-file") for code in codes}
    told = attach(dossier.id, files)
    if request.form.get("go", "").removeprefix("files:") in [code for code in files if not files[code]]:
        told.setdefault(request.form["go"].removeprefix("files:"), (str(NONE_CHOSEN),))
    total = sum(map(len, files.values())) - sum(len(reasons) for code, reasons in told.items() if files[code])
    if total:
        flash(ngettext("%(num)s file is attached.", "%(num)s files are attached.", total))
    return Sent(total, told)


def chosen(field: str) -> list[FileStorage]:
    """The files that were chosen in a field."""
    return [file for file in request.files.getlist(field) if file.filename]


def attach(dossier_id: int, files: Mapping[str, list[FileStorage]]) -> dict[str, tuple[str, ...]]:
    """Attach files by code; gives by code the reasons for those refused, each with the file's name.

    All of them are judged and stored before anything is written, so that nobody else waits for it. What takes longer
    than JUDGED_WITHIN seconds in all is left out.
    """
    refused: defaultdict[str, list[str]] = defaultdict(list)
    ends, prepared = time.monotonic() + JUDGED_WITHIN, list[tuple[str, PreparedFile]]()
    for code, file in [(code, file) for code, chosen_ones in files.items() for file in chosen_ones]:
        name = file.filename or ""
        late = time.monotonic() > ends
        reason = _too_many(name) if late else _refused(name, partial(_prepare, dossier_id, code, file, prepared))
        if reason:
            refused[code].append(reason)
    begin_writing()
    for name, each in prepared:
        if reason := _refused(name, partial(evidence.add, dossier_id, each, actor=actor())):
            refused[each.indicator].append(reason)
    return {code: tuple(reasons) for code, reasons in refused.items()}


def _prepare(dossier_id: int, code: str, file: FileStorage, prepared: list[tuple[str, PreparedFile]]) -> None:
    name, stream = file.filename or "", cast(BinaryIO, file.stream)
    prepared.append((name, evidence.prepare(dossier_id, code, stream, name, actor=actor())))


def _too_many(name: str) -> str:
    words = _("“%(name)s”: there were too many files for one time. Choose it again.", name=name[:200])
    return str(words)


def finish(upload: PartialUpload) -> tuple[str, ...]:
    """Attach a file that came in parts; the reasons for a refusal, with its name."""
    reason = _refused(upload.original_name, lambda: partial_uploads.finish(upload, actor=actor()))
    return (reason,) if reason else ()


def said_of_upload(key: str) -> str:
    """What the header `Upload-Metadata` says under `key`: pairs of a key and text in base64; "" where there is none."""
    pairs = (pair.strip().partition(" ") for pair in request.headers.get("Upload-Metadata", "").split(","))
    coded = next((value for word, _blank, value in pairs if word == key), "")
    try:
        return base64.b64decode(coded).decode(errors="replace")
    except ValueError:
        return ""


def head_of_upload(offset: int, upload: PartialUpload, **more: str) -> dict[str, str]:
    """What tus says of an upload in each answer."""
    head = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Upload-Length": str(upload.length)}
    return head | {"Cache-Control": "no-store"} | more


def _refused(name: str, attach_it: Callable[[], object]) -> str:
    try:
        attach_it()
    except Invalid as refusal:
        return str(_("“%(name)s”: %(reason)s", name=name[:200], reason=" ".join(refusal.reasons)))
    return ""


def taken_out(dossier: Dossier, page: str) -> str:
    """Take out or put back the file whose button was pressed; where to go then, "" when none was pressed.

    `page` is the address of the page that was sent.
    """
    removed, restored = (plain_number(request.form.get(name)) for name in ("remove", "restore"))
    number = removed or restored
    if number is None:
        return ""
    change = evidence.remove if removed else evidence.restore
    try:
        evidence.require_of(dossier, number, actor())
        file = change(number, actor=actor())
    except Refusal as refusal:
        flash(" ".join(refusal.reasons), "warning")
        return page
    words = _("“%(name)s” is removed.") if removed else _("“%(name)s” is attached again.")
    flash(words % {"name": file.original_name})
    return files_of(page, file.indicator)


def files_of(page: str, code: str) -> str:
    """The address of the files under a code on their page."""
    return f"{page}#{anchor(code)}-files"
