"""Whether a DOCX or XLSX is what it says, carries no programs, and unpacks to a reasonable size.

Every entry is unpacked as a stream and counted; what the archive says about itself is compared, never
believed. The office program will open the same bytes, so an archive that two programs could read differently
is refused: entries that overlap, leave room between them, appear twice or have two names. A document may
embed another DOCX or XLSX (the numbers behind a chart), which is looked at alike but may embed nothing.
Links to outside are allowed: the office program asks before it follows them.
Sources: ECMA-376 part 2 (packages), PKWARE APPNOTE 6.3.10 (ZIP); the ratio is that of Apache POI.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile, ZipInfo

from certflow.wording import _

MAX_ENTRIES = 2000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
_RATIO_FROM = 1024 * 1024
_CHUNK = 64 * 1024
_HEAD = 16
_TYPES = "[Content_Types].xml"
_TYPES_LIMIT = 1024 * 1024
_EMBEDDED_LIMIT = 20 * 1024 * 1024
_LOCAL = struct.Struct("<4s5H3I2H")
_END = 22
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_DESCRIPTOR, _DESCRIPTOR_LENGTHS = 0x8, (0, 12, 16, 20, 24)
_EXTENSIONS = {"wordprocessingml.document": "docx", "spreadsheetml.sheet": "xlsx"}
_MAIN = re.compile(
    r"<(?:\w+:)?Override\b(?=[^<>]*\bContentType\s*=\s*[\"']application/vnd\.openxmlformats-officedocument\."
    r"(wordprocessingml\.document|spreadsheetml\.sheet)\.main\+xml[\"'])"
    r"(?=[^<>]*\bPartName\s*=\s*[\"']/([^\"'<>]+)[\"'])"
)
_MACROS = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet|activex", re.IGNORECASE)
_EMBEDDED = re.compile(r"(?:word|xl)/embeddings/[^/]+\.(?:docx|xlsx)", re.IGNORECASE)
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xd0\xcf\x11\xe0")


class _Unfit(Exception):  # noqa: N818 - a sentence for the person who sent the file
    pass


@dataclass(slots=True)
class _Budget:
    """Bytes that may still be unpacked, embedded documents included."""

    left: int


def look_into_office(content: bytes) -> tuple[str, str]:
    """The extension (`docx`, `xlsx`) and an empty fault, or an empty extension and the fault."""
    try:
        return _looked_into(content, _Budget(MAX_UNPACKED), embedded=False), ""
    except _Unfit as unfit:
        return "", str(unfit)


def _looked_into(content: bytes, budget: _Budget, *, embedded: bool) -> str:
    try:
        archive = ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        raise _Unfit(_damaged()) from None
    with archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
        _check_directory(entries)
        starts = _data_starts(content, archive, entries)
        types = b""
        for entry, start in zip(entries, starts, strict=True):
            part = _unpacked(content, entry, start, budget)
            _check_part(entry.filename, part, budget, embedded=embedded)
            types = part if _is_types(entry) else types
    return _main_extension(types, {entry.filename.casefold() for entry in entries})


def _is_types(entry: ZipInfo) -> bool:
    return entry.filename.casefold() == _TYPES.casefold()


def _check_directory(entries: list[ZipInfo]) -> None:
    """What the archive's directory alone shows."""
    names = [entry.filename.casefold() for entry in entries]
    if not any(map(_is_types, entries)):
        raise _Unfit(_other_archive())
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise _Unfit(_("The file is locked with a password. Remove the password, save it and send it again."))
    if any(_MACROS.search(name) for name in names):
        raise _Unfit(_macros())
    if len(set(names)) != len(names) or not all(_is_plain(entry) for entry in entries):
        raise _Unfit(_damaged())
    too_packed = any(entry.file_size > max(_RATIO_FROM, MAX_RATIO * entry.compress_size) for entry in entries)
    if len(entries) > MAX_ENTRIES or too_packed or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise _Unfit(_too_large())


def _is_plain(entry: ZipInfo) -> bool:
    """A relative name that every system reads alike, stored or deflated."""
    name = entry.filename
    return (
        entry.orig_filename == name
        and name.isprintable()
        and not name.startswith("/")
        and not {"\\", ":"} & set(name)
        and ".." not in name.split("/")
        and entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    )


