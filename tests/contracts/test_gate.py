"""Closed by default: every address needs a sign-in but a short list, and every form needs its token."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from certflow.http.policy import is_public
from tests import make

SAFE, CHANGING = ("GET", "HEAD", "OPTIONS"), ("POST", "PUT", "PATCH", "DELETE")
SAMPLES = {"Id": "1", "UnicodeConverter": "a", "PathConverter": "a/b"}
PUBLIC = {
    "static",
    "accounts.sign_in",
    "accounts.language",
    "invitations.forgotten",
    "invitations.redeem",
    "second_factor.step",
    "verification.start",
    "verification.show",
    "verification.document",
    "health.check",
    "health.ready",
}
NOT_EVEN_ASKED = {400, 404, 405}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_public_list_is_short_and_names_only_addresses_that_exist(app: Flask) -> None:
    with app.app_context():
        assert {endpoint for endpoint in app.view_functions if is_public(endpoint)} == PUBLIC
    assert set(app.view_functions) >= PUBLIC


def test_without_a_sign_in_every_other_address_leads_to_the_sign_in(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, address in _addresses(app):
        for method in (*SAFE, *CHANGING):
            answer = client.open(address, method=method)
            closed = answer.status_code == 302 and answer.location.startswith("/sign-in")
            if not closed and answer.status_code not in _allowed(rule, method):
                wrong.append(f"{method} {address}: {answer.status_code}")

    assert not wrong


def test_a_script_is_told_401_instead_of_being_led_to_a_page(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, address in _addresses(app):
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(address, method=method, headers={"X-Requested-With": "certflow"})

        assert answer.status_code == 401, address
        assert answer.get_json()["reasons"], address


def test_public_addresses_answer_without_a_sign_in(app: Flask, client: FlaskClient) -> None:
    for address, status in (("/sign-in", 200), ("/health", 200), ("/verify/", 200), ("/verify/AAAA", 404)):
        assert client.get(address).status_code == status, address


def test_every_form_without_its_token_is_refused(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        administrator = make.person("administrator")
        make.sign_in(client, administrator)
    tried = 0
    for rule in app.url_map.iter_rules():
        for method in sorted(set(CHANGING) & (rule.methods or set())):
            answer = client.open(_address(rule), method=method, data={"note": "một hai ba"})
            tried += 1

            assert answer.status_code == 400, f"{method} {rule.rule}: {answer.status_code}"

    assert tried > 1
    assert client.get("/account").status_code == 200, "a refused sign-out left the person signed in"


def test_the_token_of_one_browser_does_not_open_another(app: Flask) -> None:
    mine, theirs = app.test_client(), app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', theirs.get("/sign-in").text)
    assert token
    mine.get("/sign-in")

    answer = mine.post("/sign-in", data={"csrf_token": token[1], "sign_in_name": "a", "password": "b"})

    assert answer.status_code == 400


def test_every_answer_carries_the_headers_that_close_the_browser(app: Flask, client: FlaskClient) -> None:
    for address in ("/sign-in", "/no-such-page", "/"):
        headers = client.get(address).headers

        assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def _allowed(rule: Rule, method: str) -> set[int]:
    if method == "OPTIONS" or method not in (rule.methods or ()):
        return {200, *NOT_EVEN_ASKED} if method == "OPTIONS" and rule.endpoint in PUBLIC else NOT_EVEN_ASKED
    return NOT_EVEN_ASKED if method in SAFE else set()


def _addresses(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC:
            yield rule, _address(rule)


def _address(rule: Rule) -> str:
    converters = {name: type(converter).__name__ for name, converter in rule._converters.items()}
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda name: SAMPLES[converters[name[1]]], rule.rule)
