"""A finished paper is looked at: what it must say is there and can be seen, whatever became of the fonts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont

from certflow.config import PdfEngine
from certflow.gateways.pdf import inspection, printing, typst_engine
from certflow.gateways.pdf.glyphs import FaultyPaperError
from tests.gateways.paper_samples import ALPHABET, FACTS, SAMPLE, TEMPLATES

FACES = sorted(Path("/usr/share/fonts").rglob("LiberationSerif-*.ttf"))


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the only faces that papers can be set in, listed by this process and opened by none yet."""
    assert len(FACES) == 4
    for face in FACES:
        shutil.copy(face, tmp_path)
    listed = [typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[tmp_path])]
    typst_engine.forget_faces()
    monkeypatch.setattr(typst_engine, "_fonts", lambda: listed[0])
    monkeypatch.setattr(typst_engine, "face", lambda: "Liberation Serif")
    monkeypatch.setattr(typst_engine, "forget_faces", lambda: None)
    yield tmp_path
    typst_engine.lacks.cache_clear()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_sound_paper_passes(template: str) -> None:
    for mark in ({}, {"practice": True}, SAMPLE, {"reasons": ["Một lý do dài. " * 400]}):
        assert printing.checked(template, FACTS | mark).startswith(b"%PDF")


@pytest.mark.parametrize("engine", ["typst", "pdfkit"])
def test_every_sign_that_papers_print_can_be_seen(engine: PdfEngine) -> None:
    signs = "".join(map(chr, range(0x21, 0x7F)))
    reasons = [
        signs,
        " ".join(signs),
        "fi ffi fl ffl",
        "“a” ‘b’ – — … · • ₫ € § ° ± ≥ № ½ ²",
        ALPHABET,
        "12/QĐ-UBND " * 90,
    ]

    assert printing.checked("refusal_letter", FACTS | {"reasons": reasons}, engine=engine).startswith(b"%PDF")


def test_a_paper_without_its_fonts_is_blank_and_noticed(fonts: Path) -> None:
    for face in fonts.glob("*.ttf"):
        face.unlink()

    assert printing.render("certificate", FACTS).startswith(b"%PDF"), "the engine says nothing"
    with pytest.raises(FaultyPaperError):
        printing.checked("certificate", FACTS)


def test_a_letter_without_a_shape_is_noticed(fonts: Path) -> None:
    for face in fonts.glob("*.ttf"):
        font = TTFont(face)
        name = font.getBestCmap()[ord("Đ")]
        font["glyf"][name] = TTFont(face)["glyf"]["space"]
        font.save(face)

    with pytest.raises(FaultyPaperError, match="Đ"):
        printing.checked("certificate", FACTS)


def test_the_words_of_a_sample_must_be_on_each_page(monkeypatch: pytest.MonkeyPatch) -> None:
    content = printing.render("refusal_letter", FACTS | SAMPLE | {"reasons": ["Lý do thứ nhất. " * 300]})
    unmarked = printing.render("refusal_letter", FACTS)

    inspection.inspect(content, [], on_each_page=[printing.SAMPLE_WORDS])
    with pytest.raises(FaultyPaperError, match="MẪU"):
        inspection.inspect(unmarked, [], on_each_page=[printing.SAMPLE_WORDS])
    monkeypatch.setattr(printing, "render", lambda *_paper, **_engine: unmarked)
    with pytest.raises(FaultyPaperError):
        printing.checked("refusal_letter", FACTS | {"addressee": "Ủy ban nhân dân xã Sông Ray"})
