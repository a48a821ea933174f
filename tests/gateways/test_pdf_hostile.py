"""Facts that would be more than text: they stay text, or are refused by name."""

import unicodedata
from pathlib import Path

import pytest
import typst
from jinja2 import TemplateNotFound

from certflow.config import PdfEngine
from certflow.gateways.pdf import printing, typst_engine
from certflow.gateways.pdf.glyphs import UnprintableError
from tests.gateways import verapdf
from tests.gateways.paper_samples import FACTS, TEMPLATES, close_up, pages, qr_codes

ENGINES: tuple[PdfEngine, ...] = ("typst", "pdfkit")
HOSTILE = (
    '#read("/etc/passwd") #import "x.typ": * #panic("x") $x^2$ \\alpha \\u{41} *đậm* _nghiêng_ `mã` <nhãn> @nguồn '
    "= Đề mục // hết /* hết */ <script>alert(1)</script> <b>đậm</b> &amp; &#65; {{ 7*7 }} {% raw %} ]] }} "
    "\" ' ' ~ -- --- ... https://a.example/b%20c"
)
LETTERED = {
    "unit": HOSTILE,
    "unit_parent": HOSTILE,
    "addressee": HOSTILE,
    "articles": [HOSTILE, HOSTILE],
    "reasons": [HOSTILE],
    "legal_bases": [HOSTILE],
    "recipients": [HOSTILE],
    "signatory": {"capacity": "", "position": "#1", "name": "<i>Nguyễn</i> $Thị$ #Hoa"},
}
WITHOUT_A_SPACE = "Xây" * 1700


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_fact_is_read_as_markup(template: str, engine: PdfEngine) -> None:
    read = close_up("".join(pages(printing.render(template, FACTS | LETTERED, engine=engine))))

    assert _straight(close_up(HOSTILE)) in _straight(read)
    assert close_up("<i>Nguyễn</i> $Thị$ #Hoa") in read


@pytest.mark.parametrize("template", TEMPLATES)
def test_hostile_facts_do_not_break_the_archive_format(template: str) -> None:
    content = printing.render(template, FACTS | LETTERED | {"title": HOSTILE, "practice": True})

    assert verapdf.faults(content, "3a") == []
    assert verapdf.faults(content, "ua1") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reason_without_a_space_is_broken_and_whole(engine: PdfEngine) -> None:
    content = printing.render("refusal_letter", FACTS | {"reasons": [WITHOUT_A_SPACE]}, engine=engine)

    texts = pages(content)
    assert len(texts) >= 2
    assert close_up("".join(texts)).replace("2", "").count("Xây") >= 1700 - 2
    assert engine == "pdfkit" or verapdf.faults(content, "3a") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_very_long_names_stay_on_one_certificate(engine: PdfEngine) -> None:
    facts = FACTS | {
        "issuing_parent": "ỦY BAN NHÂN DÂN THÀNH PHỐ BIÊN HÒA LONG KHÁNH NHƠN TRẠCH",
        "issuing_office": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO, KHOA HỌC VÀ CÔNG NGHỆ",
        "unit": "Phường Thượng Nguyên Đông Hòa Bình Nghĩa Phước Thạnh Tây Nam Cát Tiên Long Thành",
        "unit_parent": "thành phố Biên Hòa Long Khánh Nhơn Trạch Vĩnh Cửu Xuân Lộc Định Quán",
        "place": "Thành phố Hồ Chí Minh",
        "signatory": FACTS["signatory"] | {"position": "PHÓ TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"},
    }
    content = printing.render("certificate", facts, engine=engine)

    (text,) = pages(content)
    assert close_up(facts["unit"]) in close_up(text)
    assert qr_codes(content) == [FACTS["verify_url"]]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("letter", "named"),
    [
        ("漢", "“漢” (U+6F22)"),
        ("😀", "“😀” (U+1F600)"),
        ("\x07", "U+0007"),
        ("\x00", "U+0000"),
        ("\x9b", "U+009B"),
        ("\ue000", "U+E000"),
        ("\ufffd", "U+FFFD"),
        ("\udc80", "U+DC80"),
    ],
)
def test_a_letter_that_cannot_be_printed_is_refused_by_name(letter: str, named: str, engine: PdfEngine) -> None:
    facts = FACTS | {"unit": f"Xã Xuân {letter} Tây"}
    with pytest.raises(UnprintableError) as refused:
        printing.render("certificate", facts, engine=engine)

    assert named in str(refused.value)
    assert "Xã Xuân" in str(refused.value)
    assert refused.value.letters == (letter,)
    str(refused.value).encode()


