"""Files of every accepted kind, and hostile ones, made as the test asks for them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf
from PIL import Image

TYPES = "[Content_Types].xml"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"


def pdf(*, object_streams: bool = False, encryption: pikepdf.Encryption | None = None, script: str = "") -> bytes:
    """One A4 page; `script` is a name such as JavaScript or Launch for an action run on opening."""
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        if script:
            action = pikepdf.Dictionary(S=pikepdf.Name(f"/{script}"), JS=pikepdf.String("app.alert(1)"))
            document.Root.OpenAction = document.make_indirect(action)
        mode = pikepdf.ObjectStreamMode.generate if object_streams else pikepdf.ObjectStreamMode.disable
        target = io.BytesIO()
        document.save(target, object_stream_mode=mode, encryption=encryption or False)
    return target.getvalue()


def picture(kind: str, width: int = 8, height: int = 8, **options: object) -> bytes:
    """A plain picture by Pillow; `kind` is its name for the format."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(target, kind, **options)
    return target.getvalue()


def jpeg(width: int, height: int) -> bytes:
    """Only what a reader needs to know the size."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\x01\x01\x00\x00\x3f\x00"
    segments = (b"\xff\xc2" + struct.pack(">H", len(frame) + 2) + frame) + (
        b"\xff\xda" + struct.pack(">H", len(scan) + 2) + scan
    )
    return b"\xff\xd8" + segments + b"\x00\xff\xd9"


def png(width: int, height: int) -> bytes:
    """A header that promises this size and a body that does not hold it."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in (*chunks, (b"IEND", b"")))


def webp(width: int, height: int) -> bytes:
    """A canvas of this size with an empty lossless picture of one point."""
    canvas = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"VP8L" + struct.pack("<I", 6) + b"\x2f\0\0\0\0\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def docx(more: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document with the further entries `more`."""
    return office("word/document.xml", "wordprocessingml.document.main+xml", more)


def xlsx(more: Mapping[str, bytes] | None = None) -> bytes:
    """An Excel workbook with the further entries `more`."""
    return office("xl/workbook.xml", "spreadsheetml.sheet.main+xml", more)


def office(part: str, kind: str, more: Mapping[str, bytes] | None = None, *, method: int = 8) -> bytes:
    """An office package whose main part is declared as `kind`."""
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/{part}" ContentType="{_OPEN_XML}.{kind}"/></Types>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(TYPES, types)
        archive.writestr(part, "<document>Biên bản họp</document>")
        for name, body in (more or {}).items():
            archive.writestr(name, body)
    return target.getvalue()


def lying(sent: bytes, name: str, size: int) -> bytes:
    """`sent` with the entry `name` declared, in the directory, to unpack to `size` bytes."""
    at = sent.index(name.encode(), sent.index(b"PK\x01\x02")) - 46
    while sent[at : at + 4] != b"PK\x01\x02":
        at = sent.index(name.encode(), at + 47) - 46
    return sent[: at + 24] + struct.pack("<I", size) + sent[at + 28 :]


def overlapping(count: int = 50) -> bytes:
    """A document with `count` entries in the directory that all point to the same packed bytes."""
    sent = docx({"word/media/a": bytes(100_000)})
    end = sent.rindex(b"PK\x05\x06")
    last = sent.rindex(b"PK\x01\x02")
    directory = b"".join(
        sent[last:end].replace(b"word/media/a", b"word/media/" + bytes([65 + number])) for number in range(count)
    )
    start = sent.index(b"PK\x01\x02")
    entries = int.from_bytes(sent[end + 10 : end + 12], "little") + count
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, end - start + len(directory), start, 0)
    return sent[:end] + directory + tail


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
