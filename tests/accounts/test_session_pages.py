"""Open sessions and the histories of accounts, as their owners and administrators see them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import role_titles
from tests import make
from tests.browsing import counted, in_english, send

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 coc_coc_browser/120.0 Chrome/120.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def browser(app: Flask, name: str, agent: str) -> FlaskClient:
    """A signed-in browser that calls itself `agent`."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    make.sign_in(client, name)
    return in_english(client)


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    with app.app_context():
        make.user("officer")
    return browser(app, "officer", WINDOWS)


def test_one_sees_where_one_is_signed_in_and_which_session_this_is(app: Flask, office: FlaskClient) -> None:
    browser(app, "officer", PHONE)
    page = office.get("/account").text

    assert page.count("This session") == 1
    assert "Cốc Cốc, Windows" in page
    assert "Chrome, Android" in page
    assert re.search(r"Signed in.*127\.0\.0\.1", page, re.DOTALL)


def test_one_session_is_ended_and_nobody_elses(app: Flask, office: FlaskClient) -> None:
    phone = browser(app, "officer", PHONE)
    handle = re.search(r"/account/sessions/([0-9a-f]{16})/end", office.get("/account").text)
    assert handle
    with app.app_context():
        make.user("other")
    stranger = browser(app, "other", PHONE)

    address = f"/account/sessions/{handle[1]}/end"
    assert send(stranger, address, {}, page="/account").status_code == 404
    assert phone.get("/account").status_code == 200
    assert send(office, address, {}, page="/account").status_code == 302

    assert phone.get("/account").status_code == 302
    assert office.get("/account").status_code == 200
    assert send(office, address, {}, page="/account").status_code == 404


@pytest.mark.parametrize("handle", ["0", "%25", "_" * 16, "0123456789abcdef", "é"])
def test_a_made_up_handle_ends_nothing(office: FlaskClient, handle: str) -> None:
    assert send(office, f"/account/sessions/{handle}/end", {}, page="/account").status_code == 404
    assert office.get("/account").status_code == 200


def test_all_others_are_ended_at_once(app: Flask, office: FlaskClient) -> None:
    others = [browser(app, "officer", PHONE) for _n in range(2)]

    assert send(office, "/account/sessions/end-others", {}, page="/account").status_code == 302

    assert [other.get("/account").status_code for other in others] == [302, 302]
    assert office.get("/account").status_code == 200


def test_an_administrator_signs_a_person_out_everywhere_and_it_is_on_record(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        administrator = make.person(role_titles.ADMINISTRATOR)
        user_id = make.person("commune_officer").id
        name = make.person("commune_officer").sign_in_name
    admin, officer = browser(app, administrator.sign_in_name, WINDOWS), browser(app, name, PHONE)
    address = f"/people/{user_id}/sessions/end"
    assert "1 open session" in admin.get(f"/people/{user_id}").text
    assert send(office, address, {}, page="/account").status_code == 403

    assert send(admin, address, {}, page=f"/people/{user_id}").status_code == 302

    assert officer.get("/account").status_code == 302
    page = admin.get(f"/people/{user_id}/events").text
    assert "Signed out everywhere by an administrator" in page
    assert "Appointed" in page
    assert administrator.full_name in page


def test_the_histories_are_for_administrators_and_come_in_pages(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        administrator = make.person(role_titles.ADMINISTRATOR)
    admin = browser(app, administrator.sign_in_name, WINDOWS)
    for _turn in range(2):
        failed = {"sign_in_name": "officer", "password": "wrong password"}
        assert send(in_english(app.test_client()), "/sign-in", failed).status_code == 422
    assert office.get("/people/1/sign-ins").status_code == 403
    assert office.get("/people/1/events").status_code == 403

    page = admin.get("/people/1/sign-ins").text
    assert page.count("Wrong password") == 2
    with counted(app) as statements:
        assert admin.get("/people/1").status_code == 200
    assert len(statements) <= 12, statements
    for number in ("0", "-1", "x", "9" * 30):
        for what in ("sign-ins", "events"):
            assert admin.get(f"/people/1/{what}?page={number}").status_code == 200
    assert admin.get("/people/999/sign-ins").status_code == 404


def test_on_deadline_day_the_officer_signs_in_past_somebody_elses_guesses(app: Flask, office: FlaskClient) -> None:
    send(office, "/sign-out", {}, page="/account")
    stranger = in_english(app.test_client())
    answers = [
        send(stranger, "/sign-in", {"sign_in_name": "officer", "password": f"guess {n}"}).status_code for n in range(7)
    ]
    assert answers == [422] * 5 + [429] * 2

    make.sign_in(office, "officer")

    assert office.get("/account").status_code == 200


def test_a_forged_cookie_makes_no_browser_known(app: Flask, office: FlaskClient) -> None:
    send(office, "/sign-out", {}, page="/account")
    stranger = in_english(app.test_client())
    for n in range(5):
        send(stranger, "/sign-in", {"sign_in_name": "officer", "password": f"guess {n}"})
    for value in ("x", '{"id":"a","accounts":["b"]}', "eyJpZCI6IjEifQ.c2ln"):
        stranger.set_cookie("certflow_browser", value)
        answer = send(stranger, "/sign-in", {"sign_in_name": "officer", "password": "guess"})
        assert answer.status_code == 429, value


def test_guessing_the_present_password_in_an_open_session_waits_too(office: FlaskClient) -> None:
    typed = {"old_password": "guess", "password": "một mật khẩu mới"}
    answers = [send(office, "/account", typed).status_code for _n in range(6)]
    told = send(office, "/account", {**typed, "old_password": make.PASSWORD})

    assert answers == [422] * 5 + [429]
    assert told.status_code == 429
    assert int(told.headers["Retry-After"]) <= 31
