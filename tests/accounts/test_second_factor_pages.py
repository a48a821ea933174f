"""The pages of the second factor: enrolling, the second step, who must have one, and an administrator's reset."""

import datetime as dt
import html
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP

from certflow import clock
from certflow.catalogue import role_titles
from certflow.config import Settings
from certflow.models.people import User
from tests import make
from tests.browsing import in_english, send

PAGE = "/account/second-factor"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _no_half_minute_ends_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands, so that a code that is right when it is made is right when it is read."""
    standing = clock.now()
    monkeypatch.setattr(clock, "now", lambda: standing)


@pytest.fixture
def person(app: Flask, client: FlaskClient) -> User:
    with app.app_context():
        user = make.user("head")
    make.sign_in(client, user)
    in_english(client)
    return user


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    """The secret and the recovery codes of who is signed in; the code of the half minute before is used up."""
    assert send(client, f"{PAGE}/begin", {}, page=PAGE).status_code == 302
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", client.get(PAGE).text)
    assert secret
    answer = send(client, PAGE, {"code": TOTP(secret[1]).at(clock.now() - dt.timedelta(seconds=30))})
    assert answer.status_code == 200, answer.text
    return secret[1], re.findall(r"<code>([A-Z2-9-]{14})</code>", answer.text)


def password_given(app: Flask, name: str = "head") -> FlaskClient:
    """Another browser, after the first step."""
    other = in_english(app.test_client())
    answer = send(other, "/sign-in", {"sign_in_name": name, "password": make.PASSWORD, "next": "/account"})
    assert answer.location == "/sign-in/code?next=/account"
    return other


def test_enrolling_shows_secret_and_codes_once_and_the_next_sign_in_asks(
    app: Flask, client: FlaskClient, person: User
) -> None:
    secret, codes = enrol(client)
    assert len(codes) == 10
    shown = client.get(PAGE).text
    assert secret not in shown
    assert codes[0] not in shown
    other = password_given(app)

    assert other.get("/account").location.startswith("/sign-in?"), "the first step opens nothing"
    wrong = send(other, "/sign-in/code", {"code": "000000"})
    assert wrong.status_code == 422
    assert 'id="code-error"' in wrong.text
    right = send(other, "/sign-in/code", {"code": TOTP(secret).at(clock.now())}, page="/sign-in/code?next=/account")

    assert right.status_code == 302
    page = other.get("/account")
    assert page.status_code == 200
    assert "Password right, code wrong" in page.text
    assert "Signed in" in page.text


def test_the_picture_is_drawn_without_inline_style(client: FlaskClient, person: User) -> None:
    send(client, f"{PAGE}/begin", {}, page=PAGE)
    page = client.get(PAGE)

    assert "<svg" in page.text.split('role="img"')[1]
    assert "style=" not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_guessing_codes_is_answered_with_the_moment_from_which_it_is_possible_again(
    app: Flask, client: FlaskClient, person: User
) -> None:
    enrol(client)
    other = password_given(app)
    for _turn in range(5):
        assert send(other, "/sign-in/code", {"code": "000000"}).status_code == 422
    answer = send(other, "/sign-in/code", {"code": "000000"})

    assert answer.status_code == 429
    assert 20 <= int(answer.headers["Retry-After"]) <= 31
    assert re.search(r"You can try again from \d\d:\d\d:\d\d\.", answer.text)


def test_the_second_step_without_the_first_leads_back(client: FlaskClient) -> None:
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_code_and_the_password_remove_it(app: Flask, client: FlaskClient, person: User) -> None:
    _secret, codes = enrol(client)
    typed = {"password": make.PASSWORD, "code": "000000"}
    assert send(client, f"{PAGE}/remove", typed).status_code == 422

    assert send(client, f"{PAGE}/remove", {**typed, "code": codes[0]}).status_code == 302

    make.sign_in(app.test_client(), "head")
    assert send(client, f"{PAGE}/remove", typed, page=PAGE).status_code == 409


def test_who_decides_shows_the_factor_again_and_what_was_typed_is_kept_meanwhile(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        dossier = make.dossier("endorsed")
        head = make.person_for("education_head", dossier)
        make.commit()
    make.sign_in(client, head)
    in_english(client)
    secret, _codes = enrol(client)
    address = f"/dossiers/{dossier.id}/actions/recognise_level_1"
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(address).text)
    assert version
    typed = {"version": version[1], "note": "Đồng ý mức độ 1."}

    asked = send(client, address, typed)
    wrong = send(client, f"{PAGE}/again", {"code": "000000"})
    shown = send(client, f"{PAGE}/again", {"code": TOTP(secret).at(clock.now())})
    kept = client.get("/kept/").text
    decided = send(client, address, typed)

    assert (asked.status_code, asked.location) == (302, f"{PAGE}/again")
    assert wrong.status_code == 422
    assert (shown.status_code, shown.location) == (302, "/kept/")
    assert "Đồng ý mức độ 1." in kept
    assert decided.location == f"/dossiers/{dossier.id}/"


def test_new_recovery_codes_are_made_for_a_code(client: FlaskClient, person: User) -> None:
    _secret, codes = enrol(client)
    answer = send(client, f"{PAGE}/codes", {"code": codes[0]})

    new = re.findall(r"<code>([A-Z2-9-]{14})</code>", answer.text)
    assert len(new) == 10
    assert not set(new) & set(codes)
    assert send(client, f"{PAGE}/codes", {"code": codes[1]}).status_code == 422


def test_an_administrator_removes_a_lost_one_after_a_page_that_warns(
    app: Flask, client: FlaskClient, person: User
) -> None:
    enrol(client)
    other = in_english(app.test_client())
    with app.app_context():
        make.sign_in(other, make.person(role_titles.ADMINISTRATOR))
    address = f"/people/{person.id}/second-factor/reset"
    assert address in other.get(f"/people/{person.id}").text
    assert client.get(address).status_code == 403

    assert send(other, address, {}).status_code == 302

    assert "Second factor removed by an administrator" in other.get(f"/people/{person.id}").text
    assert client.get("/account").status_code == 302, "signed out"
    make.sign_in(client, "head")
    assert "Second factor removed by an administrator" in html.unescape(in_english(client).get("/account").text)


class TestObligatory:
    """Where the setting asks those who decide."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, second_factor="deciders")

    def test_who_must_have_one_is_led_there_and_can_do_nothing_else(self, app: Flask, client: FlaskClient) -> None:
        with app.app_context():
            make.sign_in(client, make.person(role_titles.ADMINISTRATOR))
        in_english(client)

        for address in ("/", "/people/", "/account", "/people/1", "/rules/"):
            assert client.get(address).location == PAGE, address
        asked = client.get("/people/", headers={"X-Requested-With": "certflow"})
        assert asked.status_code == 403
        assert send(client, "/people/new", {}, page=PAGE).location == PAGE
        assert "You need a second factor" in client.get(PAGE).text
        assert client.get("/verify/").status_code == 200

        enrol(client)

        assert client.get("/people/").status_code == 200

    def test_nobody_else_is_led_anywhere(self, app: Flask, client: FlaskClient) -> None:
        with app.app_context():
            make.sign_in(client, make.person("commune_officer"))

        assert client.get("/account").status_code == 200
