"""A help page for each role, in both languages."""

import re
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import expect

from certflow.catalogue import role_titles
from certflow.desk.guide import PICTURES, Picture, steps_of
from tests import make
from tests.browser import PHONE, OpenPage, Screenshot, sign_in
from tests.browsing import in_english
from tests.desk.test_budgets import HEAVIEST

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_role_has_a_page_with_its_steps_and_their_pictures(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_officer"))
        names = list(role_titles.roles())

    for name in names:
        page = client.get(f"/help/{name}")
        assert page.status_code == 200
        steps = page.text.count("<li><p><b>")
        pictures = re.findall(r'<a href="(/static/help/[^"]+)" data-picture="\d+x\d+">[^<]{20,}</a>', page.text)
        assert len(set(pictures)) == steps >= 4, name
    assert client.get("/help/nobody").status_code == 404
    picture = client.get(pictures[0])
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


@pytest.mark.parametrize("script", [True, False])
def test_the_first_load_of_the_longest_page_is_light_and_scripts_show_each_picture(
    app: Flask, open_page: OpenPage, screenshot: Screenshot, script: bool
) -> None:
    with app.app_context():
        reader = make.person("education_officer").sign_in_name
    with app.test_request_context():
        longest = max(role_titles.roles(), key=lambda role: len(list(steps_of(role))))
    page, loaded = open_page(PHONE, java_script_enabled=script), list[int]()
    sign_in(page, reader)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.on("requestfinished", lambda request: loaded.append(request.sizes()["responseBodySize"]))
    page.goto(f"/help/{longest}", wait_until="networkidle")
    sys.stdout.write(f"first load of /help/{longest} {'with' if script else 'without'} scripts: {sum(loaded)} bytes\n")
    assert 20_000 < sum(loaded) < HEAVIEST
    screenshot(page, f"help-{'with' if script else 'without'}-scripts")
    pictures, links = page.locator(".guide img"), page.locator(".guide figure a")
    if script:
        for link in links.all():
            link.scroll_into_view_if_needed()
        expect(pictures).to_have_count(links.count())
        expect(pictures.last).to_have_js_property("naturalWidth", 2 * int(pictures.last.get_attribute("width") or 0))
    else:
        expect(pictures).to_have_count(0)


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