@pytest.mark.parametrize("engine", ENGINES)
def test_all_letters_that_cannot_be_printed_are_named_at_once(engine: PdfEngine) -> None:
    with pytest.raises(UnprintableError) as refused:
        printing.render("refusal_letter", FACTS | {"reasons": ["chữ 漢 và 漢", "chữ 字"]}, engine=engine)

    assert refused.value.letters == ("漢", "字")


@pytest.mark.parametrize("engine", ENGINES)
def test_letters_typed_in_pieces_come_out_whole(engine: PdfEngine) -> None:
    name = "Thượng Nguyễn Đường Ở Lễ Tỉnh"
    content = printing.render("certificate", FACTS | {"unit": unicodedata.normalize("NFD", name)}, engine=engine)

    assert close_up(name) in close_up("".join(pages(content)))


def test_pieces_and_wholes_give_the_same_paper() -> None:
    decomposed = FACTS | {"unit": unicodedata.normalize("NFD", FACTS["unit"])}

    assert decomposed["unit"] != FACTS["unit"]
    assert printing.render("certificate", decomposed) == printing.render("certificate", FACTS)


@pytest.mark.parametrize("spaced", ["Xã\tXuân\nTây", "Xã \r\n Xuân\u2028Tây", "  Xã  Xuân Tây\v", "Xã Xuân\f\x85Tây"])
def test_tabs_and_line_ends_are_spaces(spaced: str) -> None:
    assert printing.render("certificate", FACTS | {"unit": spaced}) == printing.render("certificate", FACTS)


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\ufeff", "\u00ad", "\u200d"])
def test_marks_without_a_shape_cannot_change_what_is_read(mark: str) -> None:
    assert printing.render("certificate", FACTS | {"unit": f"Xã {mark}Xuân Tây"}) == printing.render(
        "certificate", FACTS
    )
    assert mark not in printing.html_copy("certificate", FACTS | {"unit": f"Xã {mark}Xuân Tây"})


def test_another_fault_of_typst_is_not_taken_for_a_letter() -> None:
    with pytest.raises(typst.TypstError):
        printing.render("certificate", FACTS | {"assessed_year": {}})


@pytest.mark.parametrize("reads", ["/etc/passwd", "../../outside.txt", "../outside.txt", "/../outside.txt"])
def test_a_template_reads_nothing_outside_its_folder(
    reads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _own_templates(tmp_path, monkeypatch)
    (folder / "reader.typ").write_text(f'#set document(title: "x")\n#read("{reads}")\n')

    with pytest.raises(typst.TypstError):
        typst_engine.render("reader", FACTS)


def test_a_template_inside_its_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _own_templates(tmp_path, monkeypatch)
    (folder / "inside.txt").write_text("bên trong")
    (folder / "reader.typ").write_text('#set document(title: "x")\n#read("inside.txt")\n')

    assert "bên trong" in pages(typst_engine.render("reader", FACTS))[0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "../documents/certificate/../../outside"])
def test_a_template_outside_the_folder_is_not_found(
    name: str, engine: PdfEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _own_templates(tmp_path, monkeypatch)
    (folder.parent / "outside.typ").write_text('#set document(title: "x")\nngoài\n')

    with pytest.raises((RuntimeError, TemplateNotFound)):
        printing.render(name, FACTS, engine=engine)


def _own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "templates" / "results" / "documents"
    folder.mkdir(parents=True)
    for outside in folder.parents[:2]:
        (outside / "outside.txt").write_text("ngoài")
    monkeypatch.setattr(typst_engine, "resource", lambda name: tmp_path / name)
    return folder


def _straight(text: str) -> str:
    """Quotation marks as typed; a reader of PDFs may bend them."""
    return text.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
