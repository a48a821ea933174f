import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from certflow.errors import Invalid
from certflow.gateways.files import content
from certflow.gateways.files.content import ALLOWED, DOCX, JPEG, MAX_BYTES, PDF, PNG, WEBP, XLSX, FileKind
from tests.gateways.samples import docx, jpeg, office, pdf, picture, png, webp, xlsx


def _kind(sent: bytes, name: str = "minh chứng") -> FileKind:
    return content.recognise(io.BytesIO(sent), name)


def _reason(sent: bytes, name: str = "minh chứng.pdf") -> str:
    with pytest.raises(Invalid) as refused:
        _kind(sent, name)
    (reason,) = refused.value.fields["file"]
    assert refused.value.reasons == (reason,)
    assert reason.count(".") >= 2, "a refusal says what is wrong and what to do"
    return reason


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (pdf(), PDF),
        (pdf(object_streams=True), PDF),
        (b"\xef\xbb\xbf" + pdf(), PDF),
        (b"\x1b%-12345X@PJL SET DUPLEX=ON\r\n@PJL ENTER LANGUAGE=PDF\r\n" + pdf(), PDF),
        (pdf() + b"\0" * 4000, PDF),
        (picture("JPEG"), JPEG),
        (picture("JPEG", progressive=True, comment=b"\xff\xd9"), JPEG),
        (picture("JPEG") + b"SEFT" * 50, JPEG),
        (picture("PNG"), PNG),
        (picture("WEBP"), WEBP),
        (picture("WEBP", lossless=True), WEBP),
        (picture("WEBP", exif=b"Exif\0\0"), WEBP),
        (docx(), DOCX),
        (xlsx(), XLSX),
        (docx({"word/embeddings/chart.xlsx": xlsx(), "word/media/anh.png": picture("PNG")}), DOCX),
        (office("word/document2.xml", "wordprocessingml.document.main+xml", method=0), DOCX),
    ],
)
@pytest.mark.parametrize("name", ["Biên bản.pdf", "virus.exe", ""])
def test_every_accepted_kind_is_known_by_its_content_whatever_its_name(sent: bytes, kind: FileKind, name: str) -> None:
    assert _kind(sent, name) == kind


def test_a_path_is_taken_too_and_a_file_stands_at_its_start_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pdf())
    with path.open("rb") as file:
        file.seek(10)
        assert content.recognise(file, "a.pdf") == content.recognise(path, "a.pdf") == PDF
        assert file.tell() == 0


def test_an_empty_file_is_refused() -> None:
    assert "empty" in _reason(b"")


def test_twenty_megabytes_are_accepted_and_one_byte_more_is_not() -> None:
    sent = picture("JPEG")

    assert _kind(sent + bytes(MAX_BYTES - len(sent))) == JPEG
    assert "larger than 20 MB" in _reason(sent + bytes(MAX_BYTES - len(sent) + 1))
    assert MAX_BYTES == 20 * 1024 * 1024


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (b"MZ\x90\0" + bytes(100), "not accepted"),
        (b"<html><script>alert(1)</script></html>", "not what its name says"),
        ("Kính gửi".encode(), "not what its name says"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "HEIC"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Word or Excel format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"GIF89a" + bytes(50), "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not what its name says"),
        (b"II*\0" + bytes(50), "TIF"),
    ],
)
def test_other_kinds_are_refused_with_what_to_send_instead(sent: bytes, word: str) -> None:
    assert word in _reason(sent)


def test_an_unknown_kind_under_an_honest_name_is_told_what_is_accepted() -> None:
    assert _reason(b"a;b;c", "so-lieu.csv").startswith("Files of this kind are not accepted")


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (pdf()[: len(pdf()) // 2], "damaged"),
        (b"%PDF-1.7\n", "damaged"),
        (pdf() + b"\n" * 10 + b"x" * 2000, "damaged"),
        (b"<html><script>x</script>" + pdf(), "Open it, print or save it as a new PDF and send the new file"),
        (b"#!/bin/sh\n" + pdf(), "Open it, print or save it as a new PDF and send the new file"),
        (b"x" * 1024 + pdf(), "not what its name says"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "locked"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="")), "locked"),
        (pdf(object_streams=True, encryption=pikepdf.Encryption(owner="a", user="b")), "locked"),
        (pdf(script="JavaScript"), "program"),
        (pdf(script="Launch"), "program"),
        (pdf(script="JavaScript").replace(b"/JavaScript", b"/J#61vaS#63ript"), "program"),
        (pdf(object_streams=True).replace(b"/FlateDecode", b"/LZWDecode"), "cannot be checked"),
    ],
)
def test_a_pdf_that_is_broken_locked_or_active_is_refused(sent: bytes, word: str) -> None:
    assert word in _reason(sent)


@pytest.mark.parametrize("script", ["JavaScript", "Launch"])
def test_a_program_packed_away_in_an_object_stream_is_found(script: str) -> None:
    sent = pdf(script=script, object_streams=True)

    assert script.encode() not in sent
    assert "program" in _reason(sent)


def test_an_object_stream_that_unpacks_without_end_is_refused() -> None:
    packed = zlib.compress(bytes(60 * 1024 * 1024))
    sent = (
        b"%%PDF-1.7\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
        + packed
        + b"\nendstream\nendobj\n%%EOF"
    )

    assert "cannot be checked" in _reason(sent)


@pytest.mark.parametrize("busy", [b"@PJL" * 200, b"@PJL\x1b%-12345X" * 60, b"@PJL \t" * 160])
def test_job_lines_made_to_keep_the_search_busy_are_refused(busy: bytes) -> None:
    assert "PDF" in _reason(busy + b"<" + pdf())


def test_names_spelled_in_numbers_to_keep_the_search_busy_are_refused() -> None:
    assert "PDF" in _reason(b"%PDF-1.7\n" + (b"#41" * 62 + b"stream\n") * 60_000 + b"%%EOF")


def test_a_pdf_made_to_keep_the_search_busy_is_refused() -> None:
    empty = b" obj<</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(b"")

    assert "cannot be checked" in _reason(b"%PDF-1.7\n" + empty * 110_000 + b"%%EOF")


@pytest.mark.parametrize("make", [jpeg, png, webp])
def test_a_picture_too_large_to_show_is_refused_by_its_header_alone(
    make: Callable[[int, int], bytes],
) -> None:
    assert _kind(make(10_000, 10_000)) in ALLOWED

    assert "10001 by 10000 pixels, at most 100 million" in _reason(make(10_001, 10_000))


@pytest.mark.parametrize("make", [jpeg, png])
def test_a_picture_without_size_is_refused(make: Callable[[int, int], bytes]) -> None:
    assert "damaged" in _reason(make(0, 100))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_short_anywhere_is_refused(kind: str) -> None:
    sent = picture(kind)
    for length in range(12, len(sent) - 1, 7):
        _reason(sent[:length])


def test_a_png_with_a_changed_byte_is_refused() -> None:
    sent = bytearray(png(3, 3))
    sent[20] ^= 1

    assert "damaged" in _reason(bytes(sent))
