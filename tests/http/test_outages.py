"""Database, disk and files fail under a request: its person is told the truth, in a page of ours, and loses nothing."""

import errno
import html
import io
import re
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import copy_context
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask, flash, g, get_flashed_messages, session
from flask.testing import FlaskClient
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from certflow.assessment import assessments
from certflow.config import Settings
from certflow.http import outages
from certflow.http.person import commit_part
from certflow.models import row_security
from certflow.models.base import db, undo
from certflow.models.dossiers import Claim, Evidence
from tests import make, postgres
from tests.browser import DESKTOP, PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in
from tests.browsing import in_english, send, typed_in
from tests.gateways import samples
from tests.line import Line

PAGE = "/dossiers/1/criteria/1"
TYPED = {"1.1-value": "yes", "1.1-explanation": "Nghị quyết <b>số 7</b>\ndòng hai"}
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
HIDDEN = re.compile(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', re.DOTALL)
AUTOSAVE = {"X-Requested-With": "certflow"}
_END = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{0}' and usename = '{1}'"

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> FlaskClient:
    """The client of the officer who fills in dossier 1."""
    with app.app_context():
        make.sign_in(client, make.person_for("commune_officer", make.dossier()))
    return in_english(client)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("WARNING")
    return caplog


def told(answer: TestResponse, status: int, log: pytest.LogCaptureFixture) -> str:
    """The page of a fault, which says nothing else and whose code stands once in a short log, which is emptied."""
    page, lines = answer.text, log.text
    assert answer.status_code == status, page
    assert "What to do now" in page
    assert "Main navigation" not in page
    assert "is saved" not in page
    code = CODE.search(page)
    assert code
    assert lines.count(code[0]) == 1, lines
    assert len(lines) < 2000, lines
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert ("Retry-After" in answer.headers) == (status == 503)
    log.clear()
    return page


def typed_back(page: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in HIDDEN.findall(page)}


def claims(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) or 0)


@contextmanager
def pool(app: Flask) -> Iterator[sa.Engine]:
    """The engine, whose connections are all new, and again afterwards."""
    with app.app_context():
        engine = db.engine
    engine.dispose()
    yield engine
    engine.dispose()


@only_postgresql
def test_while_the_server_is_away_every_request_is_answered_and_what_was_typed_is_sent_again_later(
    app: Flask, officer: FlaskClient, log: pytest.LogCaptureFixture
) -> None:
    with pool(app), Line(app.config["SQLALCHEMY_DATABASE_URI"]) as line:
        app.config["SQLALCHEMY_DATABASE_URI"] = line.url
        token = typed_in(officer.get(PAGE).text, "csrf_token")
        line.cut()

        page = told(officer.post(PAGE, data={"csrf_token": token, **TYPED}), 503, log)
        told(officer.get("/dossiers/"), 503, log)
        told(officer.get("/sign-in"), 503, log)
        saving = officer.post(PAGE, data={"csrf_token": token, **TYPED}, headers=AUTOSAVE)
        line.mend()

        assert "The database does not answer" in page
        assert TYPED.items() <= typed_back(page).items()
        assert saving.status_code == 503
        assert saving.get_json()["reference"] in saving.get_json()["reasons"][-1]
        assert log.text.count(saving.get_json()["reference"]) == 1
        assert claims(app) == 0
        again = officer.post(PAGE, data={"csrf_token": typed_in(page, "csrf_token"), **typed_back(page)})
        assert again.status_code == 302, again.text
        assert claims(app) > 0


def end_connections(app: Flask) -> None:
    """End every connection of the application, as an operator does or a server that stops."""
    url = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    with postgres.beside(str(url)) as beside:
        beside.exec_driver_sql(_END.format(url.database, postgres.OWNER))


