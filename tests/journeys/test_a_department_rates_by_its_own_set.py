"""A department writes and publishes its own set, and a centre is rated by it with a numbered decision."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Page

from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document
from certflow.results import documents
from tests import make
from tests.browser import Screenshot, assert_accessible, assert_fits
from tests.journeys.commune import send
from tests.journeys.words import vi

CENTRE = "Trung tâm học tập cộng đồng xã Xuân Tây"
PAPER = "Quyết định số 812/QĐ-SGDĐT"
WEAKNESSES = "Số lớp còn ít so với nhu cầu của người dân."


class Office:
    """Browsers of the people who have a part in it; every page they come to is looked at."""

    def __init__(self, app: Flask, open_page: Callable[..., Page], look: Screenshot) -> None:
        self._app, self._open_page, self._look = app, open_page, look
        self._pages: dict[str, Page] = {}

    def of(self, role: str) -> Page:
        """The browser of the person in `role`, signed in."""
        if role not in self._pages:
            with self._app.app_context():
                name = make.person(role).sign_in_name
            page = self._pages[role] = self._open_page()
            page.goto("/")
            page.get_by_label(vi("Sign-in name")).fill(name)
            page.get_by_label(vi("Password"), exact=True).fill(make.PASSWORD)
            page.get_by_role("button", name=vi("Sign in")).click()
            page.wait_for_url(lambda url: urlsplit(url).path == "/")
        return self._pages[role]

    def looked_at(self, page: Page, name: str) -> None:
        """The page is accessible, fits, and is photographed."""
        assert_accessible(page)
        assert_fits(page)
        self._look(page, f"set-{name}")


def fill(page: Page, **typed: str) -> None:
    """Type into fields by their names; dashes are written as two underscores."""
    for name, words in typed.items():
        page.locator(f'[name="{name.replace("__", "-")}"]').fill(words)


def press(page: Page, words: str) -> None:
    """Press the button with these words."""
    send(page, page.get_by_role("button", name=vi(words)).first)


def follow(page: Page, words: str) -> None:
    """Follow the link with these words."""
    with page.expect_navigation():
        page.get_by_role("link", name=vi(words)).first.click()


def writes_the_set(office: Office) -> str:
    """The department's part: head, two groups, classes, a limit; a mistake is told and put right. Gives the address."""
    page = office.of("province_reviewer")
    page.goto("/rules/")
    follow(page, "Departments' own criteria sets")
    office.looked_at(page, "nothing-yet")
    press(page, "Write the department's criteria set")
    address = urlsplit(page.url).path
    office.looked_at(page, "begun")
    for _group in range(2):
        page.goto(f"{address}groups/3")
        press(page, "Remove this group")
    page.goto(f"{address}head")
    fill(page, title_vi="Bộ tiêu chí xếp loại trung tâm", number=PAPER, dated="02/05/2025", total="20")
    press(page, "Save and continue")
    press(page, "Add a row with points")
    fill(page, rows__0__title_vi="Kế hoạch và kết quả năm", rows__0__most="15", rows__0__step="0,7")
    press(page, "Save and continue")
    assert "0,7" in page.locator('[name="rows-0-step"]').input_value()
    assert page.locator('[name="rows-0-step"][aria-invalid]').count() == 1
    office.looked_at(page, "a-mistake")
    fill(page, rows__0__step="0,5")
    press(page, "Save and continue")
    _second_group_and_classes(office, page)
    _limits(office, page)
    return address


def _second_group_and_classes(office: Office, page: Page) -> None:
    press(page, "Add an all-or-nothing row")
    fill(page, rows__0__title_vi="Có ban giám đốc", rows__0__most="5")
    press(page, "Add a written remark")
    fill(page, rows__1__title_vi="Hạn chế, yếu kém")
    office.looked_at(page, "a-group")
    press(page, "Save and continue")
    for number, (name, points) in enumerate((("Trung bình", "0"), ("Khá", "12"), ("Tốt", "16"))):
        press(page, "Add a class")
        fill(page, **{f"rows__{number}__title_vi": name, f"rows__{number}__at_least": points})
    office.looked_at(page, "classes")
    press(page, "Save and continue")


def _limits(office: Office, page: Page) -> None:
    press(page, "Add a limit")
    page.locator('[name="rows-0-about"]').select_option("1.1")
    page.locator('[name="rows-0-band"]').select_option(label="Khá")
    fill(page, rows__0__below="10", rows__0__title_vi="Kế hoạch dưới 10 điểm: cao nhất xếp loại Khá")
    office.looked_at(page, "limits")
    press(page, "Save and continue")


