"""What reaches the gate and cannot be meant: addresses elsewhere, names of no machine, forms without end."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.browsing import send

LARGE = b"a=1&" * 600_000


@pytest.mark.parametrize(
    "target",
    ["//evil", "/\\evil", "/\t/evil", "http:evil", "//[", "//a\u2100b", "/a\r\nb", "/" + "a" * 2000, "javascript:1"],
)
def test_one_is_never_sent_elsewhere(app: Flask, client: FlaskClient, target: str) -> None:
    with app.app_context():
        make.sign_in(client, make.person("commune_officer"))

    switched = send(client, "/language", {"locale": "en", "next": target}, page="/")
    again = client.get("/sign-in", query_string={"next": target})

    assert (switched.status_code, switched.location) == (302, "/")
    assert (again.status_code, again.location) == (302, "/")


def test_one_is_sent_on_to_the_page_that_was_asked_for(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("commune_officer"))

    answer = client.get("/sign-in", query_string={"next": "/dossiers/?q=xuân+tây&state="})

    assert answer.location == "/dossiers/?q=xu%C3%A2n+t%C3%A2y&state="


@pytest.mark.parametrize("host", ["..a", "x" * 300])
@pytest.mark.parametrize("url", ["/sign-in", "/dossiers", "/nothing"])
def test_a_host_that_cannot_be_is_told_so(client: FlaskClient, host: str, url: str) -> None:
    answer = client.get(url, headers={"Host": host})

    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("url", ["/language", "/sign-in", "/verify/", "/nothing", "/dossiers/open"])
def test_a_form_too_large_is_refused_before_it_is_read(client: FlaskClient, url: str) -> None:
    answer = client.post(url, data=LARGE, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (404, 405, 413)
    assert answer.headers["Cache-Control"] == "no-store"
