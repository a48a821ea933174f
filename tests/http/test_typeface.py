"""The typeface of the pages: light, licensed, taken by every page, and with every sign that the pages write."""

from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont
from playwright.sync_api import expect

from certflow.config import resource
from certflow.gateways.unit_sources import data
from tests.browser import PHONE, OpenPage
from tests.typeface import STATIC, WEIGHTS, characters, path_of

HEAVIEST = 40_000
SYMBOLS = set("→←▲▼✓")  # which the typeface does not have; every device draws them
CATALOGUE = STATIC.parents[1] / "translations" / "vi" / "LC_MESSAGES" / "messages.po"


def _written() -> Counter[str]:
    """Every sign of the catalogue, the templates, the definitions and the names of all units."""
    files = [CATALOGUE]
    for folder, kinds in {"templates": ("*.html", "*.txt"), "workflows": ("*.toml",), "forms": ("*.toml",)}.items():
        files += [path for kind in kinds for path in resource(folder).rglob(kind)]
    written = Counter("".join(path.read_text("utf-8") for path in files))
    for unit in (*data.legacy_units(), *data.current_units()):
        written.update(unit.name)
    return written


@pytest.mark.parametrize("weight", WEIGHTS)
def test_it_has_every_sign_that_the_pages_write(weight: str) -> None:
    drawn = {chr(code) for code in TTFont(path_of(weight)).getBestCmap()}

    assert set(_written()) - drawn - SYMBOLS - {"\n"} == set()
    assert characters() <= drawn


def test_both_weights_are_light_and_the_licence_lies_beside_them() -> None:
    assert sum(path_of(weight).stat().st_size for weight in WEIGHTS) <= HEAVIEST
    assert "SIL OPEN FONT LICENSE Version 1.1" in (STATIC / "be-vietnam-pro.LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_is_written_in_it_and_nothing_moves_when_it_comes(
    app: Flask, client: FlaskClient, open_page: OpenPage
) -> None:
    page = open_page(PHONE)
    page.goto("/sign-in")
    expect(page.locator("h1")).to_be_visible()

    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('600 16px \"Be Vietnam Pro\"', 'Ậ'))")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    taken = client.get(next(path for path in loaded if path.endswith(".woff2")))
    assert (taken.mimetype, taken.cache_control.max_age) == ("font/woff2", 365 * 24 * 3600)
    height = "document.documentElement.scrollHeight"
    with_it = page.evaluate(height)
    page.route("**/*.woff2", lambda route: route.abort())
    page.reload()
    assert abs(page.evaluate(height) - with_it) <= 24
