"""Documents for those who may see their dossier."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document
from certflow.results import documents
from certflow.results.pages.documents import file_name
from tests import make
from tests.browsing import counted


@pytest.fixture
def decided(app: Flask) -> Dossier:
    with app.app_context():
        return make.dossier("recognised_level_1")


def _papers(app: Flask, dossier: Dossier) -> dict[str, int]:
    with app.app_context():
        found = {document.kind: document.id for document in documents.of_dossier(dossier)}
        db.session.rollback()
    return found


def _issue(app: Flask, *ids: int) -> None:
    with app.app_context():
        for document_id in ids:
            documents.issue(document_id)
        db.session.commit()


@pytest.fixture
def officer(app: Flask, client: FlaskClient, decided: Dossier) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person_for("commune_officer", decided))
    return client


def test_while_the_file_is_made_the_page_says_so_and_the_file_leads_there(
    app: Flask, officer: FlaskClient, decided: Dossier
) -> None:
    paper = _papers(app, decided)["decision"]

    page = officer.get(f"/documents/{paper}")
    assert page.status_code == 200
    assert f"/documents/{paper}/file" not in page.text
    assert page.text.count(f'href="/documents/{paper}"') == 1
    answer = officer.get(f"/documents/{paper}/file")
    assert (answer.status_code, answer.location) == (302, f"/documents/{paper}")


def test_a_fault_in_making_the_file_is_shown_to_those_who_wait(
    app: Flask, officer: FlaskClient, decided: Dossier
) -> None:
    paper = _papers(app, decided)["decision"]
    with app.app_context():
        documents.note_fault(paper, "typst: <glyph> missing")
        db.session.commit()

    page = officer.get(f"/documents/{paper}").text

    assert "typst: &lt;glyph&gt; missing" in page
    assert 'class="box warning"' in page


def test_the_file_is_an_attachment_with_a_plain_name(app: Flask, officer: FlaskClient, decided: Dossier) -> None:
    papers = _papers(app, decided)
    _issue(app, *papers.values())

    page = officer.get(f"/documents/{papers['decision']}").text
    answer = officer.get(f"/documents/{papers['decision']}/file")

    assert f"/documents/{papers['decision']}/file" in page
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    year = dt.datetime.now(tz=dt.UTC).year
    assert answer.headers["Content-Disposition"] == f'attachment; filename="01-QD-PGDDT-{year}.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_copy_is_a_page_of_its_own_under_the_same_policy(
    app: Flask, officer: FlaskClient, decided: Dossier
) -> None:
    answer = officer.get(f"/documents/{_papers(app, decided)['decision']}/copy")

    assert answer.status_code == 200
    assert answer.text.lstrip().lower().startswith("<!doctype html>")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "01/QĐ-PGDĐT" in answer.text


def test_a_document_of_a_dossier_that_is_not_theirs_is_not_found(
    app: Flask, client: FlaskClient, decided: Dossier
) -> None:
    paper = _papers(app, decided)["decision"]
    with app.app_context():
        make.sign_in(client, make.person("commune_officer", make.unit("Xã Suối Cát")))

    for path in ("", "/copy", "/file"):
        assert client.get(f"/documents/{paper}{path}").status_code == 404
    assert client.get("/documents/4711").status_code == 404


def test_a_document_page_needs_few_queries(app: Flask, officer: FlaskClient, decided: Dossier) -> None:
    paper = _papers(app, decided)["decision"]
    officer.get(f"/documents/{paper}")
    with counted(app) as statements:
        officer.get(f"/documents/{paper}")

    assert len(statements) <= 7, statements


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_names_of_files_are_ascii_whatever_the_notation(app: Flask) -> None:
    names = [
        file_name(Document(number=number, notation=notation, year=2026))
        for number, notation in ((5, "QĐ-PGDĐT"), (112, "GCN-CĐHT-TH"), (7, 'x"/../y'))
    ]

    assert names == ["05-QD-PGDDT-2026.pdf", "112-GCN-CDHT-TH-2026.pdf", "07-X-Y-2026.pdf"]
