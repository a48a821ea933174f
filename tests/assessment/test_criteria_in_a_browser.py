"""The pages of a criterion in a real browser: saving while typing, attaching files, phone width, accessibility."""

import io
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from certflow.assessment import evidence
from certflow.assessment.answers import parse
from certflow.assessment.partial_uploads import PART
from certflow.demo import samples as demo
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence
from tests import make
from tests.browser import DESKTOP, PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in, unfold
from tests.definitions.shipped import FORM
from tests.gateways import samples
from tests.waiting import eventually

SCREEN = 740  # the height of a small phone in pixels
MOST_HEAD = 100  # header and strips
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def draft(app: Flask) -> Dossier:
    with app.app_context():
        return make.dossier()


@pytest.fixture
def signed_in(app: Flask, open_page: OpenPage) -> Callable[..., Page]:
    """Opens a page for the person who holds a role for a dossier: `signed_in("commune_officer", dossier, PHONE)`."""

    def opened(role: str, dossier: Dossier, *viewport: object, **options: object) -> Page:
        with app.app_context():
            name = make.person_for(role, db.session.get_one(Dossier, dossier.id)).sign_in_name
        page = open_page(*viewport, **options)
        sign_in(page, name)
        return page

    return opened


def test_typing_is_saved_by_itself_and_a_failure_is_told(
    app: Flask, draft: Dossier, signed_in: Callable[..., Page]
) -> None:
    page = signed_in("commune_officer", draft)
    page.goto(f"/dossiers/{draft.id}/criteria/5")
    status = page.locator("[data-autosave-status]")

    page.fill("#i5-1-denominator", "3000")
    page.fill("#i5-1-share", "1799")
    expect(status).to_have_attribute("data-state", "saved")
    expect(page.locator("output").first).to_contain_text("59,96")
    page.context.set_offline(True)
    page.fill("#i5-1-share", "1800")
    expect(status).to_have_attribute("data-state", "failed")
    page.context.set_offline(False)
    expect(status).to_have_attribute("data-state", "saved")

    with app.app_context():
        claim = db.session.get_one(Claim, (draft.id, "5.1"))
        assert (claim.answer, claim.version) == ({"denominator": 3000, "share": 1800}, 2)


TYPED = (
    *(
        "0",
        "1",
        "007",
        "1250",
        "1.250",
        "1 250",
        "1\u00a0250",
        "１２",
        " 12 ",
        "1.250.000",
        "2000000000",
        "2.000.000.000",
    ),
    *(
        "",
        "0.875",
        "0.500",
        "00.125",
        "0.000",
        "0 125",
        "58.25",
        "12.5",
        "12,5",
        "１，５",
        "1,250.5",
        "1.250,5",
        "1,250",
    ),
    *("1.250 000", "1 250.000", ".5", "5.", "-3", "+3", "1e3", "0x10", "12 người", "²", "٣", "2000000001", "9" * 19),
)
TYPE_EACH = """(texts) => texts.map((text) => {
  const output = document.querySelector("#i5-1 output");
  const share = document.getElementById("i5-1-share");
  share.value = text;
  share.dispatchEvent(new Event("input"));
  return !output.hidden && output.textContent !== output.dataset.over;
})"""


def test_the_live_line_shows_a_share_of_exactly_what_the_server_takes(
    draft: Dossier, signed_in: Callable[..., Page]
) -> None:
    page = signed_in("commune_officer", draft)
    page.goto(f"/dossiers/{draft.id}/criteria/5")
    indicator = FORM.indicators["5.1"]

    for whole in ("2.000.000.000", "1 000", "0.500", "0", "2000000001"):
        page.fill("#i5-1-denominator", whole)
        shown = dict(zip(TYPED, page.evaluate(TYPE_EACH, list(TYPED)), strict=True))
        read = {text: parse(indicator, {"denominator": whole, "share": text}) for text in TYPED}
        taken = {text: not faults and "share" in answer for text, (answer, faults) in read.items()}
        assert shown == taken, whole


