"""The pages of a rating by points and of a record, on a phone: accessible and fitting."""

import pytest
from flask import Flask

from certflow.catalogue import catalogue
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from tests import make
from tests.assessment.made_schemes import scheme_with
from tests.browser import PHONE, OpenPage, assert_accessible, assert_fits, sign_in
from tests.definitions.made import RATING, RECORD, read

PAGES = ("", "criteria/1", "criteria/2", "check")
CLAIMS = {"1.1": {"value": "yes"}, "1.2": {"value": "10"}, "2.1": {"value": "0"}}


def _look(app: Flask, open_page: OpenPage, role: str, about: Dossier, paths: list[str]) -> None:
    with app.app_context():
        name = make.person_for(role, db.session.get_one(Dossier, about.id)).sign_in_name
    page = open_page(PHONE)
    sign_in(page, name)
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert_accessible(page)
        assert_fits(page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_rating_can_be_read_and_typed_on_a_phone(app: Flask, open_page: OpenPage) -> None:
    with scheme_with(app, read(RATING)):
        with app.app_context():
            made = make.dossier("appraising", claims=CLAIMS)
            appraiser = catalogue.workflow_of(made).spec.states[made.state].turn
            draft = make.dossier(claims=CLAIMS)
        rules = "/rules/criteria/learning_centre_rating_sample/1"
        _look(app, open_page, "commune_officer", draft, [*(f"/dossiers/{draft.id}/{rest}" for rest in PAGES), rules])
        paths = [f"/dossiers/{made.id}/appraisal{rest}" for rest in ("", "/1", "/3")]
        _look(app, open_page, appraiser, made, paths)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_record_can_be_read_and_typed_on_a_phone(app: Flask, open_page: OpenPage) -> None:
    with scheme_with(app, read(RECORD)):
        with app.app_context():
            draft = make.dossier()
        rules = "/rules/criteria/made_report/1"
        _look(app, open_page, "commune_officer", draft, [*(f"/dossiers/{draft.id}/{rest}" for rest in PAGES), rules])
