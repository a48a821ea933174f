"""Whether a JPEG, PNG or WebP is whole and not too large to show; nothing is unpacked.

Each function returns the fault as a sentence for the person who sent the file, empty if there is none.
Sources: ITU-T T.81 annex B (JPEG), W3C PNG third edition section 5, RFC 9649 (WebP).
"""

import zlib
from collections.abc import Iterator

from certflow.wording import _

MAX_PIXELS = 100_000_000  # an A4 page at 600 dots per inch has 35 million
_PNG = b"\x89PNG\r\n\x1a\n"
_SIZED = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xD8)}
_SCAN = 0xDA
_END = 0xD9


def fault_in_jpeg(content: bytes) -> str:
    """Reads the segments up to the first scan, then asks that the end marker follows somewhere."""
    width = height = 0
    for marker, start, end in _segments(content):
        if marker in _SIZED:
            height = int.from_bytes(content[start + 1 : start + 3], "big")
            width = int.from_bytes(content[start + 3 : start + 5], "big")
        if marker == _SCAN:
            return _size_fault(width, height) if content.find(b"\xff\xd9", end) >= 0 else _incomplete()
    return _incomplete()


def fault_in_png(content: bytes) -> str:
    """Reads every chunk with its checksum up to IEND."""
    seen: list[bytes] = []
    width = height = 0
    at = len(_PNG)
    while at + 12 <= len(content) and content.startswith(_PNG):
        length = int.from_bytes(content[at : at + 4], "big")
        name, end = content[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            return _incomplete()
        if not seen and name == b"IHDR" and length == 13:
            width = int.from_bytes(content[at + 8 : at + 12], "big")
            height = int.from_bytes(content[at + 12 : at + 16], "big")
        seen.append(name)
        if name == b"IEND":
            return _size_fault(width, height) if b"IDAT" in seen else _incomplete()
        at = end + 4
    return _incomplete()


def fault_in_webp(content: bytes) -> str:
    """Reads the chunks of the RIFF container; the canvas and every picture in it count."""
    end = 8 + int.from_bytes(content[4:8], "little")
    if not (content.startswith(b"RIFF") and content[8:12] == b"WEBP") or end > len(content):
        return _incomplete()
    at, pictures = 12, 0
    while at + 8 <= end:
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + length]
        if at + 8 + length > end:
            return _incomplete()
        if name in _WEBP_SIZES:
            fault = _size_fault(*_WEBP_SIZES[name](body))
            if fault:
                return fault
        pictures += name in (b"VP8 ", b"VP8L", b"ANMF")
        at += 8 + length + length % 2
    return "" if pictures else _incomplete()


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each JPEG segment's body up to and with the first scan's header."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker == _END:
            return
        else:
            end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if end < at + 4 or end > len(content):
                return
            yield marker, at + 4, end
            if marker == _SCAN:
                return
            at = end


def _lossy_size(body: bytes) -> tuple[int, int]:
    if body[3:6] != b"\x9d\x01\x2a":
        return 0, 0
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _lossless_size(body: bytes) -> tuple[int, int]:
    if body[:1] != b"\x2f" or len(body) < 5:
        return 0, 0
    bits = int.from_bytes(body[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _canvas_size(body: bytes) -> tuple[int, int]:
    if len(body) < 10:
        return 0, 0
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _frame_size(body: bytes) -> tuple[int, int]:
    if len(body) < 16:
        return 0, 0
    return int.from_bytes(body[6:9], "little") + 1, int.from_bytes(body[9:12], "little") + 1


_WEBP_SIZES = {b"VP8 ": _lossy_size, b"VP8L": _lossless_size, b"VP8X": _canvas_size, b"ANMF": _frame_size}


def _size_fault(width: int, height: int) -> str:
    if width < 1 or height < 1:
        return _incomplete()
    if width * height <= MAX_PIXELS:
        return ""
    return _(
        "The picture is too large to show: %(width)s by %(height)s pixels, at most %(limit)s "
        "million in all. Save it smaller and send the new file.",
        width=width,
        height=height,
        limit=MAX_PIXELS // 1_000_000,
    )


def _incomplete() -> str:
    return _("The picture is damaged or incomplete. Take it, scan it or save it again, and send the new file.")
