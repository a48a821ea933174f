"""Whether a PDF is whole, open to every reader, and does nothing by itself.

A search of the bytes, not a parser: names are found however they are escaped (ISO 32000-1, 7.3.5), in the
file itself and inside object streams (7.5.7), which are unpacked up to a limit. Script kept in an XFA stream
and what a crafted file hides from a search are not found; readers ask before they run either.
"""

import re
import zlib

from certflow.wording import _

HEADER_WITHIN = 1024
END_WITHIN = 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_STREAMS = 100_000
MAX_ESCAPED = 2_000
_BEFORE_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:[\x00\t\n\x0c\r ]|\x1b%-12345X|@PJL[^\r\n<]*+)*+")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY_WITHIN = 4096
_STEP = 16 * 1024
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILTERS = re.compile(rb"/(\w+)Decode\b")


def _name(name: str) -> re.Pattern[bytes]:
    """Finds a PDF name with any of its letters written as # and two hexadecimal digits."""
    letters = "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name)
    return re.compile(rf"/{letters}(?![A-Za-z0-9])".encode())


_ENCRYPTED = _name("Encrypt")
_ACTIVE = (_name("JavaScript"), _name("Launch"))


def fault_in_pdf(content: bytes) -> str:
    """The fault as a sentence for the person who sent the file, empty if there is none."""
    header = content.find(b"%PDF-", 0, HEADER_WITHIN)
    if header < 0 or b"%%EOF" not in content.rstrip(b"\x00\t\n\x0c\r ")[-END_WITHIN:]:
        return _("The PDF is damaged or incomplete. Open it, print or save it as a new PDF and send the new file.")
    if not _BEFORE_HEADER.fullmatch(content, 0, header):
        return _(
            "The file has other content before the PDF. Open it, print or save it as a new PDF and send the new file."
        )
    if _ENCRYPTED.search(content):
        return _(
            "The PDF is locked (by a password or against copying). Send a PDF without a lock: open "
            "it, print it as a new PDF and send the new file."
        )
    unpacked = _object_streams(content)
    if unpacked is None:
        return _("A part of the PDF cannot be checked. Open it, print it as a new PDF and send the new file.")
    if any(name.search(part) for name in _ACTIVE for part in (content, *unpacked)):
        return _(
            "The PDF contains a program (a script or a command to start one), which is not accepted. "
            "Open it, print it as a new PDF and send the new file."
        )
    return ""


def _object_streams(content: bytes) -> list[bytes] | None:
    """The unpacked object streams; None if there is too much of it or one cannot be unpacked."""
    unpacked = []
    left, escaped = MAX_UNPACKED, 0
    for number, start in enumerate(_STREAM.finditer(content)):
        dictionary = _dictionary_before(content, start.start())
        if b"#" in dictionary:
            escaped += 1
            dictionary = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), dictionary)
        if number == MAX_STREAMS or escaped > MAX_ESCAPED:
            return None
        if b"/Filter" not in dictionary or not (b"/ObjStm" in dictionary or b"/First" in dictionary):
            continue
        if _FILTERS.findall(dictionary) != [b"Flate"] or b"/Predictor" in dictionary:
            return None
        part = _inflated(content, start.end(), left)
        if part is None:
            return None
        unpacked.append(part)
        left -= len(part)
    return unpacked


def _dictionary_before(content: bytes, end: int) -> bytes:
    """The dictionary of the stream that begins at `end`, as it is written."""
    window = content[max(0, end - _DICTIONARY_WITHIN) : end]
    return window[max(0, window.rfind(b" obj")) :]


def _inflated(content: bytes, start: int, limit: int) -> bytes | None:
    """Fed in small steps, for the library copies whatever stands behind the end."""
    inflater = zlib.decompressobj()
    part = bytearray()
    for at in range(start, len(content), _STEP):
        pending = content[at : at + _STEP]
        while pending and len(part) <= limit:
            part += inflater.decompress(pending, limit + 1 - len(part))
            pending = inflater.unconsumed_tail
        if inflater.eof or len(part) > limit:
            break
    return bytes(part) if inflater.eof and len(part) <= limit else None