@pytest.mark.parametrize(
    ("technical", "degree", "shown"), [("300", "200", "20%"), ("100", "200", ""), ("", "200", "20%"), ("0", "1", "")]
)
def test_the_live_line_counts_each_part_within_the_one_before(
    draft: Dossier, signed_in: Callable[..., Page], technical: str, degree: str, shown: str
) -> None:
    page = signed_in("commune_officer", draft)
    page.goto(f"/dossiers/{draft.id}/criteria/5")
    page.fill("#i5-2-denominator", "1000")
    page.fill("#i5-2-technical", technical)
    page.fill("#i5-2-degree", degree)

    line = page.locator("output[for~=i5-2-degree]").first
    over = str(line.get_attribute("data-over"))
    expect(line).to_have_text(re.compile(shown.replace("%", r"\s?%")) if shown else over)


@pytest.mark.parametrize("script", [True, False])
def test_files_are_attached_removed_and_put_back_and_nothing_typed_is_lost(
    app: Flask, draft: Dossier, signed_in: Callable[..., Page], script: bool
) -> None:
    page = signed_in("commune_officer", draft, java_script_enabled=script)
    page.goto(f"/dossiers/{draft.id}/criteria/1")
    files = [{"name": name, "mimeType": "application/pdf", "buffer": samples.pdf()} for name in ("một.pdf", "hai.pdf")]
    listed = page.locator("#i1-2-files .files a[download]")

    unfold(page, "#i1-1-explanation")
    page.fill("#i1-1-explanation", "Chưa lưu")
    page.set_input_files("#i1-2-file", files)  # type: ignore[arg-type]
    if not script:
        page.click("#i1-2-files [name=go]")
    expect(listed).to_have_count(2)
    page.fill("#i1-1-explanation", "Chưa lưu nữa")
    page.locator("#i1-2-files .ask summary").first.click()
    page.locator("#i1-2-files [name=remove]").first.click()
    expect(listed).to_have_count(1)
    expect(page.locator("#i1-2-files .files")).to_contain_text("hai.pdf")
    page.fill("#i1-1-explanation", "Đã lưu")
    page.click("#i1-2-files [name=restore]")
    expect(listed).to_have_count(2)

    expect(page.locator("#i1-1-explanation")).to_have_value("Đã lưu")
    with app.app_context():
        assert db.session.get_one(Claim, (draft.id, "1.1")).explanation == "Đã lưu"