def _data_starts(content: bytes, archive: ZipFile, entries: list[ZipInfo]) -> list[int]:
    """Where each entry's packed bytes begin; entries must fill the file from its start without gaps."""
    starts = []
    at = 0
    room: tuple[int, ...] = (0,)
    for entry in entries:
        if entry.header_offset - at not in room:
            raise _Unfit(_damaged())
        start = _data_start(content, entry)
        starts.append(start)
        at = start + entry.compress_size
        room = _DESCRIPTOR_LENGTHS if entry.flag_bits & _DESCRIPTOR else (0,)
    end = len(content) - _END - len(archive.comment)
    if archive.start_dir - at not in room or content[end : end + 4] != b"PK\x05\x06":
        raise _Unfit(_damaged())
    return starts


def _data_start(content: bytes, entry: ZipInfo) -> int:
    """After the local header, whose name, flags and method must be those of the directory."""
    at = entry.header_offset
    signature, _v, flags, method, _t, _d, _crc, _packed, _size, name_length, extra = _LOCAL.unpack_from(content, at)
    at += _LOCAL.size
    name = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437")
    same = (flags, method) == (entry.flag_bits, entry.compress_type)
    if signature != b"PK\x03\x04" or content[at : at + name_length] != name or not same:
        raise _Unfit(_damaged())
    return int(at + name_length + extra)


def _unpacked(content: bytes, entry: ZipInfo, start: int, budget: _Budget) -> bytes:
    """The unpacked entry, of most only the first bytes, after length and checksum were found right."""
    packed = memoryview(content)[start : start + entry.compress_size]
    limit = _HEAD
    if _is_types(entry):
        limit = _TYPES_LIMIT
    elif _EMBEDDED.fullmatch(entry.filename):
        limit = _EMBEDDED_LIMIT
    beginning, size, checksum = bytearray(), 0, 0
    for piece in [packed] if entry.compress_type == zipfile.ZIP_STORED else _inflated(packed):
        size += len(piece)
        budget.left -= len(piece)
        if budget.left < 0:
            raise _Unfit(_too_large())
        if size > entry.file_size:
            break
        checksum = zlib.crc32(piece, checksum)
        beginning += piece[: max(0, limit - len(beginning))]
    if (size, checksum) != (entry.file_size, entry.CRC):
        raise _Unfit(_damaged())
    return bytes(beginning)


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _CHUNK):
        pending: bytes | memoryview = packed[at : at + _CHUNK]
        while pending:
            yield inflater.decompress(pending, _CHUNK)
            pending = inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof or inflater.unused_data:
        raise _Unfit(_damaged())


def _check_part(name: str, part: bytes, budget: _Budget, *, embedded: bool) -> None:
    """What may not be inside: programs, objects of other programs, archives."""
    if part.startswith(_PROGRAMS):
        raise _Unfit(
            _(
                "The document contains an embedded object or program, which cannot be checked. Replace "
                "it with a picture, or save the document as PDF, and send the new file."
            )
        )
    if part.startswith(_ARCHIVES):
        if embedded or not _EMBEDDED.fullmatch(name):
            raise _Unfit(
                _(
                    "The document contains another archive. Remove it, or save the document as PDF, and send "
                    "the new file."
                )
            )
        _looked_into(part, budget, embedded=True)


def _main_extension(raw: bytes, names: set[str]) -> str:
    """What the list of content types calls the main part, which must be among `names`."""
    types = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    if _MACROS.search(types):
        raise _Unfit(_macros())
    extensions = {_EXTENSIONS[kind] for kind, part in _MAIN.findall(types) if part.casefold() in names}
    if len(extensions) != 1 or "&#" in types:
        raise _Unfit(_other_archive())
    return extensions.pop()


def _other_archive() -> str:
    return _(
        "The file is a ZIP archive or an office file of another kind. "
        "Send the documents one by one, as PDF, .docx or .xlsx."
    )


def _macros() -> str:
    return _(
        "The document contains macros (small programs), which are not accepted. Save it as .docx "
        "or .xlsx without macros, or as PDF, and send the new file."
    )


def _too_large() -> str:
    return _(
        "The document unpacks to far more than an office document needs. Save it again with "
        "smaller pictures or fewer rows, or as PDF, and send the new file."
    )


def _damaged() -> str:
    return _(
        "The document is damaged or has an unusual structure. Open it in Word or Excel, save it "
        "again and send the new file."
    )
