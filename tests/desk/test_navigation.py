"""The menu holds every task of the person's roles, and opens without scripts."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from certflow.http.policy import rule_for, table_of
from tests import make
from tests.browser import DESKTOP, PHONE, OpenPage, assert_accessible, assert_fits, sign_in
from tests.browsing import in_english

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# The lists and beginnings of tasks that only administrators have, by the endpoints' addresses.
OF_ADMINISTRATORS = {
    *("/rounds/", "/rounds/new", "/working-days/", "/people/", "/people/import/", "/delegations/", "/units/"),
    *("/units/apply", "/units/contacts", "/rules/", "/rating-sets/", "/authority/", "/signing-rules/"),
    *("/inheritance/", "/proposals/", "/audit/", "/recusals/", "/councils/", "/help/"),
}


def menu(page: str) -> str:
    return page.split('<details class="menu"')[1].split("</details>")[0]


def links(part: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', part)


def test_an_administrator_finds_every_task_in_the_menu(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))

    offered = links(menu(client.get("/").text))

    assert set(offered) == OF_ADMINISTRATORS
    assert len(offered) == len(set(offered))
    assert [client.get(address).status_code for address in offered] == [200] * len(offered)


def test_every_list_of_the_administrators_rooms_is_in_the_menu(app: Flask) -> None:
    listed = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.endswith((".listed", ".start"))
        and not rule.arguments
        and (of_route := rule_for(table_of(app), rule.endpoint, "GET"))
        and of_route.who.name != "anybody"
    }

    assert listed - OF_ADMINISTRATORS == {"/dossiers/"}  # beside the menu, on every page


@pytest.mark.parametrize(
    ("role", "sets"), [("commune_officer", False), ("education_head", False), ("province_reviewer", True)]
)
def test_others_find_what_is_open_to_them(app: Flask, client: FlaskClient, role: str, sets: bool) -> None:
    with app.app_context():
        make.sign_in(client, make.person(role))

    offered = links(menu(client.get("/").text))

    assert ("/rating-sets/" in offered) == sets
    assert not {"/people/", "/rounds/"} & set(offered)
    assert [client.get(address).status_code for address in offered] == [200] * len(offered)


def test_the_menu_marks_the_task_of_the_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        round_id = make.round_().id
        make.sign_in(client, make.person("administrator"))

    for address, label in (
        ("/people/new", "People"),
        (f"/rounds/{round_id}", "Rounds"),
        ("/rounds/new", "Open a new round"),
        ("/working-days/", "Working days"),
        ("/units/contacts", "Office contacts"),
    ):
        part = menu(in_english(client).get(address).text)
        assert re.findall(r'aria-current="page">([^<]+)<', part) == [label], address


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_opens_without_scripts_and_leaves_the_first_screen_free(
    app: Flask, open_page: OpenPage, scripts: bool
) -> None:
    with app.app_context():
        name = make.person("administrator").sign_in_name
    for viewport in (PHONE, DESKTOP):
        page: Page = open_page(viewport, java_script_enabled=scripts)
        sign_in(page, name)
        page.wait_for_selector("details.menu")
        header = page.locator("header.top").bounding_box()
        assert header is not None
        assert header["height"] <= 130
        page.locator("details.menu > summary").click()
        assert page.locator("details.menu a").first.is_visible()
        assert_fits(page)
        if scripts:
            assert_accessible(page)
            page.keyboard.press("Escape")
            assert not page.locator("details.menu a").first.is_visible()
