"""A help page for each role, in both languages."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from certflow.catalogue import role_titles
from certflow.desk.guide import PICTURES, Picture, steps_of
from tests import make
from tests.browsing import in_english

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_role_has_a_page_with_its_steps_and_their_pictures(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_officer"))
        names = list(role_titles.roles())

    for name in names:
        page = client.get(f"/help/{name}")
        assert page.status_code == 200
        steps, pictures = page.text.count("<li><p><b>"), re.findall(r"<img [^>]+>", page.text)
        assert len(pictures) == steps >= 4, name
        assert all('loading="lazy" decoding="async"' in picture for picture in pictures), name
        assert len(set(re.findall(r'<a href="(/static/help/[^"]+)"><img src="\1" alt="[^"]{20,}"', page.text))) == steps
    assert client.get("/help/nobody").status_code == 404
    picture = client.get(re.findall(r'src="(/static/help/[^"]+)"', page.text)[0])
    assert (picture.mimetype, picture.cache_control.immutable) == ("image/webp", True)


def test_the_pictures_are_those_that_steps_name_and_small(app: Flask) -> None:
    with app.test_request_context():
        pictures: dict[str, Picture] = {}
        for role in role_titles.roles():
            pictures |= {step.picture.name: step.picture for step in steps_of(role)}
    paths = {path.name.removesuffix(".webp"): path for path in PICTURES.iterdir()}

    assert set(pictures) == set(paths), "poe pictures takes one for each step, and no other"
    for name, picture in pictures.items():
        with Image.open(paths[name]) as image:
            assert image.format == "WEBP"
            assert image.size in [tuple(n * side for side in picture.size) for n in (1, 2)], name
    sizes = {name: path.stat().st_size for name, path in paths.items()}
    assert max(sizes.values()) < 40_000, sizes
    assert sum(sizes.values()) < 400_000


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
