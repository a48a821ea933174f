import io
import zipfile

import pytest

from certflow.errors import Invalid
from certflow.gateways.files.content import DOCX, recognise
from tests.gateways.samples import TYPES, docx, lying, office, overlapping, pdf, picture, xlsx

MEGABYTE = 1024 * 1024


def _reason(sent: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        recognise(io.BytesIO(sent), "báo cáo.docx")
    (reason,) = refused.value.fields["file"]
    return reason


def _zip(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return target.getvalue()


@pytest.mark.parametrize(
    "sent",
    [
        _zip({"a.pdf": pdf()}),
        _zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
        office("ppt/presentation.xml", "presentationml.presentation.main+xml"),
        office("word/document.xml", "wordprocessingml.template.main+xml"),
        docx().replace(b"word/document.xml", b"word/documenu.xml"),
    ],
    ids=["zip", "odt", "pptx", "dotx", "main part missing"],
)
def test_other_archives_are_refused(sent: bytes) -> None:
    assert "ZIP archive or an office file of another kind" in _reason(sent)


@pytest.mark.parametrize(
    "sent",
    [
        docx({"word/vbaProject.bin": b"x"}),
        docx({"word/VBAPROJECT.BIN": b"x"}),
        xlsx({"xl/macrosheets/sheet1.xml": b"<x/>"}),
        docx({"word/activeX/activeX1.xml": b"<x/>"}),
        office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        docx({"word/embeddings/a.docx": docx({"word/vbaProject.bin": b"x"})}),
    ],
    ids=["docm", "upper case", "excel 4", "activex", "declared", "embedded"],
)
def test_macros_are_refused_wherever_they_are(sent: bytes) -> None:
    assert "macros" in _reason(sent)


@pytest.mark.parametrize("head", [b"MZ\x90\0", b"\x7fELF", b"#!/bin/sh", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_programs_and_foreign_objects_inside_are_refused(head: bytes) -> None:
    assert "embedded object or program" in _reason(docx({"word/embeddings/oleObject1.bin": head + bytes(50)}))
    assert "embedded object or program" in _reason(docx({"word/media/image1.png": head + bytes(50)}))


@pytest.mark.parametrize(
    "more",
    [
        {"word/media/image1.png": _zip({"a": b"x"})},
        {"word/embeddings/a.zip": _zip({"a": b"x"})},
        {"word/embeddings/a.docx": docx({"word/embeddings/b.docx": docx()})},
        {"word/embeddings/a.docx": docx({"word/a.zip": _zip({})})},
        {"word/a": b"Rar!\x1a\x07\x01\0"},
    ],
)
def test_archives_inside_are_refused(more: dict[str, bytes]) -> None:
    assert "contains another archive" in _reason(docx(more))


def test_a_document_that_unpacks_too_far_is_refused() -> None:
    assert "unpacks to far more" in _reason(docx({"word/a.xml": bytes(2 * MEGABYTE)}))
    assert "unpacks to far more" in _reason(docx({f"word/{number}": b"" for number in range(2000)}))


def test_embedded_documents_count_towards_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certflow.gateways.files.office.MAX_UNPACKED", MEGABYTE)
    part = {"word/media/a": bytes(range(256)) * 2400}

    assert recognise(io.BytesIO(docx(part)), "") == DOCX
    assert "unpacks to far more" in _reason(docx({**part, "word/embeddings/a.docx": docx(part)}))


@pytest.mark.parametrize("size", [0, 10, 1_048_576])
def test_a_directory_that_lies_about_a_size_is_refused(size: int) -> None:
    sent = docx({"word/media/a": bytes(range(256)) * 8000})

    assert "damaged" in _reason(lying(sent, "word/media/a", size))


@pytest.mark.parametrize(
    "sent",
    [
        overlapping(),
        docx() + b"<html>",
        docx({"../../outside": b"x"}),
        docx({"/absolute": b"x"}),
        docx({"word\\media\\a": b"x"}),
        docx({"C:/autorun": b"x"}),
        docx({"word/a": b"x", "word/A": b"y"}),
        docx({"word/a\n": b"x"}),
        docx().replace(b"word/document.xml", b"word/documenu.xml", 2).replace(b"documenu", b"document", 1),
        docx()[:-30],
        docx()[:200],
        b"PK\x03\x04" + bytes(300),
        office("word/document.xml", "wordprocessingml.document.main+xml", method=zipfile.ZIP_BZIP2),
    ],
)
def test_an_archive_that_two_programs_could_read_differently_is_refused(sent: bytes) -> None:
    assert "damaged" in _reason(sent)


def test_an_entry_with_a_wrong_checksum_is_refused() -> None:
    sent = bytearray(office("word/document.xml", "wordprocessingml.document.main+xml", method=zipfile.ZIP_STORED))
    sent[sent.index(b"Bi\xc3\xaan")] ^= 1

    assert "damaged" in _reason(bytes(sent))


def test_an_encrypted_archive_is_refused_as_locked() -> None:
    sent = bytearray(docx())
    sent[sent.index(b"PK\x01\x02") + 8] |= 1

    assert "password" in _reason(bytes(sent))


def test_an_archive_written_without_seeking_back_is_accepted() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            self.written += memoryview(piece)  # type: ignore[arg-type]
            return len(memoryview(piece))  # type: ignore[arg-type]

    pipe = Pipe()
    with (
        zipfile.ZipFile(io.BytesIO(docx())) as source,
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for entry in source.infolist():
            archive.writestr(entry.filename, source.read(entry))

    assert recognise(io.BytesIO(bytes(pipe.written)), "") == DOCX


def test_pictures_in_a_document_are_no_fault() -> None:
    sent = docx({"word/media/a.png": picture("PNG"), "word/media/b.jpeg": picture("JPEG"), "customXml/": b""})

    assert recognise(io.BytesIO(sent), "") == DOCX
    assert TYPES in zipfile.ZipFile(io.BytesIO(sent)).namelist()