@pytest.mark.parametrize("script", [True, False])
def test_a_chosen_file_goes_with_the_button_that_saves_the_page(
    draft: Dossier, signed_in: Callable[..., Page], script: bool
) -> None:
    page = signed_in("commune_officer", draft, java_script_enabled=script)
    page.goto(f"/dossiers/{draft.id}/criteria/1")
    for code in ("i1-1", "i1-2"):
        file = {"name": f"{code}.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
        page.set_input_files(f"#{code}-file", file)  # type: ignore[arg-type]

    page.click(".buttons [name=go][value=next]")

    page.wait_for_url("**/criteria/2")
    page.goto(f"/dossiers/{draft.id}/criteria/1")
    expect(page.locator("#i1-1-files .files")).to_contain_text("i1-1.pdf")
    expect(page.locator("#i1-2-files .files")).to_contain_text("i1-2.pdf")


def test_a_file_far_too_large_is_told_at_its_field_and_the_page_keeps_what_was_typed(
    draft: Dossier, signed_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = signed_in("commune_officer", draft, java_script_enabled=False)
    page.goto(f"/dossiers/{draft.id}/criteria/1")
    large = tmp_path / "lớn.pdf"
    large.write_bytes(b"\0" * 40 * 2**20)

    unfold(page, "#i1-1-explanation")
    page.fill("#i1-1-explanation", "Còn nguyên")
    page.set_input_files("#i1-2-file", large)
    page.click("#i1-2-files [name=go]")

    expect(page.locator("#i1-2-file-error")).to_be_visible()
    expect(page.locator("#i1-1-explanation")).to_have_value("Còn nguyên")


def test_two_windows_of_one_person_merge_and_a_colleague_is_shown(
    app: Flask, draft: Dossier, signed_in: Callable[..., Page]
) -> None:
    first = signed_in("commune_officer", draft)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/dossiers/{draft.id}/criteria/5")
    first.fill("#i5-1-denominator", "3000")
    expect(first.locator("[data-autosave-status]")).to_have_attribute("data-state", "saved")

    second.fill("#i5-1-share", "1799")

    expect(second.locator("[data-autosave-status]")).to_have_attribute("data-state", "saved")
    expect(second.locator("#i5-1-denominator")).to_have_value("3000")
    with app.app_context():
        make.by_a_colleague(db.session.get_one(Claim, (draft.id, "5.1")))
        claim = db.session.get_one(Claim, (draft.id, "5.1"))
        claim.answer, claim.version = {"denominator": 4000, "share": 1799}, 9
        claim.writers = {"denominator": claim.saved_by_id}
        make.commit()
    second.fill("#i5-1-denominator", "3500")
    choice = second.locator("[data-note='5.1-denominator']")
    expect(choice).to_contain_text("4000")
    expect(second.locator("#i5-1-denominator")).to_have_value("3500")
    choice.locator("button").first.click()
    expect(second.locator("[data-autosave-status]")).to_have_attribute("data-state", "saved")
    with app.app_context():
        assert db.session.get_one(Claim, (draft.id, "5.1")).answer == {"denominator": 3500, "share": 1799}


def test_a_number_typed_slowly_raises_no_alarm_and_one_fault_holds_up_no_other_field(
    app: Flask, draft: Dossier, signed_in: Callable[..., Page]
) -> None:
    page = signed_in("commune_officer", draft)
    page.goto(f"/dossiers/{draft.id}/criteria/5")
    page.fill("#i5-1-share", "7000")
    page.locator("#i5-1-denominator").press_sequentially("7412", delay=5)
    expect(page.locator("output").first).not_to_contain_text("larger")

    page.fill("#i5-2-denominator", "x")
    page.fill("#i5-2-technical", "5")

    expect(page.locator("[data-note='5.2-denominator']")).to_be_visible()
    with app.app_context():
        eventually(lambda: stored(draft, "5.1") == {"denominator": 7412, "share": 7000})
        eventually(lambda: stored(draft, "5.2") == {"technical": 5})


def stored(dossier: Dossier, code: str) -> object:
    """The answer that is committed now."""
    db.session.rollback()
    claim = db.session.get(Claim, (dossier.id, code))
    return claim and claim.answer


def test_a_criterion_fills_three_screens_of_a_small_phone_and_a_bar_follows_what_is_typed(
    app: Flask, signed_in: Callable[..., Page]
) -> None:
    with app.app_context():
        draft = make.dossier(claims=make.answers(1))
    page = signed_in("commune_officer", draft, {"width": 360, "height": SCREEN})
    screens = {}
    for number in range(1, 6):
        page.goto(f"/dossiers/{draft.id}/criteria/{number}")
        screens[number] = page.evaluate("document.documentElement.scrollHeight") / SCREEN
        assert page.evaluate("document.querySelector('main').getBoundingClientRect().top") <= MOST_HEAD
    sys.stdout.write(f"screens of each criterion: {screens}\n")
    assert max(screens[number] for number in (1, 2, 3)) <= 2.4
    assert max(screens.values()) <= 3, "four indicators, or two with five numbers"

    bar = page.locator("#i5-1 [data-bar]")
    expect(bar).to_have_attribute("width", "60")
    page.fill("#i5-1-denominator", "100")
    page.fill("#i5-1-share", "85")
    expect(bar).to_have_attribute("width", "85")
    assert _covers(page, "#i5-1 output", "#i5-1-denominator") == {"x": False, "y": True}, "beside it"
    page.fill("#i5-1-share", "101")
    page.locator("#i5-1-share").blur()
    expect(page.locator("#i5-1 output")).to_contain_text("kiểm tra lại")
    assert _covers(page, "#i5-1 output", "#i5-1-denominator")["y"] is False, "a warning has its own line"
    expect(bar).to_have_attribute("width", "0")


def _covers(page: Page, one: str, other: str) -> dict[str, bool]:
    """In which direction two places of the page overlap."""
    boxes = [page.locator(selector).first.bounding_box() for selector in (one, other)]
    first, second = (box for box in boxes if box)
    sides = {"x": "width", "y": "height"}
    return {at: first[at] < second[at] + second[n] and second[at] < first[at] + first[n] for at, n in sides.items()}  # type: ignore[literal-required]


def test_a_dropped_line_goes_on_where_the_file_stopped(draft: Dossier, signed_in: Callable[..., Page]) -> None:
    page = signed_in("commune_officer", draft)
    page.goto(f"/dossiers/{draft.id}/criteria/1")
    large, sent = samples.picture("PNG") + b"\0" * 1_300_000, list[int]()

    def part(route: Route) -> None:
        """The second part meets a line that has gone; when it is back, the page is told."""
        sent.append(int(route.request.headers["upload-offset"]))
        if len(sent) == 2:
            route.abort("internetdisconnected")
            page.evaluate("setTimeout(() => dispatchEvent(new Event('online')), 300)")
        else:
            route.continue_()

    page.route(
        re.compile("/uploads/"), lambda route: part(route) if route.request.method == "POST" else route.continue_()
    )
    page.set_input_files("#i1-1-file", {"name": "lớn.png", "mimeType": "image/png", "buffer": large})

    expect(page.locator("#i1-1-files .files")).to_contain_text("lớn.png")
    assert sent == [0, PART, PART, 2 * PART]


def test_the_same_file_chosen_in_a_new_browser_sends_only_the_rest(
    app: Flask, draft: Dossier, signed_in: Callable[..., Page], screenshot: Screenshot
) -> None:
    whole = samples.docx({"word/media/a": random.Random(1).randbytes(10_000_000)})
    minutes = {"name": "Biên bản họp.docx", "mimeType": "application/msword", "buffer": whole}
    sent, line_gone = list[int](), [True]

    def part(route: Route) -> None:
        at = route.request.headers.get("upload-offset")
        if at and line_gone[0] and int(at) >= 10 * PART:
            return route.abort("internetdisconnected")
        sent.extend([int(at)] if at else [])
        return route.continue_()

    def opened() -> Page:
        page = signed_in("commune_officer", draft, PHONE)
        page.route(re.compile("/uploads/"), part)
        page.goto(f"/dossiers/{draft.id}/criteria/1")
        return page

    first = opened()
    first.set_input_files("#i1-1-file", minutes)  # type: ignore[arg-type]
    expect(first.locator("#i1-1-files [role=status]")).to_contain_text("mất kết nối")
    first.context.close()
    half, line_gone[0] = sent[:], False

    second = opened()
    line = second.locator("#i1-1-files [data-unfinished]")
    expect(line).to_contain_text("Biên bản họp.docx")
    assert_accessible(second)
    screenshot(second, "claims-unfinished-file")
    second.set_input_files("#i1-1-file", minutes)  # type: ignore[arg-type]
    expect(second.locator("#i1-1-files .files")).to_contain_text("Biên bản họp.docx")
    expect(line).to_have_count(0)
    assert half == [number * PART for number in range(10)]
    assert sent == [number * PART for number in range(20)]
    with app.app_context():
        assert b"".join(evidence.chunks(db.session.scalars(select(Evidence)).one())) == whole


def scanned(dossier: Dossier) -> int:
    """Evidence of three pages, and a picture that cannot be drawn; gives the number of the first."""
    officer = make.person_for("commune_officer", dossier)
    target = io.BytesIO()
    with pikepdf.open(demo.paper("Kế hoạch tuyên truyền", "Xã Xuân Tây")) as paper:
        for _copy in range(2):
            paper.pages.append(paper.pages[0])
        paper.save(target)
    files = ((target.getvalue(), "Kế hoạch tuyên truyền năm 2025.pdf"), (samples.jpeg(400, 300), "ảnh hỏng.jpg"))
    made = [evidence.attach(dossier.id, "1.1", io.BytesIO(file), name, actor=officer).id for file, name in files]
    make.commit()
    return made[0]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_the_pages_fit_and_are_accessible(
    app: Flask, signed_in: Callable[..., Page], screenshot: Screenshot, viewport: dict[str, int]
) -> None:
    with app.app_context():
        draft, appraised = make.dossier(), make.dossier("under_review")
        open_to_findings = make.dossier("appraising")
        file = scanned(draft)
    own = {f"/dossiers/{draft.id}/{rest}": f"claims-{rest}" for rest in ("criteria/5", "meeting", "check")}
    own |= {f"/dossiers/{draft.id}/criteria/1": "claims-files", f"/evidence/{file}/pages/2": "evidence-page"}
    district = {
        f"/dossiers/{open_to_findings.id}/appraisal/5": "appraisal-criterion",
        f"/dossiers/{appraised.id}/appraisal/5": "appraisal-criterion-read",
        f"/dossiers/{appraised.id}/appraisal": "appraisal-result",
        f"/dossiers/{appraised.id}/criteria/5": "claims-criterion-read",
    }

    for role, dossier, pages in (("commune_officer", draft, own), ("district_appraiser", appraised, district)):
        page = signed_in(role, dossier, viewport)
        for url, name in pages.items():
            page.goto(url)
            assert_accessible(page)
            assert_fits(page)
            screenshot(page, name.replace("/", "-"))
