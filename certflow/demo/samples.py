"""Evidence for the practice season: small real files that say themselves that they are samples."""

import io
import struct
import zlib
from typing import BinaryIO

import typst

_PAGE = """
#set page(width: 148mm, height: 210mm, margin: 18mm)
#set text(size: 11pt, lang: "vi")
#align(center, text(weight: "bold", size: 13pt, sys.inputs.title))
#v(6mm)
#sys.inputs.unit
#v(6mm)
Tài liệu mẫu để thực hành trên phần mềm, không phải văn bản thật và không có giá trị pháp lý.
"""
_STRIPES = ((18, 92, 104), (228, 238, 238), (196, 144, 40), (250, 248, 242))


def paper(title: str, unit: str) -> BinaryIO:
    """A PDF of one page with a title and the unit's name."""
    return io.BytesIO(bytes(typst.compile(_PAGE.encode(), sys_inputs={"title": title, "unit": unit})))


def picture(width: int = 320, height: int = 200, *, seed: int = 0) -> BinaryIO:
    """A PNG of coloured stripes, in place of a photograph; `seed` changes its pattern."""
    band = 12 + seed % 17
    rows = [bytes(_STRIPES[(y // band + seed) % len(_STRIPES)]) * width for y in range(height)]
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
