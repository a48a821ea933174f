"""The administrator makes many people from a spreadsheet."""

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import FilePayload, Page, ViewportSize
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from certflow.models.base import db
from certflow.models.people import User
from tests import lists, make
from tests.browser import DESKTOP, PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in
from tests.browsing import counted, in_english, send, typed_in
from tests.lists import person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
START = "/people/import/"


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.units()
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def _upload(client: FlaskClient, content: bytes, name: str = "Danh sách.xlsx") -> TestResponse:
    """Send a file as a browser does; the body is made here, as the client would keep a large one in an open file."""
    token = typed_in(client.get(START).text, "csrf_token")
    file = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart(MultiDict([("csrf_token", token), ("file", file)]))
    return client.post(
        START,
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def _looked_at(client: FlaskClient, content: bytes) -> tuple[str, str]:
    """The address of the page that shows what a list makes, and the page."""
    answer = _upload(client, content)
    assert answer.status_code == 302, answer.text
    return answer.location, client.get(answer.location).text


def _make(client: FlaskClient, address: str, page: str, **changes: str) -> TestResponse:
    typed = {name: typed_in(page, name) for name in ("csrf_token", "sha256", "fingerprint")}
    return client.post(f"{address}/create", data=typed | changes)


def _people(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(sa.select(sa.func.count()).select_from(User))
        db.session.rollback()
    return found or 0


def test_a_list_is_sent_looked_at_and_made(app: Flask, administrator: FlaskClient) -> None:
    rows = [person(), person(role="culture_head"), person(sign_in="tam", name="Lê <Tám>", email="tam@example.gov.vn")]
    before = _people(app)

    address, page = _looked_at(administrator, lists.people_xlsx(*rows))
    looked = _people(app)
    answer = _make(administrator, address, page)
    done = administrator.get(address).text

    assert (before, looked, _people(app)) == (before, before, before + 2)
    assert "Lê &lt;Tám&gt;" in page
    assert re.search(r"New accounts</dt><dd>2", page)
    assert re.search(r"Appointments</dt><dd>3", page)
    assert answer.status_code == 302
    assert "Lê &lt;Tám&gt;" in done, "without a mail server, every link is handed over"
    again = _make(administrator, address, page)
    assert again.status_code == 409
    assert _people(app) == before + 2
    assert "already exists" in _looked_at(administrator, lists.people_xlsx(*rows))[1]


def test_faults_are_told_with_their_rows_and_as_a_file_and_nothing_is_made(
    app: Flask, administrator: FlaskClient
) -> None:
    wrong = [row | {"Vai trò": "<b>vua</b>"} for row in lists.many(250)]
    before = _people(app)

    address, page = _looked_at(administrator, lists.people_xlsx(person(), *wrong))
    file = administrator.get(f"{address}/faults.csv")
    token = typed_in(page, "csrf_token")
    forced = administrator.post(f"{address}/create", data={"csrf_token": token, "sha256": "", "fingerprint": ""})

    assert page.count("&lt;b&gt;vua") == 200
    assert "50 more faults are in the file below" in page
    assert "Create everything" not in page
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert len(file.data.decode("utf-8-sig").splitlines()) == 251
    assert forced.status_code == 409
    assert _people(app) == before


SOUND, WRONG = lists.many(5000, email="nguyen.van.mot@example.gov.vn"), lists.many(5000, "Xã Không Có")


@pytest.mark.parametrize("rows", [SOUND, WRONG, SOUND[:2500] + WRONG[2500:]], ids=["sound", "wrong", "both"])
def test_the_page_of_a_long_list_stays_small(
    administrator: FlaskClient, rows: list[dict[str, str]], app: Flask
) -> None:
    address, page = _looked_at(administrator, lists.people_csv(*rows))
    with administrator.session_transaction() as session:
        session["language"] = "vi"
    with counted(app) as statements:
        in_vietnamese = administrator.get(address).text

    assert len(page.encode()) < 100_000
    assert len(in_vietnamese.encode()) < 100_000
    assert len(statements) < 12


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"%PDF-1.7 no list", "a.xlsx", "No headings"),
        (bytes(10 * 1024 * 1024), "a.xlsx", "2 MB"),
        ("Họ và tên,Tên đăng nhập".encode("cp1258", "replace"), "a.csv", "Windows-1258"),
        (b"", "a.csv", "empty"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_its_field(
    administrator: FlaskClient, content: bytes, name: str, told: str
) -> None:
    answer = _upload(administrator, content, name)

    assert answer.status_code == 422
    assert told in answer.text
    assert 'id="file-error"' in answer.text


def test_a_form_without_a_file_is_told(administrator: FlaskClient) -> None:
    answer = send(administrator, START, {})

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_what_changed_meanwhile_is_shown_anew_and_nothing_is_made(app: Flask, administrator: FlaskClient) -> None:
    address, page = _looked_at(administrator, lists.people_xlsx(person(), person(sign_in="hai")))
    with app.app_context():
        make.user("hai", "Đặng Thị Mới")
    before = _people(app)

    stale = _make(administrator, address, page)
    with app.app_context():
        make.user("moi", "Ai Khác")
    wrong = _make(administrator, address, stale.text)

    assert (stale.status_code, wrong.status_code) == (409, 422)
    assert "have changed since you looked" in stale.text
    assert "has an account, gets the role" in stale.text
    assert "This sign-in name belongs to Ai Khác" in wrong.text
    assert _people(app) == before + 1


def test_a_list_can_be_let_go_and_only_administrators_see_it(app: Flask, administrator: FlaskClient) -> None:
    address, page = _looked_at(administrator, lists.people_xlsx(person()))
    other = app.test_client()
    with app.app_context():
        make.sign_in(other, make.person("province_reviewer"))

    strangers = [other.get(address).status_code, other.get(f"{address}/faults.csv").status_code]
    answer = administrator.post(f"{address}/discard", data={"csrf_token": typed_in(page, "csrf_token")})

    assert strangers == [403, 403]
    assert answer.status_code == 302
    assert administrator.get(address).status_code == 409


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_template_comes_as_a_file(administrator: FlaskClient, ending: str) -> None:
    answer = administrator.get(f"{START}template.{ending}")

    assert answer.status_code == 200
    assert f".{ending}" in answer.headers["Content-Disposition"]
    assert _upload(administrator, answer.data).status_code == 422, "the example alone is no list"


def test_only_an_administrator_sees_these_pages(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))

    for path in ("", "template.xlsx", "template.csv", "1", "1/faults.csv"):
        assert client.get(f"{START}{path}").status_code == 403, path


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_fit_and_are_accessible(
    open_page: OpenPage, app: Flask, viewport: ViewportSize, screenshot: Screenshot
) -> None:
    with app.app_context():
        make.units()
        make.person("administrator", name="quantri")
    page = open_page(viewport)
    sign_in(page, "quantri")
    wrong = person(unit="Xã Không Có, Huyện Cẩm Mỹ", role="Chủ tịch Ủy ban nhân dân tỉnh", email="a.b.c", last="mai")

    for name, content in (
        ("faults", lists.people_xlsx(person(sign_in="a" * 120), wrong)),
        ("sound", lists.people_xlsx(person(sign_in="a" * 120), *lists.many(3))),
    ):
        page.goto(START)
        _assert_good(page, screenshot, "start")
        file = FilePayload(name="Danh sách cán bộ các xã năm 2026.xlsx", mimeType="", buffer=content)
        page.set_input_files("[name=file]", file)
        with page.expect_navigation():
            page.click("main form button")
        _assert_good(page, screenshot, name)
    with page.expect_navigation():
        page.click("main form button >> nth=0")
    _assert_good(page, screenshot, "done")


def _assert_good(page: Page, screenshot: Screenshot, name: str) -> None:
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"people-import-{name}")
