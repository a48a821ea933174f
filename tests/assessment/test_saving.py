"""Saving a criterion: the guard locks the dossier, and the service takes what is locked instead of loading it again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.access import access
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from tests import make
from tests.browsing import counted, send, typed_in

PAGES = {
    "claims": ("drafting", "commune_officer", "criteria"),
    "findings": ("appraising", "district_appraiser", "appraisal"),
}


def loads(statements: list[str]) -> list[str]:
    """The statements that read the row of a dossier."""
    return [each for each in statements if each.startswith("SELECT") and "dossier.entered_at" in each]


def opened(app: Flask, client: FlaskClient, what: str, number: int = 5) -> str:
    """The address of a criterion of a new dossier, whose writer is signed in."""
    state, role, path = PAGES[what]
    with app.app_context():
        dossier = make.dossier(at=state)
        make.sign_in(client, make.person_for(role, dossier))
        return f"/dossiers/{dossier.id}/{path}/{number}"


@pytest.mark.parametrize("what", PAGES)
def test_a_criterion_saved_by_its_form_loads_its_dossier_once(app: Flask, client: FlaskClient, what: str) -> None:
    url = opened(app, client, what)
    token = {"csrf_token": typed_in(client.get(url).text, "csrf_token")}

    with counted(app) as statements:
        answer = client.post(url, data=token | {"go": "next"})

    assert answer.status_code == 302
    assert len(loads(statements)) == 1, statements


@pytest.mark.parametrize("what", PAGES)
def test_autosave_loads_the_dossier_once_and_locks_it(app: Flask, client: FlaskClient, what: str) -> None:
    url = opened(app, client, what, number=1)
    page = client.get(url).text
    sent = {"csrf_token": typed_in(page, "csrf_token"), "1.1-value": "no", "1.1-explanation": "Chưa đủ"}
    sent["1.1-version"] = typed_in(page, "1.1-version")

    with counted(app) as statements:
        saved = client.post(url, data=sent, headers={"X-Requested-With": "certflow"})

    assert saved.json is not None
    assert saved.json["versions"] == {"1.1-version": int(sent["1.1-version"]) + 1}
    (load,) = loads(statements)
    with app.app_context():
        assert ("FOR UPDATE" in load) == (db.engine.dialect.name == "postgresql")


def test_what_was_refused_is_loaded_anew(app: Flask, client: FlaskClient) -> None:
    url = opened(app, client, "claims")

    with counted(app) as statements:
        answer = send(client, url, {"5.1-share": "ba nghìn"})

    assert answer.status_code == 422
    assert ["FOR UPDATE" in load for load in loads(statements)][-1] is False


@pytest.mark.usefixtures("inside_the_application")
def test_what_is_locked_serves_one_call_of_the_same_person_in_the_same_transaction(app: Flask) -> None:
    dossier = make.dossier()
    officer, chair = (make.person_for(role, dossier) for role in ("commune_officer", "commune_chair"))
    dossier_id = dossier.id

    def loaded(person: User) -> int:
        with counted(app) as statements:
            access.dossier(dossier_id, person, lock=True)
        return len(loads(statements))

    assert access.locked(dossier_id, officer) is dossier
    assert [loaded(officer), loaded(officer)] == [0, 1]
    access.locked(dossier_id, officer)
    assert [loaded(chair), loaded(officer)] == [1, 1]
    access.locked(dossier_id, officer)
    db.session.rollback()
    assert loaded(officer) == 1


@pytest.mark.usefixtures("inside_the_application")
def test_a_service_called_without_a_page_locks_the_dossier_and_checks_itself(app: Flask) -> None:
    dossier = make.dossier()
    officer = make.person_for("commune_officer", dossier)
    neighbour = make.person("commune_officer", make.unit("Xã Sông Ray"))

    with counted(app) as statements:
        assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "yes"})}, actor=officer)
    with pytest.raises(NotFound):
        assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "yes"})}, actor=neighbour)

    (load,) = loads(statements)
    assert ("FOR UPDATE" in load) == (db.engine.dialect.name == "postgresql")
    assert db.session.get_one(Dossier, dossier.id).claims[0].answer == {"value": True}
