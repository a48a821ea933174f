"""Every page that can be opened, in both languages, at phone and desktop width: accessible, fitting, photographed."""

import re
from collections.abc import Callable
from copy import deepcopy
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from certflow import clock
from certflow.definitions.set_tables import Content
from certflow.models.base import db
from certflow.models.recognition import Document, Recognition
from certflow.services import documents, people, rating_sets
from tests import make
from tests.browser import DESKTOP, PHONE, Screenshot, assert_accessible, assert_fits
from tests.sets import CONTENT, HEAD, another_province

FAMILY = "learning_centre_rating"

READERS = {
    "commune_officer": ("/", "/dossiers/", "/account", "{draft}", "{draft}criteria/1", "{draft}criteria/5",
                        "{draft}meeting", "{draft}check", "{draft}actions/hand_over", "{returned}",
                        "{done}", "{done}history", "{done}proof", "{done}submissions/1", "/documents/{paper}",
                        "/documents/{paper}/copy", "{declined}"),
    "education_officer": ("/", "{filed}", "{filed}actions/return_for_changes", "{filed}check"),
    "district_appraiser": ("/", "{appraising}", "{appraising}appraisal", "{appraising}appraisal/1",
                           "{appraising}appraisal/5", "{appraising}proof"),
    "education_head": ("/", "{endorsed}", "{endorsed}actions/recognise_level_2", "{endorsed}actions/decline"),
    "province_reviewer": ("/", "/dossiers/?q=xuan", "/rules/", "/rules/criteria/learning_community_commune/1",
                          "/rules/schemes/dong_nai_commune_recognition/1",
                          "/rules/schemes/dong_nai_commune_recognition/1/cases",
                          "/rules/criteria/learning_community_commune/1/cases", "/rating-sets/", "{begun}",
                          "{set}", "{set}head", "{set}groups/1", "{set}groups/1?check=1", "{set}classes?check=1",
                          "{set}limits", "{set}file", "{set}publish", "{own}", "{own}preview", "{own}preview/1",
                          "{own}preview/2"),
    "administrator": ("/", "/rounds/", "/rounds/new", "/rounds/1", "/people/", "/people/new", "/people/1",
                      "/people/1/appointments", "/people/1/appointments?role=commune_officer&q=xuan", "/rating-sets/",
                      "{set}", "/nowhere"),
    "": ("/sign-in", "/verify/", "/verify/{code}", "/verify/{code}/certificate", "/verify/WRONG"),
}  # fmt: skip


def places(app: Flask) -> dict[str, str]:
    """The addresses that the pages above need, in a season made by the real actions."""
    with app.app_context():
        make.people()
        made = {
            "draft": make.dossier(unit=make.unit()),
            "filed": make.dossier(at="submitted"),
            "appraising": make.dossier(at="appraising"),
            "endorsed": make.dossier(at="endorsed", level=2),
        }
        seasons = {name: make.round_(title=f"Đợt {name}") for name in ("returned", "done", "declined")}
        made["returned"] = make.dossier(at="returned", unit=make.unit(), round_=seasons["returned"])
        made["done"] = make.dossier(at="recognised_level_2", unit=make.unit(), round_=seasons["done"])
        made["declined"] = make.dossier(at="declined", unit=make.unit(), round_=seasons["declined"])
        for document_id in documents.pending(10):
            documents.issue(document_id)
        db.session.commit()
        recognition = db.session.query(Recognition).one()
        paper = db.session.query(Document).filter_by(dossier_id=made["done"].id, kind="certificate").one()
        found = {name: f"/dossiers/{dossier.id}/" for name, dossier in made.items()}
        return found | {"code": recognition.verify_code, "paper": str(paper.id)} | sets()


def sets() -> dict[str, str]:
    """A department's published set, its next version with faults, and one just begun elsewhere by the same person."""
    who, far = make.person("province_reviewer"), another_province()
    people.give(who, role="province_reviewer", unit_id=far.id, starts_on=clock.today())
    make.commit()
    begun = [rating_sets.begin(unit.id, FAMILY, actor=who) for unit in (far, make.province())]
    own = rating_sets.save_head(begun[1].id, HEAD, actor=who, revision=begun[1].revision)
    own = rating_sets.save(own.id, lambda _old: CONTENT, actor=who, revision=own.revision)
    own = rating_sets.publish(own.id, actor=who, revision=own.revision)
    make.commit()
    draft = rating_sets.begin(make.province().id, FAMILY, actor=who)
    rating_sets.save(draft.id, _spoiled, actor=who, revision=draft.revision)
    make.commit()
    return {name: f"/rating-sets/{one.id}/" for name, one in (("begun", begun[0]), ("own", own), ("set", draft))}


def _spoiled(content: Content) -> Content:
    """With mistakes in a row and in a class."""
    spoiled = deepcopy(content)
    spoiled["criteria"][0]["indicators"][1] |= {"most": "mười", "title": {"vi": "", "en": ""}}
    spoiled["bands"][0]["at_least"] = "không"
    return spoiled


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("viewport", "language"), [(PHONE, "vi"), (DESKTOP, "vi"), (DESKTOP, "en")], ids=["phone", "desktop", "english"]
)
def test_every_page_is_accessible_and_fits(
    app: Flask, open_page: Callable[..., Page], screenshot: Screenshot, viewport: object, language: str
) -> None:
    where = places(app)
    with app.app_context():
        names = {role: person.sign_in_name for role, person in make.people().items()}
    for role, addresses in READERS.items():
        page = open_page(viewport)
        if role:
            page.goto("/sign-in")
            page.locator('[name="sign_in_name"]').fill(names[role])
            page.locator('[name="password"]').fill(make.PASSWORD)
            page.locator('[name="password"]').press("Enter")
            page.wait_for_url(lambda url: urlsplit(url).path == "/")
        if language == "en":
            page.goto("/sign-in" if not role else "/")
            page.get_by_role("button", name="English").click()
        for address in addresses:
            page.goto(address.format_map(where))
            assert_accessible(page)
            assert_fits(page)
            name = re.sub(r"[^a-z0-9]+", "-", f"{role or 'public'}-{address}").strip("-")
            screenshot(page, f"{language}-{name}")
