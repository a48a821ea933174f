import io
import unicodedata
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certflow.errors import Invalid
from certflow.gateways.files.content import ALLOWED, DOCX, JPEG, PDF, XLSX, FileKind, recognise, safe_name
from tests.gateways.samples import docx, pdf, picture, xlsx

SEEDS = (pdf(), pdf(object_streams=True), docx(), xlsx(), picture("JPEG"), picture("PNG"), picture("WEBP"))


@pytest.mark.parametrize(
    ("original", "kind", "safe"),
    [
        ("Biên bản họp.pdf", PDF, "Biên bản họp.pdf"),
        (unicodedata.normalize("NFD", "Quyết định số 15.PDF"), PDF, "Quyết định số 15.pdf"),
        ("ảnh.JPEG", JPEG, "ảnh.jpg"),
        ("báo cáo.pdf", DOCX, "báo cáo.docx"),
        ("báo cáo 15.02.2025", XLSX, "báo cáo 15.02.2025.xlsx"),
        ("virus.exe", PDF, "virus.exe.pdf"),
        ("C:\\Users\\an\\Tờ trình.docx", DOCX, "Tờ trình.docx"),
        ("../../../etc/passwd", PDF, "passwd.pdf"),
        ("..", PDF, "evidence.pdf"),
        ("", PDF, "evidence.pdf"),
        (".pdf", PDF, "evidence.pdf"),
        ("a\u202efdp.exe", PDF, "afdp.exe.pdf"),
        ("a\x00b\x1b[31mc\r\nSet-Cookie: x.pdf", PDF, "ab[31mc Set-Cookie_ x.pdf"),
        ("a\u200b\ufeff\u2066b.pdf", PDF, "ab.pdf"),
        ('<img src="x">.pdf', PDF, "_img src=_x__.pdf"),
        ("CON.pdf", PDF, "_CON.pdf"),
        ("nul.tar.pdf", PDF, "_nul.tar.pdf"),
        ("  . Kế  hoạch\u00a0. .pdf", PDF, "Kế hoạch.pdf"),
        ("\ud800.pdf", PDF, "evidence.pdf"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_tricks(original: str, kind: FileKind, safe: str) -> None:
    assert safe_name(original, kind) == safe


def test_a_long_name_is_cut_between_letters() -> None:
    safe = safe_name("ệ" * 500 + ".pdf", PDF)

    assert safe == "ệ" * 65 + ".pdf"
    assert len(safe.encode()) <= 200


@given(original=st.text(st.characters(), max_size=300), kind=st.sampled_from(ALLOWED))
@example(original="a" * 195 + " .pdf", kind=PDF)
@example(original="e\u200d\u0301", kind=PDF)
@example(original="con .pdf", kind=PDF)
@example(original="a.pdf .pdf", kind=PDF)
def test_whatever_the_name_it_becomes_safe_and_stays_so(original: str, kind: FileKind) -> None:
    safe = safe_name(original, kind)

    assert safe.endswith(f".{kind.extension}")
    assert len(safe.encode()) <= 200
    assert unicodedata.is_normalized("NFC", safe)
    assert not set(safe) & set('/\\:*?"<>|')
    assert not any(unicodedata.category(letter)[0] == "C" for letter in safe)
    assert safe[0] not in ". "
    assert safe_name(safe, kind) == safe


def _only_invalid(sent: bytes, name: str) -> None:
    """Anything but Invalid fails the test by itself."""
    fields: dict[str, tuple[str, ...]] = {"file": ("accepted",)}
    try:
        assert recognise(io.BytesIO(sent), name) in ALLOWED
    except Invalid as refused:
        fields = refused.fields
    assert list(fields) == ["file"]
    assert all(fields["file"])


@given(
    start=st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]),
    rest=st.binary(max_size=600),
    name=st.text(max_size=20),
)
def test_any_bytes_are_either_accepted_or_refused_in_words(start: bytes, rest: bytes, name: str) -> None:
    _only_invalid(start + rest, name)


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6),
    cut=st.integers(0, 60),
)
@example(seed=SEEDS[-1], changes=[(0, b"\0")], cut=len(SEEDS[-1]))
def test_a_good_file_with_changed_bytes_is_either_accepted_or_refused_in_words(
    seed: bytes, changes: list[tuple[int, bytes]], cut: int
) -> None:
    sent = bytearray(seed[: max(len(seed) - cut, 0)])
    for at, piece in changes:
        at %= len(sent) + 1
        sent[at : at + len(piece)] = piece
    _only_invalid(bytes(sent), "a.docx")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_zip_behind_a_picture_is_refused(kind: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("a.exe", "x")
        target.comment = b"c" * 1000

    with pytest.raises(Invalid, match="at the same time"):
        recognise(io.BytesIO(picture(kind) + archive.getvalue()), "a.jpg")


def test_a_zip_behind_a_pdf_is_refused_and_one_attached_inside_is_not() -> None:
    archive = docx()
    inside = pdf().replace(b"%%EOF", b"") + b"stream\n" + archive + b"\nendstream\n%%EOF\n"

    assert recognise(io.BytesIO(inside), "a.pdf") == PDF
    with pytest.raises(Invalid):
        recognise(io.BytesIO(pdf() + archive), "a.pdf")
    both = pdf() + archive[:-2] + len(b"%%EOF\n").to_bytes(2, "little") + b"%%EOF\n"
    with pytest.raises(Invalid, match="at the same time"):
        recognise(io.BytesIO(both), "a.pdf")


def test_a_pdf_inside_the_head_of_a_picture_is_refused() -> None:
    with pytest.raises(Invalid, match="at the same time"):
        recognise(io.BytesIO(picture("JPEG", comment=pdf()[:500])), "a.jpg")
