"""A help page for each role, in both languages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import role_titles
from tests import make
from tests.browsing import in_english

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_role_has_a_page_with_its_steps(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_officer"))
        names = list(role_titles.roles())

    for name in names:
        page = client.get(f"/help/{name}")
        assert page.status_code == 200
        assert page.text.count("<li><p><b>") >= 4, name
    assert client.get("/help/nobody").status_code == 404


@pytest.mark.parametrize(
    ("role", "steps", "not_steps"),
    [
        ("commune_officer", ("Fill in each criterion",), ("Look through and file", "Decide.")),
        ("commune_chair", ("Look through and file",), ("Fill in each criterion",)),
        ("district_appraiser", ("Write your findings",), ("Make the accounts", "Decide.")),
        ("education_head", ("Decide.",), ("Fill in each criterion",)),
        ("administrator", ("Make the accounts", "Enter the offices"), ("Follow a dossier",)),
    ],
)
def test_a_page_holds_the_steps_of_its_role_alone(
    app: Flask, client: FlaskClient, role: str, steps: tuple[str, ...], not_steps: tuple[str, ...]
) -> None:
    with app.app_context():
        make.sign_in(client, make.person(role))

    listed = in_english(client).get("/help/").text
    page = client.get(f"/help/{role}").text

    assert listed.index("Your roles") < listed.index(f"/help/{role}") < listed.index("Other roles")
    assert all(step in page for step in steps)
    assert not any(step in page for step in not_steps)