@only_postgresql
def test_a_connection_that_is_lost_while_committing_announces_nothing_and_signs_nobody_out(
    app: Flask, officer: FlaskClient, log: pytest.LogCaptureFixture
) -> None:
    token = typed_in(officer.get(PAGE).text, "csrf_token")
    with pool(app) as engine:
        sa.event.listen(engine, "commit", end := lambda _connection: end_connections(app))
        answer = officer.post(PAGE, data={"csrf_token": token, **TYPED})
        page = told(answer, 503, log)
        told(officer.post("/sign-out", data={"csrf_token": token}), 503, log)
        sa.event.remove(engine, "commit", end)

    assert "It is not certain whether it was stored" in page
    assert TYPED.items() <= typed_back(page).items()
    assert 'role="status"' not in officer.get("/dossiers/1").text
    assert claims(app) == 0


@only_postgresql
def test_a_connection_that_is_lost_between_two_statements_is_thrown_away(app: Flask) -> None:
    with app.test_request_context("/"):
        db.session.execute(sa.text("select 1"))
        end_connections(app)
        with pytest.raises(Exception, match="terminating connection") as lost:
            copy_context().run(row_security.see, row_security.NOTHING)  # which talks past SQLAlchemy
        undo()

        assert outages.cause_of(lost.value) is outages.DATABASE
        assert db.session.scalar(sa.text("select 2")) == 2


@only_sqlite
def test_a_disk_that_fails_while_committing_announces_nothing(
    app: Flask, officer: FlaskClient, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    token = typed_in(officer.get(PAGE).text, "csrf_token")
    sizes = [path.stat().st_size for path in tmp_path.glob("certflow.sqlite3-wal")]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes), before[1]))
    try:
        answer = officer.post(PAGE, data={"csrf_token": token, **TYPED})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    page = told(answer, 503, log)
    assert "disk does not work" in page
    assert TYPED.items() <= typed_back(page).items()
    assert 'role="status"' not in officer.get("/dossiers/1").text
    assert claims(app) == 0


@contextmanager
def starved(app: Flask, pragma: str) -> Iterator[str]:
    """Every connection of the application is made with this pragma; gives the path of the database."""
    with pool(app) as engine:
        sa.event.listen(engine, "connect", starve := lambda each, _record: each.execute(f"PRAGMA {pragma}"))
        yield str(sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database)
        sa.event.remove(engine, "connect", starve)


@contextmanager
def in_use(app: Flask) -> Iterator[None]:
    """Somebody else writes, and nobody waits for long."""
    with starved(app, "busy_timeout = 10") as path, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@only_sqlite
@pytest.mark.parametrize("full", [True, False])
def test_a_full_disk_and_a_database_in_use_are_called_what_they_are(
    app: Flask, officer: FlaskClient, log: pytest.LogCaptureFixture, full: bool
) -> None:
    token = typed_in(officer.get(PAGE).text, "csrf_token")
    long = {f"1.{number}-explanation": "x" * 4000 for number in (1, 2, 3)}
    with starved(app, "max_page_count = 1") if full else in_use(app):
        answer = officer.post(PAGE, data={"csrf_token": token, **long})
        saving = officer.post(PAGE, data={"csrf_token": token, **long}, headers=AUTOSAVE)

    status = 507 if full else 503
    assert saving.status_code == status
    assert log.text.count(saving.get_json()["reference"]) == 1
    assert ("no room left" if full else "The system is very busy") in told(answer, status, log)
    assert claims(app) == 0


@only_sqlite
def test_a_storage_that_is_away_is_told_and_nothing_is_taken_for_missing(
    app: Flask, officer: FlaskClient, settings: Settings, log: pytest.LogCaptureFixture
) -> None:
    files, away = settings.data_dir / "files", settings.data_dir / "away"
    token = typed_in(officer.get(PAGE).text, "csrf_token")

    def attach() -> TestResponse:
        file = (io.BytesIO(samples.pdf()), "a.pdf")
        return officer.post(PAGE, data={"csrf_token": token, "go": "files:1.1", **TYPED, "1.1-file": file})

    assert attach().status_code == 302
    for empty in (False, True):  # a disk that is not mounted leaves an empty folder
        files.rename(away)
        if empty:
            files.mkdir()
        page = told(attach(), 503, log)
        told(officer.get("/evidence/1"), 503, log)
        assert "The files cannot be reached" in page
        assert "choose them again" in page
        assert TYPED.items() <= typed_back(page).items()
        if empty:
            files.rmdir()
        away.rename(files)

    assert officer.get("/evidence/1").status_code == 200
    with app.app_context():
        assert db.session.query(Evidence).count() == 1


