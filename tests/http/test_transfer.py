"""How answers travel: compressed for who takes it, styles and scripts kept for a year under a name of their content."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from playwright.sync_api import Response as Answer
from werkzeug.test import TestResponse

from certflow.http import transfer
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.results import documents
from tests import make
from tests.browser import OpenPage
from tests.browsing import counted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def _static(page: str) -> set[str]:
    return set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))


def _varies(answer: TestResponse) -> set[str]:
    return {name.strip() for name in answer.headers.get("Vary", "").split(",")} - {""}


@pytest.mark.parametrize("sent", ["gzip", "gzip, deflate, br, zstd", "br;q=1, gzip;q=0.5", "*", "GZIP"])
def test_a_page_is_compressed_for_who_takes_it(client: FlaskClient, sent: str) -> None:
    plain = client.get("/sign-in")

    answer = client.get("/sign-in", headers={"Accept-Encoding": sent})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in _varies(answer)
    assert answer.content_length == len(answer.data) < len(plain.data) / 2
    assert _alike(gzip.decompress(answer.data).decode()) == _alike(plain.text)


def _alike(page: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", page)


@pytest.mark.parametrize("sent", [None, "identity", "gzip;q=0", "br", "*;q=0", "deflate, gzip;q=0.0"])
def test_a_page_goes_as_it_is_to_everybody_else(client: FlaskClient, sent: str | None) -> None:
    answer = client.get("/sign-in", headers={"Accept-Encoding": sent} if sent else {})

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in _varies(answer)
    assert "</html>" in answer.text


def test_refusals_are_compressed_and_small_answers_are_not(client: FlaskClient) -> None:
    absent, redirect, health = (client.get(path, headers=GZIP) for path in ("/verify/x", "/", "/health"))

    assert absent.status_code == 404
    assert "</html>" in gzip.decompress(absent.data).decode()
    assert (redirect.status_code, redirect.headers.get("Content-Encoding")) == (302, None)
    assert health.headers.get("Content-Encoding") is None
    assert len(health.data) < transfer.LEAST


def test_head_says_what_get_would_and_carries_nothing(client: FlaskClient) -> None:
    answer = client.head("/sign-in", headers=GZIP)

    assert (answer.headers["Content-Encoding"], answer.data) == ("gzip", b"")


def test_lengths_of_the_same_page_differ_by_chance(client: FlaskClient) -> None:
    client.get("/sign-in")

    assert len({len(client.get("/verify/", headers=GZIP).data) for _n in range(20)}) > 1


def test_papers_are_streamed_as_they_are(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("recognised_level_1")
        (paper, *_rest) = documents.of_dossier(dossier)
        documents.issue(paper.id)
        make.commit()
        reader, path = make.person_for("commune_officer", dossier), f"/documents/{paper.id}/file"
    make.sign_in(client, reader)

    with client.get(path, headers=GZIP) as answer:
        assert answer.data.startswith(b"%PDF-")
        assert "Content-Encoding" not in answer.headers


def test_pages_that_show_second_factors_are_not_compressed(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make.person("administrator")
        make.commit()
    make.sign_in(client, person)

    answer = client.get("/account/second-factor", headers=GZIP)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_every_style_and_script_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    names = _static(client.get("/sign-in").text)
    (style,) = (name for name in names if name.endswith(".css"))
    names |= {f"/static/{face}" for face in re.findall(r'url\("([^"]+)"\)', client.get(style).text)}

    assert len(names) == 5
    for name in names:
        with counted(app) as statements:
            plain, packed = client.get(name), client.get(name, headers=GZIP)
        assert re.fullmatch(r"/static/[a-z0-9-]+\.[0-9a-f]{16}\.(css|js|svg|woff2)", name)
        for answer in (plain, packed):
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert _varies(answer) <= {"Accept-Encoding"}
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert packed.headers.get("Content-Encoding", "gzip") == "gzip"
        if "Content-Encoding" in packed.headers:
            assert gzip.decompress(packed.data) == plain.data
        assert statements == []


def test_a_kept_file_is_not_sent_again(client: FlaskClient) -> None:
    (name,) = (name for name in _static(client.get("/sign-in").text) if name.endswith(".css"))
    plain, packed = client.get(name), client.get(name, headers=GZIP)

    assert plain.headers["ETag"] != packed.headers["ETag"], "two contents"
    for sent, first in (({}, plain), (GZIP, packed)):
        again = client.get(name, headers={**sent, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(name, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["certflow.css", "certflow.0123456789abcdef.css", "../app.py", "a/b.css", ""])
def test_no_other_name_is_served_and_that_is_not_kept(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/{name}")

    assert answer.status_code in (302, 404)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("database_url")
def test_another_content_has_another_name_and_styles_name_what_they_use(tmp_path: Path) -> None:
    def named(font: bytes) -> dict[str, str]:
        (tmp_path / "own.woff2").write_bytes(font)
        (tmp_path / "own.css").write_text("a { src: url(own.woff2) } b { src: url('#x') }")
        app = Flask("own", static_folder=str(tmp_path))
        transfer.register(app)
        with app.test_request_context():
            urls = {name: url_for("static", filename=name) for name in ("own.css", "own.woff2")}
        style = app.test_client().get(urls["own.css"]).text
        assert style == f"a {{ src: url(\"{urls['own.woff2'].rpartition('/')[2]}\") }} b {{ src: url('#x') }}"
        assert app.test_client().get(urls["own.woff2"]).mimetype == "font/woff2"
        return urls

    first, second = named(b"one"), named(b"two")

    assert not set(first.values()) & set(second.values())
    assert named(b"one") == first


def test_pages_are_styled_and_their_script_runs_in_a_browser(app: Flask, open_page: OpenPage) -> None:
    with app.app_context():
        dossier = make.dossier("recognised_level_1")
        for paper in documents.of_dossier(dossier):
            documents.issue(paper.id)
        make.commit()
        code = db.session.query(Recognition).one().verify_code
    page = open_page()
    answers: list[Answer] = []
    page.on("response", lambda answer: answers.append(answer))

    for path in ("/sign-in", "/verify/", f"/verify/{code}", f"/verify/{code}/certificate"):
        page.goto(path, wait_until="load")
        assert page.evaluate("document.styleSheets.length && document.styleSheets[0].cssRules.length > 5"), path

    page.goto("/verify/")
    page.evaluate("document.querySelector('form').addEventListener('submit', (event) => event.preventDefault())")
    assert page.evaluate("typeof percent") == "function"
    kept = [answer for answer in answers if "/static/" in answer.url]
    assert {answer.status for answer in kept} <= {200, 304}
    assert {answer.url.rpartition(".")[2] for answer in kept} >= {"css", "js"}
    assert any(answer.headers.get("content-encoding") == "gzip" for answer in answers)
