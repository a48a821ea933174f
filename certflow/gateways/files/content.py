"""What an uploaded file really is, told from its bytes, and a name for it that is safe to show.

Accepted are PDF, JPEG, PNG, WebP, DOCX and XLSX of at most `MAX_BYTES`. What the name says never counts.

Files that are two things at once (each was considered):
- other content before `%PDF`, such as HTML: refused, only blanks, a byte order mark and a printer's job
  lines may stand there;
- a ZIP hung behind a picture or a PDF (its end record reaches exactly to the end of the file): refused;
- `%PDF` in the first 1024 bytes of a picture or an office file, where readers would accept it: refused;
- bytes before the first or between the entries of an office file: refused (`content_office`);
- anything else behind the end of a picture: kept, because phones put a film of the moment or their own
  notes there. HTML or script inside a picture's comment is kept too: files are only ever served as
  attachments, under the media type found here and with `nosniff`; on pages stand pictures that we draw of them.

Not looked at: whether a file can be displayed, and viruses.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype

from certflow.config import MAX_UPLOAD_BYTES
from certflow.errors import Invalid
from certflow.gateways.files.images import fault_in_jpeg, fault_in_png, fault_in_webp
from certflow.gateways.files.office import look_into_office
from certflow.gateways.files.pdf import HEADER_WITHIN, fault_in_pdf
from certflow.wording import _

MAX_BYTES = MAX_UPLOAD_BYTES
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_LONGEST_NAME = 200
_SUFFIXES = re.compile(r"\.(?:pdf|jpe|jpe?g|jfif|png|webp|docx?|docm|xlsx?|xlsm)$", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?=\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its `extension` without the dot and its `media_type`."""

    extension: str
    media_type: str


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
PDF = FileKind("pdf", "application/pdf")
JPEG = FileKind("jpg", "image/jpeg")
PNG = FileKind("png", "image/png")
WEBP = FileKind("webp", "image/webp")
DOCX = FileKind("docx", f"{_OPEN_XML}.wordprocessingml.document")
XLSX = FileKind("xlsx", f"{_OPEN_XML}.spreadsheetml.sheet")

ALLOWED = (PDF, JPEG, PNG, WEBP, DOCX, XLSX)
_FAULTS = {PDF: fault_in_pdf, JPEG: fault_in_jpeg, PNG: fault_in_png, WEBP: fault_in_webp}


def recognise(path_or_file: Path | BinaryIO, original_name: str) -> FileKind:
    """The kind of the file, from its first byte to its last; a file object stands at its start afterwards.

    Raises Invalid with the reason at the field `file` and nothing else, whatever the bytes are.
    """
    content = _content(path_or_file)
    try:
        kind, fault = _judged(content, original_name)
    except Exception as damage:  # the parsers of hostile bytes below raise a dozen kinds
        raise _invalid(_damaged()) from damage
    if kind is None or fault:
        raise _invalid(fault)
    return kind


def safe_name(original_name: str, kind: FileKind) -> str:
    """`original_name` fit to show and to save under: at most 200 bytes, its extension that of `kind`.

    Composed Unicode with all its letters, Vietnamese included; without folders, control and invisible
    characters, changes of writing direction and what Windows does not allow.
    """
    base = re.split(r"[/\\]", original_name)[-1]
    visible = "".join(_shown(letter) for letter in unicodedata.normalize("NFC", base))
    name = " ".join(_UNSAFE.sub("_", unicodedata.normalize("NFC", visible)).split())
    stem = _SUFFIXES.sub("", name.rstrip(" .")).strip(" .")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    limit = _LONGEST_NAME - len(kind.extension) - 1
    stem = stem.encode()[:limit].decode(errors="ignore").rstrip(" .")
    return f"{stem or _('evidence')}.{kind.extension}"


def _content(path_or_file: Path | BinaryIO) -> bytes:
    if isinstance(path_or_file, Path):
        with path_or_file.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    else:
        path_or_file.seek(0)
        content = path_or_file.read(MAX_BYTES + 1)
        path_or_file.seek(0)
    if not content:
        raise _invalid(_("The file is empty. Check that it opens on your computer, then choose it again."))
    if len(content) > MAX_BYTES:
        raise _invalid(
            _(
                "The file is larger than %(limit)s MB. Scan it at a lower resolution or split it into several files.",
                limit=MAX_BYTES // 2**20,
            )
        )
    return content


def _judged(content: bytes, original_name: str) -> tuple[FileKind | None, str]:
    """The kind and the fault found in it; without a kind, the fault says why."""
    if content.startswith(b"PK\x03\x04"):
        extension, fault = look_into_office(content)
        kind = _of_extension(extension)
    else:
        kind = _of_extension(_sniffed(content))
        fault = _FAULTS[kind](content) if kind else _not_accepted(content, original_name)
    return kind, fault or _two_in_one(content, kind)


def _of_extension(extension: str) -> FileKind | None:
    return next((kind for kind in ALLOWED if kind.extension == extension), None)


def _sniffed(content: bytes) -> str:
    head = content[:HEADER_WITHIN]
    extension: str | None = filetype.guess_extension(head)
    return extension or ("pdf" if b"%PDF-" in head else "")


def _two_in_one(content: bytes, kind: FileKind | None) -> str:
    other = ""
    if kind is not PDF and b"%PDF-" in content[:HEADER_WITHIN]:
        other = "PDF"
    if kind not in (DOCX, XLSX) and _ends_as_zip(content):
        other = "ZIP"
    if kind is None or not other:
        return ""
    return _(
        "The file is a %(kind)s and a %(other)s at the same time, which can hide content. Open "
        "it, save it again and send the new file.",
        kind=kind.extension.upper(),
        other=other,
    )


def _ends_as_zip(content: bytes) -> bool:
    """Whether a ZIP's end record, whose comment may be 65,535 bytes long, reaches exactly to the end."""
    at = content.rfind(b"PK\x05\x06", -(22 + 0xFFFF))
    while at >= 0:
        if at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") == len(content):
            return True
        at = content.rfind(b"PK\x05\x06", max(0, len(content) - 22 - 0xFFFF), at)
    return False


def _not_accepted(content: bytes, original_name: str) -> str:
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED_OFFICE in content:
            return _("The file is locked with a password. Remove the password, save it and send it again.")
        return _("The file is in the old Word or Excel format. Save it as .docx, .xlsx or PDF and send the new file.")
    extension = filetype.guess_extension(content[:8192])
    if extension in ("heic", "avif"):
        return _("The picture is in the format HEIC or AVIF. Save or send it from the phone as JPEG.")
    if extension:
        return _(
            "A file of the kind %(found)s is not accepted. Send PDF, JPEG, PNG, WebP, .docx or .xlsx.",
            found=extension.upper(),
        )
    if _SUFFIXES.search(original_name):
        return _(
            "The content of the file is not what its name says, or it was damaged in transfer. Open "
            "it on your computer, save it again and send the new file."
        )
    return _("Files of this kind are not accepted. Send PDF, JPEG, PNG, WebP, .docx or .xlsx.")


def _damaged() -> str:
    return _("The file is damaged or incomplete. Open it on your computer, save it again and send the new file.")


def _shown(letter: str) -> str:
    """The letter itself, a blank for any blank, nothing for what cannot be seen or has no meaning."""
    category = unicodedata.category(letter)
    if category[0] == "Z" or letter in "\t\n\r":
        return " "
    return "" if category[0] == "C" else letter


def _invalid(reason: str) -> Invalid:
    return Invalid(fields={"file": (reason,)})
