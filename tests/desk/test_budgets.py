"""Budgets of pages: how heavy they are on first load, and how many queries they make at any size."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.benchmarks.acts import submitted
from tests.browsing import counted

HEAVIEST = 100_000


def weight(client: FlaskClient, path: str) -> int:
    """Bytes of a page with its styles, script and pictures, uncompressed; not those that links lead to."""
    page = client.get(path)
    assert page.status_code == 200
    at_once = re.sub(r"<a [^>]*data-picture.*?</a>", "", page.text)
    parts = set(re.findall(r'(?:href|src)="(/static/[^"?#]+)', at_once))
    assert len(parts) >= 2
    return len(page.data) + sum(_size(client, part) for part in parts)


def _size(client: FlaskClient, path: str) -> int:
    with client.get(path) as response:
        return len(response.data)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", ["drafting", "appraising", "recognised_level_2"])
def test_every_page_of_a_dossier_is_light(app: Flask, client: FlaskClient, state: str) -> None:
    with app.app_context():
        dossier = make.dossier(at=state)
        reader = make.person_for("commune_officer" if state == "drafting" else "district_appraiser", dossier)
        address = f"/dossiers/{dossier.id}/"
    make.sign_in(client, reader)

    pages = ["/", "/dossiers/", address, f"{address}history", f"{address}check", f"{address}appraisal", "/rules/"]
    pages.append("/help/administrator")
    pages.append(f"{address}proof")
    pages += [f"{address}criteria/{n}" for n in range(1, 6)] + [f"{address}appraisal/{n}" for n in range(1, 6)]
    pages = [page for page in pages if state != "drafting" or "appraisal" not in page]
    weights = {page: weight(client, page) for page in pages}

    assert max(weights.values()) < HEAVIEST, weights


def test_my_work_makes_the_same_few_queries_however_many_dossiers_wait(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        submitted(3)
        officer = make.person("education_officer")
    make.sign_in(client, officer)
    with counted(app) as few:
        assert client.get("/").status_code == 200

    with app.app_context():
        found = make.round_(title="Đợt thứ hai")
        for _n in range(4):
            make.dossier(at="submitted", round_=found)
    with counted(app) as many:
        assert client.get("/").status_code == 200

    assert len(many) == len(few) <= 20, many


def test_the_overview_makes_a_bounded_number_of_queries(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="recognised_level_2")
        reader = make.person_for("district_appraiser", dossier)
    make.sign_in(client, reader)

    with counted(app) as statements:
        assert client.get(f"/dossiers/{dossier.id}/").status_code == 200

    assert len(statements) <= 28, statements
