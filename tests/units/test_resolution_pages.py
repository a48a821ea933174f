"""The administrator uploads a resolution, sees what it would do, and applies it."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from certflow.catalogue import role_titles, units
from certflow.models.base import db
from certflow.models.units import Resolution
from tests import make
from tests.browser import DESKTOP, PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in
from tests.browsing import counted, in_english, send, typed_in
from tests.desk.test_budgets import HEAVIEST, weight
from tests.resolutions import day, table

ADDRESS = "/units/apply"
MERGER = (
    "merge;26000;commune;90000;Xã Mới;;;",
    "merge;26001;commune;90000;;;;",
    "split;26002;commune;90001;Xã Một;;;",
    "split;26002;commune;90002;Xã Hai;;;",
    "rename;26003;commune;;Phường Bảo Bình;;;",
)


@pytest.fixture
def administrating(app: Flask, client: FlaskClient) -> FlaskClient:
    """An administrator who reads English, with units and a dossier at one of them."""
    with app.app_context():
        make.dossier("submitted", unit=make.unit())
        make.sign_in(client, make.person(role_titles.ADMINISTRATOR))
    return in_english(client)


def upload(client: FlaskClient, content: bytes) -> TestResponse:
    """Send a file by the form."""
    return send(client, ADDRESS, {"file": (io.BytesIO(content), "nghị quyết.csv")})


def test_a_file_is_looked_at_then_applied_once(app: Flask, administrating: FlaskClient) -> None:
    sent = upload(administrating, table(*MERGER))
    page = administrating.get(sent.location)

    assert (sent.status_code, page.status_code) == (302, 200)
    for words in ("Xã Xuân Tây, Xã Sông Ray", "Xã Một (part), Xã Hai (part)", "name: Xã Bảo Bình → Phường Bảo Bình"):
        assert words in page.text
    assert "<dt>Open dossiers at units that end</dt><dd>1</dd>" in page.text
    with app.app_context():
        assert units.by_code("26000").name == "Xã Xuân Tây"
    done = send(administrating, sent.location, {"seen": typed_in(page.text, "seen")})
    assert (done.status_code, done.location) == (302, ADDRESS)
    assert "is applied." in administrating.get(ADDRESS).text
    with app.app_context():
        assert units.by_code("90000").name == "Xã Mới"
        administrator = db.session.query(Resolution).one().applied_by_id
        assert administrator == make.person(role_titles.ADMINISTRATOR).id
    again = administrating.get(sent.location).text
    assert "This resolution has been applied" in again
    assert "Apply the resolution</button>" not in again


def test_faults_of_the_file_are_said_by_row_and_nothing_is_kept(administrating: FlaskClient) -> None:
    answer = upload(administrating, table("rename;26000;commune;;;;;", "fly;1;commune;;;;;"))

    assert answer.status_code == 422
    assert "Row 8, “new name”" in answer.text
    assert "Row 9, “change”" in answer.text


def test_what_the_units_do_not_allow_is_said_by_row_and_cannot_be_applied(
    app: Flask, administrating: FlaskClient
) -> None:
    sent = upload(administrating, table("end;740;district;;;;;", "rename;26999;commune;;Xã X;;;"))
    page = administrating.get(sent.location).text

    assert "Row 8: Xã Xuân Tây (26000) would have no unit above it." in page
    assert "Row 9: No unit of this kind has the code 26999" in page
    assert "Apply the resolution</button>" not in page
    assert send(administrating, sent.location, {"seen": "x"}, page=ADDRESS).status_code == 409
    with app.app_context():
        assert units.by_code("740").ends_on is None


def test_before_its_day_it_can_be_looked_at_only(administrating: FlaskClient) -> None:
    sent = upload(administrating, table(*MERGER, on=day(-3)))

    assert "Its effective day has not come yet" in administrating.get(sent.location).text
    assert send(administrating, sent.location, {}, page=ADDRESS).status_code == 409


def test_units_changed_meanwhile_are_looked_at_again(administrating: FlaskClient) -> None:
    first = upload(administrating, table(*MERGER))
    seen = typed_in(administrating.get(first.location).text, "seen")
    other = upload(administrating, table("rename;26003;commune;;Xã Khác;;;", number="1/NQ", on=day(3)))
    send(administrating, other.location, {"seen": typed_in(administrating.get(other.location).text, "seen")})

    answer = send(administrating, first.location, {"seen": seen})

    assert answer.status_code == 409
    assert "Units have changed since you looked at this resolution" in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hostile_and_missing_files_are_refused(administrating: FlaskClient) -> None:
    for content in (b"", b"\xff\xfe\x00", b"PK\x03\x04", b'"' * 1000):
        answer = upload(administrating, content)
        assert answer.status_code == 422, content[:10]
    assert send(administrating, ADDRESS, {}).status_code == 422
    for address in ("0" * 64, "..%2f..", "x", "A" * 64):
        assert administrating.get(f"{ADDRESS}/{address}").status_code == 404


def test_others_are_shown_the_door(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))

    assert client.get(ADDRESS).status_code == 403
    assert client.get(f"{ADDRESS}/{'0' * 64}").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_large_resolution_makes_a_light_page_of_few_queries(app: Flask, administrating: FlaskClient) -> None:
    with app.app_context():
        communes = make.communes(300)
    rows = [f"merge;{one.code};commune;8{n // 3:04d};Xã Rất Dài Tên {n // 3};;740;" for n, one in enumerate(communes)]
    sent = upload(administrating, table(*rows))

    with counted(app) as statements:
        page = administrating.get(sent.location)
    assert "The first 40 of 300 are shown" in page.text
    assert weight(administrating, sent.location) < HEAVIEST
    assert len(statements) < 25


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_a_browser_the_pages_fit_and_are_accessible(app: Flask, open_page: OpenPage, screenshot: Screenshot) -> None:
    with app.app_context():
        make.dossier("submitted", unit=make.unit())
        name = make.person(role_titles.ADMINISTRATOR).sign_in_name
    for viewport in (PHONE, DESKTOP):
        page = open_page(viewport)
        sign_in(page, name)
        page.goto(ADDRESS)
        _looked_at(page)
        screenshot(page, "units-apply")
        page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": table(*MERGER)})
        page.click("main form button")
        page.wait_for_url("**/units/apply/*")
        _looked_at(page)
        screenshot(page, "units-plan")


def _looked_at(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)
