"""Drawings of schemes on pages, and the cases beside a definition."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from certflow.catalogue import catalogue, published
from certflow.criteria import cases
from certflow.law.catalogue import Catalogue
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from tests import make, versions
from tests.browser import assert_accessible, assert_fits, sign_in
from tests.browsing import in_english
from tests.desk.test_budgets import HEAVIEST, weight

CRITERIA = "/rules/criteria/learning_community_commune/1"
SCHEME = "/rules/schemes/dong_nai_commune_recognition/1"
NARROW = {"width": 360, "height": 780}
OUTSIDE = """() => [...document.querySelectorAll("svg.flow [data-state]")].flatMap((card) => {
  const box = card.querySelector("rect").getBBox();
  return [...card.querySelectorAll("text")].filter((text) => {
    const at = text.getBBox();
    const right = box.x + box.width, low = box.y + box.height + 1;
    return at.x < box.x || at.x + at.width > right || at.y < box.y || at.y + at.height > low;
  }).map((text) => text.textContent);
})"""


@pytest.fixture
def reader(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    return in_english(client)


def drawing(page: str) -> ElementTree.Element:
    """The drawing on a page, read as XML."""
    picture, *pieces = page[page.index('<svg class="flow"') :].split("</svg>")
    for piece in pieces:
        picture += "</svg>"
        if picture.count("<svg") == picture.count("</svg>"):
            break
        picture += piece
    return ElementTree.fromstring(picture)


def marked(page: str) -> dict[str, str | None]:
    """What the cards of the states on a page's drawing are marked as."""
    return {
        card.attrib["data-state"]: card.get("data-mark")
        for card in drawing(page).iter("g")
        if "data-state" in card.attrib
    }


def test_every_scheme_is_drawn_as_one_named_picture_with_every_state_and_action(
    app: Flask, reader: FlaskClient
) -> None:
    for spec in versions.definitions(app).workflows.values():
        page = reader.get(f"/rules/schemes/{spec.name}/{spec.version}").text
        picture = drawing(page)

        assert picture.attrib["role"] == "img"
        names = picture.attrib["aria-labelledby"].split()
        assert [element.attrib["id"] for element in picture if "id" in element.attrib] == names
        assert set(marked(page)) == set(spec.states)
        actions = [element.attrib["data-action"] for element in picture.iter() if "data-action" in element.attrib]
        assert sorted(actions) == sorted(t.action for t in spec.transitions for _origin in t.origins)
        told = " ".join("".join(element.itertext()) for element in picture.iter("text"))
        assert all(word in told for t in spec.transitions for word in t.title.en.split())
        assert "style=" not in ElementTree.tostring(picture, encoding="unicode")


def test_a_scheme_that_issues_nothing_and_has_no_dates_has_its_page(app: Flask, reader: FlaskClient) -> None:
    shipped = versions.definitions(app)
    bare: WorkflowSpec = replace(shipped.workflow(*make.SCHEME), version=versions.NEXT, outcome=None, deadlines=())
    versions.use(app, Catalogue(shipped.workflows | {bare.key: bare}, shipped.forms))

    page = reader.get(f"{SCHEME[:-1]}{versions.NEXT}").text

    assert "This scheme issues nothing." in page
    assert drawing(page) is not None