def publishes(office: Office, address: str) -> None:
    """The department looks at its set as a form and publishes it."""
    page = office.of("province_reviewer")
    page.goto(address)
    office.looked_at(page, "in-order")
    follow(page, "See it as a form")
    office.looked_at(page, "preview")
    assert "20 / 20" in page.content()
    page.goto(f"{address}preview/1")
    office.looked_at(page, "preview-of-a-group")
    page.goto(f"{address}publish")
    office.looked_at(page, "publish")
    press(page, "Publish this version")
    office.looked_at(page, "published")
    follow(page, "Read the criteria set and its changes")
    office.looked_at(page, "among-the-rules")


def opens_a_round(office: Office) -> None:
    """The administrator opens a round of the rating with the department's set."""
    page = office.of("administrator")
    page.goto("/rounds/new?all=1")
    page.locator('[name="scheme"][value="lang_son_centre_rating:1"]').check()
    page.locator('[name="unit_id"]').select_option(label=make.PROVINCE)
    fill(page, assessed_year="2025", title="Xếp loại trung tâm năm 2025")
    press(page, "Open the round")
    office.looked_at(page, "choice-of-set")
    page.get_by_label(re.compile(re.escape(PAPER))).check()
    press(page, "Open the round")
    office.looked_at(page, "round")
    assert PAPER in page.content()


def assesses_itself(office: Office) -> str:
    """The centre's director opens a dossier and answers; gives its address."""
    page = office.of("centre_director")
    follow(page, "Open a dossier")
    fill(page, name=CENTRE)
    press(page, "Open the dossier")
    address = urlsplit(page.url).path
    page.goto(f"{address}criteria/1")
    assert "MẪU" not in page.content(), "the mark of a sample on a department's set"
    fill(page, **{"1.1__value": "14,5"})
    office.looked_at(page, "claims")
    send(page, page.locator('.buttons button[name="go"][value="overview"]'))
    page.goto(f"{address}criteria/2")
    page.locator('[name="2.1-value"][value="yes"]').check()
    send(page, page.locator('.buttons button[name="go"][value="overview"]'))
    return address


def step(office: Office, role: str, address: str, action: str) -> None:
    """The person in `role` takes an action on its page of confirmation."""
    page = office.of(role)
    page.goto(f"{address}actions/{action}")
    send(page, page.locator("main form button.button").last)
    assert urlsplit(page.url).path == address, f"{action} was refused: {page.locator('main').inner_text()}"


def appraises(office: Office, address: str) -> None:
    """The appraiser gives points and must write the remark before proposing."""
    page = office.of("district_appraiser")
    page.goto(f"{address}appraisal/1")
    fill(page, **{"1.1__value": "14", "1.1__explanation": "Thiếu sổ theo dõi tháng 12."})
    send(page, page.locator('.buttons button[name="go"][value="next"]'))
    page.locator('[name="2.1-value"][value="yes"]').check()
    fill(page, **{"2.2__value": WEAKNESSES})
    office.looked_at(page, "appraisal")
    send(page, page.locator('.buttons button[name="go"][value="next"]'))
    assert "19 / 20" in page.content()
    assert WEAKNESSES in page.content()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_department_writes_its_set_and_a_centre_is_rated_by_it(
    app: Flask, open_page: Callable[..., Page], screenshot: Screenshot, tmp_path: Path
) -> None:
    with app.app_context():
        make.units()
        for role in ("administrator", "province_reviewer", "education_head", "centre_director"):
            make.person(role)
    office = Office(app, open_page, screenshot)
    publishes(office, writes_the_set(office))
    opens_a_round(office)
    address = assesses_itself(office)
    step(office, "centre_director", address, "submit")
    step(office, "education_officer", address, "accept")
    appraises(office, address)
    step(office, "district_appraiser", address, "propose")
    step(office, "education_head", address, "rate")

    text = _decision(app)
    assert re.search(r"Số: 0?1/QĐ-PGDĐT", text), text
    assert f"{CENTRE}" in text
    assert "Tốt" in text
    assert "MẪU" not in text


def _decision(app: Flask) -> str:
    """The text of the decision's PDF, made as the worker makes it."""
    with app.app_context():
        for document_id in documents.pending(10):
            documents.issue(document_id)
        db.session.commit()
        paper = db.session.query(Document).filter_by(kind="decision").one()
        content = b"".join(documents.content(paper))
        assert db.session.query(Dossier.state).scalar() == "rated"
    pdf = pypdfium2.PdfDocument(content)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    finally:
        pdf.close()
