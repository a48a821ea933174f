"""Papers by either engine: all they must say, legible to people, machines and archives."""

import io
import json
from typing import Any

import pikepdf
import pypdfium2
import pytest

from certflow.config import PdfEngine
from certflow.gateways.pdf import printing, typst_engine
from tests.gateways import verapdf
from tests.gateways.paper_samples import (
    FACTS,
    SAMPLE,
    TEMPLATES,
    close_up,
    pages,
    poor_fonts,
    printed,
    qr_codes,
)

ENGINES: tuple[PdfEngine, ...] = ("typst", "pdfkit")
POINTS_A_MM = 72 / 25.4
PRACTICE = "BẢN THỰC HÀNH – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
WORDS_OF_A_SAMPLE = "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
MANY_REASONS = [
    f"Chỉ tiêu {n}: tỷ lệ công dân học tập của xã đạt 45,2% (1.204 trên 2.663 người), thấp hơn mức tối thiểu 60%; "
    "đề nghị xã rà soát số liệu, bổ sung minh chứng và gửi lại báo cáo."
    for n in range(1, 41)
]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("mark", [{}, {"practice": True}, SAMPLE], ids=["official", "practice", "sample"])
def test_a_paper_is_fit_for_archives_and_for_everybody(template: str, mark: dict[str, Any]) -> None:
    content = printing.render(template, FACTS | mark)

    assert verapdf.faults(content, "3a") == []
    assert verapdf.faults(content, "ua1") == []


def test_the_judge_of_archives_does_find_faults() -> None:
    assert verapdf.faults(printing.render("certificate", FACTS, engine="pdfkit"), "3a")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_text_can_be_read_back(template: str, engine: PdfEngine) -> None:
    content = printing.render(template, FACTS, engine=engine)

    read = close_up("".join(pages(content)))
    assert [text for text in printed(template, FACTS) if close_up(text) not in read] == []
    assert "CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in read
    assert "Độclập-Tựdo-Hạnhphúc" in read
    assert "CẩmMỹ,ngày04tháng02năm2026" in read
    assert poor_fonts(content) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_practice_paper_says_so_and_an_official_one_does_not(template: str, engine: PdfEngine) -> None:
    practice, official = (
        close_up("".join(pages(printing.render(template, FACTS | {"practice": each}, engine=engine))))
        for each in (True, False)
    )

    assert close_up(PRACTICE) in practice
    assert close_up(PRACTICE) not in official


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_paper_of_a_sample_has_the_words_across_every_page_and_room_for_a_number(
    template: str, engine: PdfEngine
) -> None:
    facts = FACTS | SAMPLE | {"reasons": MANY_REASONS}
    printing.check_printable(template, facts, engine=engine)

    content = printing.render(template, facts, engine=engine)
    official = pages(printing.render(template, FACTS, engine=engine))

    read = pages(content)
    assert len(read) >= (3 if template == "refusal_letter" else 1)
    assert [page for page in read if close_up(WORDS_OF_A_SAMPLE) not in close_up(page)] == []
    assert all(_slanted(content, page) for page in range(len(read)))
    assert "Số: ……" in "".join(read)
    assert "05/" not in "".join(read)
    assert close_up(WORDS_OF_A_SAMPLE) not in close_up("".join(official))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "đạt “Cộng đồng học tập” cấp xã mức độ 1"),
        ({"statement": "được xếp loại Tốt năm 2025", "award": "Tốt"}, "được xếp loại Tốt năm 2025"),
        ({"valid_until": "", "validity": "Kết quả được sử dụng trong năm 2025"}, "Kết quả được sử dụng trong năm 2025"),
        ({"valid_until": "", "validity_source": ""}, "Theo Quyết định số 05/QĐ-PGDĐT"),
    ],
    ids=["level", "rating", "words", "nothing"],
)
def test_a_certificate_states_what_its_scheme_awards(engine: PdfEngine, facts: dict[str, Any], words: str) -> None:
    (read,) = pages(printing.render("certificate", FACTS | facts, engine=engine))

    assert close_up(words) in close_up(read)
    assert ("mức độ" in read) == ("statement" not in facts)
    assert ("bảo lưu đến hết ngày" in read) == ("valid_until" not in facts)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "mark",
    [{}, {"practice": True}, SAMPLE, SAMPLE | {"practice": True}],
    ids=["official", "practice", "sample", "both"],
)
def test_the_code_on_the_certificate_leads_to_its_page(engine: PdfEngine, mark: dict[str, Any]) -> None:
    content = printing.render("certificate", FACTS | mark, engine=engine)

    assert qr_codes(content) == [FACTS["verify_url"]]
    assert len(pages(content)) == 1