def test_a_dossiers_drawing_marks_where_it_is_and_where_it_was(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising")
        make.sign_in(client, make.person_for("district_appraiser", dossier))
        address = f"/dossiers/{dossier.id}/"

    page = in_english(client).get(address).text

    marks = marked(page)
    assert [state for state, mark in marks.items() if mark == "current"] == ["appraising"]
    assert {state for state, mark in marks.items() if mark == "visited"} == {"drafting", "awaiting_chair", "submitted"}
    assert page.count("The dossier is here") == 1


def test_the_pages_of_rules_tell_versions_use_and_publication(app: Flask, reader: FlaskClient) -> None:
    assert "Not yet" in reader.get(SCHEME).text
    with app.app_context():
        published.publish(catalogue.definitions())
        db.session.commit()

    scheme, criteria = reader.get(SCHEME).text, reader.get(CRITERIA).text

    spec = versions.definitions(app).workflow(*make.SCHEME)
    form = versions.definitions(app).form_of(spec)
    assert spec.fingerprint in scheme
    assert form.fingerprint in criteria
    assert "Not yet" not in scheme + criteria.split("<h2>Versions</h2>")[1]
    using = [w for w in versions.definitions(app).workflows.values() if w.form == form.name]
    assert len(using) > 1
    assert all(f'href="/rules/schemes/{w.name}/{w.version}"' in criteria for w in using)
    assert "No education department has confirmed this criteria set yet" in scheme


def test_the_cases_say_what_must_come_out_in_words(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        count = len(cases.tried(catalogue.definitions().workflows[make.SCHEME]))
    pages = [reader.get(f"{SCHEME}/cases").text]
    while 'rel="next"' in pages[-1]:
        pages.append(reader.get(f"{SCHEME}/cases?page={len(pages) + 1}").text)
    criteria = reader.get(f"{CRITERIA}/cases").text

    assert all(f"{count} cases, all as expected" in page for page in pages)
    both = "".join(pages)
    assert "Leads to: Waiting for the commune leader to file" in both
    assert "Refused: not the right role" in both
    assert "Refused: “A reason is given” is not fulfilled" in both
    assert "Self-assessment: nothing answered" in both
    assert "23:59:59 27/02" in both
    assert 'rel="next"' in pages[0]
    assert reader.get(f"{SCHEME}/cases?page=99").text.split("<main")[1] == pages[-1].split("<main")[1]
    assert "79 cases, all as expected" in criteria
    assert "No level; not met for level 1: 1.1" in criteria
    assert not re.search(r"not_own_dossier|awaiting_chair|disadvantaged_area", both + criteria)


def test_a_case_that_fails_shows_what_came_out_instead(app: Flask, reader: FlaskClient) -> None:
    shipped = versions.definitions(app)
    form = shipped.form("learning_community_commune", 1)
    *others, last = form.criteria
    first, *rest = last.indicators
    easy = tuple(
        replace(part, thresholds=tuple(replace(t, least=Fraction(1)) for t in part.thresholds)) for part in first.parts
    )
    changed = replace(first, parts=easy)
    criteria = (*others, replace(last, indicators=(changed, *rest)))
    other = replace(form, criteria=criteria, indicators=form.indicators | {first.code: changed})
    versions.use(app, Catalogue(shipped.workflows, shipped.forms | {(form.name, 1): other}))

    pages = "".join(reader.get(f"{CRITERIA}/cases?page={n}").text for n in (1, 2))

    assert "cases fail" in pages
    assert re.search(r'class="verdict bad">.*?level 2</span>', pages)


def test_a_case_refused_by_the_engines_own_rule_tells_the_part_taken_before(app: Flask, reader: FlaskClient) -> None:
    shipped = versions.definitions(app)
    scheme = shipped.workflows[make.SCHEME]
    words = ("Took part before in the role: Commune culture and society officer", "“The person had no other role")
    named = "".join(reader.get(f"{SCHEME}/cases?page={n}").text for n in (1, 2))
    silent = tuple(replace(t, needs=tuple(set(t.needs) - {"not_own_dossier"})) for t in scheme.transitions)
    versions.use(app, Catalogue(shipped.workflows | {make.SCHEME: replace(scheme, transitions=silent)}, shipped.forms))
    unnamed = "".join(reader.get(f"{SCHEME}/cases?page={n}").text for n in (1, 2))

    assert "102 cases, all as expected" in unnamed
    assert [unnamed.count(each) for each in words] == [named.count(each) for each in words] == [7, 7]


def test_a_definition_whose_file_is_gone_has_no_cases(app: Flask, reader: FlaskClient) -> None:
    shipped = versions.definitions(app)
    form = replace(shipped.form("learning_community_commune", 1), version=7, path="gone.toml")
    versions.use(app, Catalogue(shipped.workflows, shipped.forms | {(form.name, 7): form}))

    assert "This definition has no cases." in reader.get(f"{CRITERIA[:-1]}7/cases").text
    assert reader.get(f"{CRITERIA[:-1]}8/cases").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_page_of_the_rules_is_light(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    known = versions.definitions(app)
    addresses = [f"/rules/criteria/{name}/{version}" for name, version in known.forms]
    addresses += [f"/rules/schemes/{name}/{version}" for name, version in known.workflows]
    addresses += [f"{address}/cases?page={n}" for address in addresses for n in (1, 2)]

    weights = {address: weight(client, address) for address in addresses}

    assert max(weights.values()) < HEAVIEST, weights


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_a_browser_words_stay_in_their_boxes_and_a_narrow_phone_does_not_scroll_sideways(
    app: Flask, open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising")
        name = make.person_for("district_appraiser", dossier).sign_in_name
        address = f"/dossiers/{dossier.id}/"
    page = open_page(NARROW)
    sign_in(page, name)
    schemes = [f"/rules/schemes/{name}/{version}" for name, version in versions.definitions(app).workflows]
    for language in ("vi", "en"):
        if language == "en":
            page.get_by_role("button", name="English").click()
        for scheme in schemes:
            page.goto(scheme)
            assert page.evaluate(OUTSIDE) == []
            assert_fits(page)
        page.goto(address)
        page.locator("details:has(svg.flow) > summary").click()
        assert page.locator("svg.flow").is_visible()
        assert page.evaluate(OUTSIDE) == []
        assert_accessible(page)
        assert_fits(page)