def test_a_fault_of_ours_is_logged_once_with_its_trace_under_the_code_that_is_shown(
    app: Flask, officer: FlaskClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_sent: object, **_named: object) -> None:
        raise ZeroDivisionError

    app.config["TESTING"] = False
    monkeypatch.setattr(assessments, "save_claims", fail)

    answer = send(officer, PAGE, TYPED)

    code = CODE.search(answer.text)
    assert answer.status_code == 500
    assert code
    assert log.text.count(code[0]) == 1
    assert log.text.count("Traceback") == 1
    assert TYPED.items() <= typed_back(answer.text).items()


@only_sqlite
def test_what_is_rolled_back_is_not_announced_and_earlier_messages_stay(app: Flask) -> None:
    with app.test_request_context("/"):
        session["_flashes"] = [("message", "earlier")]
        g.session_before = {"_flashes": [("message", "earlier")]}
        flash("stored")
        db.session.begin()
        db.session.rollback()

        assert get_flashed_messages() == ["earlier"]


@only_sqlite
def test_after_the_first_of_several_transactions_nobody_is_told_that_nothing_was_stored(app: Flask) -> None:
    with app.test_request_context("/", method="POST"):
        assert "Nội dung ông/bà vừa gửi chưa được lưu." in outages.reasons(outages.DATABASE)
        commit_part()
        assert "Một phần" in outages.reasons(outages.DATABASE)[-1]


@only_sqlite
def test_a_page_keeps_what_is_typed_and_says_that_it_is_not_saved(
    app: Flask, open_page: OpenPage, screenshot: Screenshot
) -> None:
    with app.app_context():
        name = make.person_for("commune_officer", make.dossier()).sign_in_name
    page = sign_in(open_page(PHONE, outage=True), name)
    page.goto("/dossiers/1/criteria/5")
    status = page.locator("[data-autosave-status]")

    with in_use(app):
        page.fill("#i5-1-denominator", "3000")
        expect(status).to_have_attribute("data-state", "failed")
        expect(status).to_contain_text(CODE)
        expect(status).to_contain_text("tự gửi lại")
        page.locator("[data-autosave]").get_by_role("button", name="Lưu").first.click()
        expect(page.locator("#i5-1-denominator")).to_have_value("3000")
        screenshot(page, "outage-autosave")
        page.evaluate("document.querySelector('[data-autosave]').submit()")  # as without the script
        expect(page.locator("h1")).to_have_text("Hệ thống đang quá tải")
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            assert_fits(page)
            screenshot(page, "outage")
        assert_accessible(page)
    page.get_by_role("button", name="Gửi lại").click()

    expect(page.locator("h1")).not_to_have_text("Hệ thống đang quá tải")
    assert claims(app) == 1


@only_sqlite
def test_each_state_that_postgresql_gives_is_called_what_it_is(app: Flask) -> None:
    states = {"40001": outages.CROSSED, "40P01": outages.CROSSED, "53100": outages.FULL, "58030": outages.DISK}
    states |= {"53300": outages.BUSY, "57014": outages.BUSY, "57P03": outages.DATABASE, "08006": outages.DATABASE}
    for state, outage in states.items():
        fault = sa.exc.DBAPIError("COMMIT", None, psycopg.errors.lookup(state)("words of the driver"))
        with app.test_request_context("/"):
            assert outages.cause_of(fault) is outage, state
    with app.test_request_context("/"):
        assert outages.cause_of(sa.exc.IntegrityError("INSERT", None, psycopg.errors.UniqueViolation())) is None
        assert outages.cause_of(OSError(errno.ENOSPC, "upload")) is outages.FULL
        assert outages.cause_of(OSError(errno.ENOENT, "anything")) is None