@pytest.mark.parametrize("face", [typst_engine.BUILT_IN, None], ids=["built in", "preferred"])
def test_the_face_is_one_with_every_letter(face: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = face or typst_engine.face()
    monkeypatch.setattr(typst_engine, "face", lambda: wanted)
    content = printing.render("refusal_letter", FACTS)

    with pikepdf.open(io.BytesIO(content)) as document:
        names = {str(font.BaseFont) for page in document.pages for font in page.resources["/Font"].values()}
    assert all(wanted.replace(" ", "") in name.replace("-", "") for name in names), names
    assert close_up(FACTS["reasons"][1]) in close_up("".join(pages(content)))


def test_the_facts_travel_inside_the_paper() -> None:
    facts = FACTS | {"practice": True}
    with pikepdf.open(io.BytesIO(printing.render("certificate", facts))) as document:
        attached = json.loads(document.attachments["facts.json"].get_file().read_bytes())

    assert attached == facts


def test_the_same_facts_give_the_same_bytes() -> None:
    assert printing.render("certificate", FACTS) == printing.render("certificate", dict(reversed(FACTS.items())))
    assert printing.render("certificate", FACTS).endswith(b"%%EOF\n")


def test_a_paper_says_what_it_is_in_which_language_and_of_which_day() -> None:
    with pikepdf.open(io.BytesIO(printing.render("recognition_decision", FACTS))) as document:
        information = document.docinfo
        assert str(information["/Title"]) == FACTS["title"]
        assert str(information["/Author"]) == FACTS["issuing_office"]
        assert str(information["/CreationDate"]).startswith("D:20260204")
        assert str(document.Root.Lang).lower() in {"vi", "vi-vn"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_missing_fact_is_named(template: str, engine: PdfEngine) -> None:
    needed = printing.OBLIGATORY + printing.PROPER[template]
    for name in needed:
        with pytest.raises(ValueError, match=rf"{template} needs these facts: .*\b{name}\b"):
            printing.render(template, {other: fact for other, fact in FACTS.items() if other != name}, engine=engine)
    with pytest.raises(ValueError, match=r"signatory\.name"):
        printing.render(template, FACTS | {"signatory": {"capacity": "", "position": ""}}, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_what_may_be_absent_may_be_absent(template: str, engine: PdfEngine) -> None:
    facts = {name: FACTS[name] for name in printing.OBLIGATORY + printing.PROPER[template]}

    assert close_up(FACTS["number_text"]) in close_up("".join(pages(printing.render(template, facts, engine=engine))))


def test_pages_are_numbered_from_the_second_at_the_top_centre() -> None:
    content = printing.render("refusal_letter", FACTS | {"reasons": MANY_REASONS, "marks": []})

    numbers = [_boxes(content, page, within=(0, 20)) for page in range(len(pages(content)))]
    assert len(numbers) >= 3
    assert numbers[0] == []
    for number, boxes in enumerate(numbers[1:], 2):
        ((letter, left, _, right, _),) = boxes
        assert letter == str(number)
        assert (left + right) / 2 == pytest.approx((30 + 195) / 2, abs=0.5)


@pytest.mark.parametrize("engine", ENGINES)
def test_long_reasons_flow_over_pages_and_all_are_there(engine: PdfEngine) -> None:
    content = printing.render("refusal_letter", FACTS | {"reasons": MANY_REASONS}, engine=engine)

    read = close_up("".join(pages(content)[0:1] + [text.lstrip("0123456789\r\n") for text in pages(content)[1:]]))
    first = close_up("Chỉ tiêu 1:"), close_up("Chỉ tiêu 40:")
    assert all(each in read for each in first)
    assert read.count(close_up("gửi lại báo cáo.")) == len(MANY_REASONS)
    assert close_up(FACTS["signatory"]["name"]) in close_up(pages(content)[-1])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("template", ["recognition_decision", "refusal_letter"])
def test_paper_and_margins_follow_the_decree(template: str, engine: PdfEngine) -> None:
    """Decree 30/2020/NĐ-CP, annex I: A4; top and bottom 20-25 mm, left 30-35, right 15-20."""
    content = printing.render(template, FACTS | {"reasons": MANY_REASONS, "marks": []}, engine=engine)

    with pypdfium2.PdfDocument(content) as document:
        sizes = [page.get_size() for page in document]
    for page, size in enumerate(sizes):
        assert size == pytest.approx((210 * POINTS_A_MM, 297 * POINTS_A_MM), abs=1)
        boxes = _boxes(content, page, within=(20, 297))
        assert min(left for _, left, _, _, _ in boxes) >= 29.5
        assert 15 - 0.5 <= 210 - max(right for _, _, _, right, _ in boxes) <= 20
        assert max(bottom for _, _, _, _, bottom in boxes) <= 277.5
    first = _boxes(content, 0, within=(0, 297))
    assert min(left for _, left, _, _, _ in first) <= 35
    assert 20 <= min(top for _, _, top, _, _ in first) <= 25


@pytest.mark.parametrize("engine", ENGINES)
def test_the_national_name_is_set_in_the_size_of_the_decree(engine: PdfEngine) -> None:
    """In 12 points bold of the decree's face it is 87.7 mm long."""
    content = printing.render("recognition_decision", FACTS, engine=engine)
    with pypdfium2.PdfDocument(content) as document:
        text = document[0].get_textpage()
        at, count = text.search("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").get_next()
        left, right = text.get_charbox(at)[0], text.get_charbox(at + count - 1)[2]

    assert (right - left) / POINTS_A_MM == pytest.approx(87.7, rel=0.04)


def _slanted(content: bytes, page: int) -> bool:
    """Whether the words of a sample stand on the page large and aslant: over half of its width and of its height."""
    with pypdfium2.PdfDocument(content) as document:
        sheet: Any = document[page]
        text = sheet.get_textpage()
        search = text.search("KHÔNG CÓ GIÁ")
        while (found := search.get_next()) is not None:
            first, last = text.get_charbox(found[0]), text.get_charbox(sum(found) - 1)
            if last[0] - first[0] > sheet.get_width() / 6 and last[1] - first[1] > sheet.get_height() / 6:
                return True
    return False


def _boxes(content: bytes, page: int, *, within: tuple[float, float]) -> list[tuple[str, float, float, float, float]]:
    """Letters of a page with left, top, right, bottom in mm from the top left; those whose top lies `within`."""
    found: list[tuple[str, float, float, float, float]] = []
    with pypdfium2.PdfDocument(content) as document:
        sheet: Any = document[page]
        text, height = sheet.get_textpage(), sheet.get_height()
        for at in range(text.count_chars()):
            letter = text.get_text_range(at, 1)
            left, bottom, right, top = (side / POINTS_A_MM for side in text.get_charbox(at))
            down = height / POINTS_A_MM
            if letter.strip() and within[0] <= down - top < within[1]:
                found.append((letter, left, down - top, right, down - bottom))
    return found
