"""One season of a commune, walked in a browser: each person signs in and does their part on the pages."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import zxingcpp
from flask import Flask
from pikepdf import Pdf
from playwright.sync_api import FilePayload, Locator, Page

from certflow.catalogue.catalogue import definitions
from certflow.models.rounds import Round
from tests import make
from tests.browser import DESKTOP, assert_accessible, assert_fits, count_effort, effort
from tests.journeys.words import vi

Look = Callable[[Page, str], object]
FILES = {  # by criterion: where they are attached, and their names
    1: ("#i1-1-file", ("Kế hoạch năm.pdf", "Báo cáo năm.pdf", "Ảnh tuyên truyền.pdf")),
    5: ("#i5-1-file", ("Danh sách công dân.pdf", "Tổng hợp số liệu.pdf")),
}
DEFINITION = "Công dân từ 15 tuổi trở lên, thường trú đến 31/12"


class Season:
    """The people of one commune's dossier and the pages they leave behind."""

    def __init__(
        self, app: Flask, open_page: Callable[..., Page], look: Look, viewport: Any = DESKTOP, *, judged: bool = True
    ) -> None:
        self.app, self.look, self.judged = app, look, judged
        self._open_page, self._viewport = open_page, viewport
        self.efforts: dict[str, tuple[int, float]] = {}
        with app.app_context():
            self.people = {role: user.sign_in_name for role, user in make.people().items()}
            self.round_title = self._round().title
            self.form = definitions().form_of(make.scheme())

    def _round(self) -> Round:
        return make.round_(title="Đợt đánh giá năm nay")

    def signed_in(self, role: str) -> Page:
        """A page of a browser of their own, signed in as the person in `role`."""
        page = self._open_page(self._viewport)
        page.goto("/")
        page.get_by_label(vi("Sign-in name")).fill(self.people[role])
        page.get_by_label(vi("Password"), exact=True).fill(make.PASSWORD)
        page.get_by_role("button", name=vi("Sign in")).click()
        page.wait_for_url(lambda url: urlsplit(url).path == "/")
        self.check(page, f"my-work-{role}")
        return page

    def check(self, page: Page, name: str) -> None:
        """The page is accessible, fits its window, and is photographed; unless pages are judged elsewhere."""
        if not self.judged:
            return
        assert_accessible(page)
        assert_fits(page)
        self.look(page, name)

    # --- the commune

    def drafts(self, level: int) -> str:
        """The officer opens the dossier, answers every criterion, attaches a file and records the meeting."""
        page = self._counted("commune_officer")
        page.get_by_role("button", name=vi("Open the dossier")).first.click()
        page.wait_for_url(re.compile(r"/dossiers/\d+/"))
        self.check(page, "overview-new")
        address = re.sub(r"^.*?(/dossiers/\d+/).*$", r"\1", page.url)
        page.locator("a[data-next-action]").click()
        for criterion in self.form.criteria:
            page.wait_for_url(f"**/criteria/{criterion.number}")
            if criterion.number in FILES:
                self._attaches(page, *FILES[criterion.number])
            self.fill(page, criterion.number, level)
            self.check(page, f"criterion-{criterion.number}")
            send(page, page.locator('.buttons button[name="go"][value="next"]'))
        self._records_the_meeting(page)
        self.check(page, "check-your-answers")
        assert vi("Level %(level)s", level=level) in page.content()
        self._takes(page, address, "hand_over")
        self.efforts["commune_officer"] = effort(page)
        return address

    def submits(self, address: str) -> None:
        """The commune's leader finds the dossier in their work and files it."""
        page = self._counted("commune_chair")
        page.locator(f'a[href="{address}"]').first.click()
        page.locator("a[data-next-action]").click()
        self._sends(page, address, "submit")
        self.efforts["commune_chair"] = effort(page)

    def _counted(self, role: str) -> Page:
        """The person in `role` at their work; taps and screens are counted from here on."""
        page = self.signed_in(role)
        count_effort(page)
        page.reload()
        return page

    def _attaches(self, page: Page, place: str, names: tuple[str, ...]) -> None:
        files: list[FilePayload] = [{"name": name, "mimeType": "application/pdf", "buffer": _a_pdf()} for name in names]
        page.locator(place).set_input_files(files)
        for name in names:
            page.get_by_role("link", name=name, exact=True).wait_for()

    def fill(self, page: Page, number: int, level: int) -> None:
        """Type answers that reach exactly `level` into the form of a criterion."""
        with self.app.app_context():
            typed = make.answers(level)
        for indicator in self.form.criterion(number).indicators:
            for name, value in typed[indicator.code].items():
                field = page.locator(f'[name="{indicator.code}-{name}"]')
                if indicator.kind in ("yes_no", "attained_level"):
                    page.locator(f'[name="{indicator.code}-{name}"][value="{value}"]').check()
                else:
                    field.fill(DEFINITION if name == "definition" else value)

    def _records_the_meeting(self, page: Page) -> None:
        minutes = make.minutes()
        assert minutes.held_on is not None
        page.locator('[name="held_on"]').fill(f"{minutes.held_on:%d/%m/%Y}")
        for name, words in {"chaired_by": minutes.chaired_by, "chair_position": minutes.chair_position}.items():
            field = page.locator(f'[name="{name}"]')
            if not field.input_value():  # the leader who files is proposed
                field.fill(words)
        for body in minutes.bodies_present:
            page.locator(f'[name="bodies_present"][value="{body}"]').check()
        self.check(page, "meeting")
        send(page, page.locator('.buttons button[name="go"][value="next"]'))

    # --- everybody

    def step(self, page: Page, address: str, action: str, note: str = "") -> None:
        """Take one action from the overview, by its button and its page of confirmation."""
        page.goto(address)
        self.check(page, f"overview-before-{action}")
        self._takes(page, address, action, note)

    def _takes(self, page: Page, address: str, action: str, note: str = "") -> None:
        """Take one action from a page that leads to it."""
        page.get_by_role("link", name=self._title(action), exact=True).first.click()
        if note:
            page.locator('[name="note"]').fill(note)
        for asking in page.locator('details:has([name="ask-5.1"])').all():
            asking.locator("summary").click()
            asking.locator('[name="ask-5.1"]').fill(note)
        self._sends(page, address, action)

    def _sends(self, page: Page, address: str, action: str) -> None:
        """Confirm an action on its page."""
        self.check(page, f"act-{action}")
        for box in page.locator("#confirmed").all():  # it is filed again without a change
            box.check()
        send(page, page.get_by_role("button", name=self._title(action), exact=True))
        assert urlsplit(page.url).path == address, f"{action} was refused"

    def _title(self, action: str) -> str:
        with self.app.app_context():
            return next(t for t in make.scheme().transitions if t.action == action).title.vi

    def acts(self, role: str, address: str, action: str) -> None:
        """The person in `role` finds the dossier in their work and takes `action`; how far that is, is counted."""
        page = self._counted(role)
        page.locator(f'a[href="{address}"]').first.click()
        self._takes(page, address, action)
        self.efforts[role] = effort(page)

    def by(self, role: str, address: str, action: str, note: str = "") -> Page:
        """The person in `role` signs in and takes `action`."""
        page = self.signed_in(role)
        with self.app.app_context():
            self.step(page, address, action, note)
        return page

    def appraises(self, address: str, level: int) -> None:
        """The appraiser takes over the commune's figures criterion by criterion and proposes the level."""
        page = self._counted("district_appraiser")
        page.locator(f'a[href="{address}"]').first.click()
        page.locator("a[data-next-action]").click()
        for criterion in self.form.criteria:
            page.wait_for_url(f"**/appraisal/{criterion.number}")
            send(page, page.get_by_role("button", name=vi("Copy the figures of the self-assessment")))
            self.check(page, f"appraisal-{criterion.number}")
            send(page, page.locator('.buttons button[name="go"][value="next"]'))
        self.check(page, "appraisal-result")
        self._takes(page, address, f"propose_level_{level}")
        self.efforts["district_appraiser"] = effort(page)


def send(page: Page, button: Locator) -> None:
    """Press a button that sends a form, and wait for the page that answers."""
    with page.expect_navigation():
        button.click()


def read_certificate(path: Path) -> tuple[str, str]:
    """The text of a one-page certificate and what its QR code says; its fonts must be embedded."""
    with Pdf.open(path) as pdf:
        assert len(pdf.pages) == 1
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
            assert {"/FontFile2", "/FontFile3", "/FontFile"} & set(descriptor.keys())
    document = pypdfium2.PdfDocument(path)
    try:
        text = document[0].get_textpage().get_text_range()
        picture = document[0].render(scale=3).to_pil()
    finally:
        document.close()
    codes = zxingcpp.read_barcodes(picture)
    assert len(codes) == 1
    return text, codes[0].text


def _a_pdf() -> bytes:
    import io

    buffer = io.BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(buffer)
    return buffer.getvalue()
