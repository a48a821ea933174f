"""Every page that can be opened, in both languages, at phone and desktop width: accessible, fitting, photographed."""

import io
import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from flask import Flask
from playwright.sync_api import Page

from certflow import clock
from certflow.assessment import evidence
from certflow.criteria import rating_sets
from certflow.law.sets.tables import Content
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document, Recognition
from certflow.people import people
from certflow.results import documents
from certflow.rules import authority
from tests import make, make_two_tier, versions
from tests.browser import DESKTOP, PHONE, Screenshot, assert_accessible, assert_fits, sign_in
from tests.dossiers.moves import moved
from tests.gateways import samples
from tests.schemes import loaded
from tests.sets import CONTENT, HEAD, another_province
from tests.versions import retitled

FAMILY = "learning_centre_rating"
# Where the dossiers of one commune stand, each in a round of its own.
STATES = {
    "returned": "returned",
    "done": "recognised_level_2",
    "declined": "declined",
    "handed": "awaiting_chair",
}

READERS = {
    "commune_officer": ("/", "/?handled=mine", "/dossiers/", "{draft}handling/over",
                        "/account", "{draft}", "{draft}criteria/1", "{draft}criteria/5",
                        "{draft}meeting", "{draft}check", "{draft}actions/hand_over", "{returned}",
                        "/evidence/{file}/pages/1", "{handed}take-back", "/kept/",
                        "{done}", "{done}history", "{done}proof", "{done}submissions/1", "/documents/{paper}",
                        "/documents/{paper}/copy", "{declined}",
                        "{moved}", "{moved}criteria/1", "{moved}check", "{moved}history", "{moved}proof"),
    "education_officer": ("/", "{filed}", "{filed}actions/return_for_changes", "{filed}check",
                          "{filed}paper-receipt", "/proposals/"),
    "district_appraiser": ("/", "{appraising}", "{appraising}appraisal", "{appraising}appraisal/1",
                           "{appraising}appraisal/5", "{appraising}proof", "{appraising}conflict", "{done}revocation"),
    "education_head": ("/", "{endorsed}", "{endorsed}actions/recognise_level_2", "{endorsed}actions/decline",
                       "{endorsed}actions/recognise_level_2/draft/decision",
                       "{endorsed}actions/recognise_level_2/draft/certificate"),
    "province_reviewer": ("/", "/dossiers/?q=xuan", "/dossiers/?sort=-unit",
                          "/help/province_reviewer", "/rules/", "/rules/criteria/learning_community_commune/1",
                          "/rules/schemes/dong_nai_commune_recognition/1",
                          "/rules/schemes/dong_nai_commune_recognition/1/cases",
                          "/rules/criteria/learning_community_commune/1/cases", "/rating-sets/", "{begun}",
                          "{set}", "{set}head", "{set}groups/1", "{set}groups/1?check=1", "{set}classes?check=1",
                          "{set}limits", "{set}file", "{set}publish", "{own}", "{own}preview", "{own}preview/1",
                          "{own}preview/2"),
    "department_officer": ("/", "{proposed}", "/rules/schemes/two_tier_commune_recognition/1"),
    "department_head": ("{decided}", "{gone}", "/authority/"),
    "administrator": ("/", "/rounds/", "/rounds/new", "/rounds/1", "/rounds/1/move", "/people/",
                      "/people/new", "/people/1", "/people/1/appointments",
                      "/people/1/appointments?role=commune_officer&q=xuan", "/rating-sets/", "{set}", "/nowhere",
                      "/authority/", "/authority/new", "{rule}", "{rule}/withdraw", "{gone}", "{ruled}", "{unruled}",
                      "/proposals/", "/recusals/", "/recusals/new?q=xuan", "/councils/", "/councils/new",
                      "/delegations/", "/delegations/new", "/signing-rules/", "/signing-rules/new",
                      "/units/?q=xuan", "/units/1",
                      "/units/1/below", "/units/1/offices", "/units/contacts", "/units/1/contact", "/help/",
                      "/help/administrator", "/rounds/new?all=1", "/units/apply", "/inheritance/", "/inheritance/new",
                      "/people/import/", "/people/1/same", "/people/1/sign-ins", "/people/1/events",
                      "/account", "/account/second-factor",
                      "/working-days/", "/working-days/?year=2101", "/rules/schemes/province_recognition/1"),
    "centre_officer": ("/dossiers/open?round_id={centre_round}&unit_id={centre_unit}", "{centre}", "{centre}check"),
    "rating_head": ("{rated}", "{recorded}history", "{sent}actions/record", "/documents/{sample}",
                    "/documents/{sample}/copy"),
    "": ("/sign-in", "/sign-in/forgotten", "/verify/", "/verify/{code}", "/verify/{code}/certificate", "/verify/WRONG",
         "/verify/{rated_code}", "/verify/{recorded_code}"),
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
        for name, state in STATES.items():
            made[name] = make.dossier(at=state, unit=make.unit(), round_=make.round_(title=f"Đợt {name}"))
        file = _file(made["draft"])
        for document_id in documents.pending(10):
            documents.issue(document_id)
        db.session.commit()
        made["moved"] = make.dossier(unit=make.unit(), round_=make.round_(title="Đợt moved"), claims=make.answers(1))
        moved(made["moved"].round_id, versions.add(of_form=retitled("1.1", "5.1")))
        recognition = db.session.query(Recognition).one()
        paper = db.session.query(Document).filter_by(dossier_id=made["done"].id, kind="certificate").one()
        found = {name: f"/dossiers/{dossier.id}/" for name, dossier in made.items()} | {"file": file}
        return found | {"code": recognition.verify_code, "paper": str(paper.id)} | _of_other_kinds() | sets()


def _file(draft: Dossier) -> str:
    """The id of a file attached to the draft."""
    officer = make.person("commune_officer")
    return str(evidence.attach(draft.id, "1.1", io.BytesIO(samples.pdf()), "kế hoạch.pdf", actor=officer).id)


def _of_other_kinds() -> dict[str, str]:
    """The same of a scheme about learning centres, on a sample set, and of one whose decision is made elsewhere."""
    loaded.use()
    rated = loaded.walked(loaded.opened(loaded.RATING), "rated")
    sent = loaded.walked(loaded.opened(loaded.OUTSIDE), "sent")
    recorded = loaded.walked(loaded.opened(loaded.OUTSIDE, practice=True), "recorded")
    draft = loaded.opened(loaded.RATING, name="Trung tâm học tập cộng đồng Ấp 1")
    papers = documents.of_dossier(rated)
    for paper in papers:
        documents.issue(paper.id)
    db.session.commit()
    codes = {result.dossier_id: result.verify_code for result in db.session.query(Recognition)}
    made = {"rated": rated, "sent": sent, "recorded": recorded, "centre": draft}
    return {name: f"/dossiers/{dossier.id}/" for name, dossier in made.items()} | {
        "centre_round": str(rated.round_id),
        "centre_unit": str(rated.unit_id),
        "sample": str(papers[-1].id),
        "rated_code": codes[rated.id],
        "recorded_code": codes[recorded.id],
    }


def two_tiers(app: Flask) -> dict[str, str]:
    """The same without districts: decided by a rule that is withdrawn since, waiting for one, a round with one."""
    with app.app_context():
        gone = make_two_tier.rule()
        decided = make_two_tier.dossier("recognised_level_1")
        authority.withdraw(gone.id, reason=make.REASON, actor=make.person("administrator"))
        proposed = make_two_tier.dossier("proposed", unit=make_two_tier.COMMUNES[1])
        rule = make_two_tier.rule(unit_id=make.province().id)
        ruled = make_two_tier.round_("Đợt có quy định", at=make.province())
        found = {"decided": f"/dossiers/{decided.id}/", "proposed": f"/dossiers/{proposed.id}/"}
        found |= {"rule": f"/authority/{rule.id}", "gone": f"/authority/{gone.id}"}
        return found | {"ruled": f"/rounds/{ruled.id}", "unruled": f"/rounds/{proposed.round_id}"}


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
@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "vi"), (DESKTOP, "en")], ids=["phone", "desktop"])
def test_every_page_is_accessible_and_fits(
    app: Flask, open_page: Callable[..., Page], screenshot: Screenshot, viewport: object, language: str
) -> None:
    where = places(app) | two_tiers(app)
    with app.app_context():
        people = (
            make.people()
            | {role: make.person(role, make_two_tier.province()) for role in ("department_officer", "department_head")}
            | {
                "centre_officer": make.person("centre_officer"),
                "rating_head": make.person("rating_head"),
            }
        )
        names = {role: person.sign_in_name for role, person in people.items()}
    for role, addresses in READERS.items():
        page = open_page(viewport)
        if role:
            sign_in(page, names[role])
        if language == "en":
            page.goto("/sign-in" if not role else "/")
            page.get_by_role("button", name="English").click()
        for address in addresses:
            page.goto(address.format_map(where))
            assert_accessible(page)
            assert_fits(page)
            name = re.sub(r"[^a-z0-9]+", "-", f"{role or 'public'}-{address}").strip("-")
            screenshot(page, f"{language}-{name}")
