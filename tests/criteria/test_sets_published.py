"""A department's own set as a file, as a form, published, and chosen for a round."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.catalogue import catalogue
from certflow.criteria import rating_set_files, rating_sets
from certflow.models.base import db
from certflow.models.criteria import RatingSet
from certflow.rounds import rounds
from tests import make
from tests.browsing import in_english, send, typed_in
from tests.criteria.sets_written import FAMILY, published, stored, write, written
from tests.sets import CONTENT, HEAD

PAGES = ("", "head", "groups/1", "classes", "limits", "file", "publish")


@pytest.fixture
def department(app: Flask, client: FlaskClient) -> FlaskClient:
    """Signed in as who speaks for the education department, reading English."""
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    return in_english(client)


@pytest.fixture
def draft(app: Flask) -> str:
    """The address of a draft that could be published."""
    with app.app_context():
        return f"/rating-sets/{written().id}/"


def test_a_file_goes_out_and_in_and_a_faulty_one_is_told(app: Flask, department: FlaskClient, draft: str) -> None:
    text = department.get(f"{draft}set.toml").data
    page = department.get(f"{draft}file").text
    hidden = {name: typed_in(page, name) for name in ("csrf_token", "revision")}

    def upload(content: bytes, **fields: str) -> TestResponse:
        with io.BytesIO(content) as file:
            return department.post(f"{draft}file", data={**hidden, **fields, "file": (file, "bộ.toml")})

    faulty = upload(text.replace(b'most = "15"', b'most = "0"'))
    none = department.post(f"{draft}file", data=hidden)
    stale = upload(text, revision="1")
    taken = upload(text)

    assert (faulty.status_code, none.status_code, stale.status_code, taken.status_code) == (422, 422, 409, 302)
    assert "criteria[1].indicators[2].most" in faulty.text
    with app.app_context():
        own = db.session.query(RatingSet).one()
        assert rating_set_files.text(own).encode() == text
        db.session.rollback()


def test_the_preview_shows_the_form_and_an_example_of_each_class(department: FlaskClient, draft: str) -> None:
    whole = department.get(f"{draft}preview").text
    first, second = (department.get(f"{draft}preview/{number}").text for number in (1, 2))

    assert "From 12 points" in whole
    assert "20 / 20 points" in whole
    assert "0 to 15 points, in steps of 0.5" in first
    assert "<fieldset" in first
    assert "Asked of the appraiser only." in second
    assert department.get(f"{draft}preview/3").status_code == 404


def test_a_draft_with_faults_has_no_preview_and_is_not_published(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    write(department, f"{draft}head", number="")
    refused = send(department, f"{draft}publish", {"revision": str(stored(app).revision)}, page=draft)

    assert (
        "Enter the kind and number of the paper in which the department sets these criteria"
        in department.get(f"{draft}publish").text
    )
    assert refused.status_code == 422
    assert "Enter the kind and number of the paper in which the department sets these criteria" in refused.text
    assert department.get(f"{draft}preview").status_code == 200, "a paper is not needed to look at the form"


def test_publishing_is_confirmed_and_the_set_is_read_as_any_other(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    asked = department.get(f"{draft}publish").text
    done = send(department, f"{draft}publish", {"revision": typed_in(asked, "revision")}, page=f"{draft}publish")
    own = stored(app)
    page = department.get(f"/rules/criteria/{own.name}/1").text

    assert "What publishing means" in asked
    assert done.status_code == 302
    assert "812/QĐ-SGDĐT" in page
    assert "An education department entered this criteria set and is responsible for it" in page
    assert "WITHOUT LEGAL FORCE" not in page
    assert "Yearly rating of community learning centres" in page
    assert "Entered by a department" in department.get("/rules/").text
    assert department.get(f"/rules/criteria/{own.name}/1/cases").status_code == 200
    for path in ("head", "groups/1", "classes", "limits", "file", "publish"):
        assert department.get(f"{draft}{path}").status_code == 409, path
    assert department.get(f"{draft}preview").status_code == department.get(f"{draft}set.toml").status_code == 200


def test_two_versions_are_compared_on_the_page_of_changes(app: Flask, department: FlaskClient) -> None:
    with app.app_context():
        name = published().name
        who = make.person("province_reviewer")
        own = rating_sets.begin(make.province().id, FAMILY, actor=who)
        bands = [CONTENT["bands"][0], CONTENT["bands"][1] | {"at_least": "15"}]
        own = rating_sets.save_head(own.id, HEAD, actor=who, revision=own.revision)
        own = rating_sets.save(own.id, lambda old: old | {"bands": bands}, actor=who, revision=own.revision)
        rating_sets.publish(own.id, actor=who, revision=own.revision)
        make.commit()

    page = department.get(f"/rules/criteria/{name}/1/changes/2").text

    assert "from “12” to “15”" in page


def test_an_administrator_looks_and_others_do_not(app: Flask, client: FlaskClient, draft: str) -> None:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    looked = [client.get(f"{draft}{path}").status_code for path in PAGES]
    page = client.get(draft).text
    assert looked == [200, 403, 403, 403, 403, 403, 403]
    assert f'href="{draft}head"' not in page

    other = app.test_client()
    with app.app_context():
        make.sign_in(other, make.person("education_head"))
    assert {other.get(f"{draft}{path}").status_code for path in PAGES} == {403}
    assert other.get("/rating-sets/").status_code == 403


def _new_round(app: Flask) -> dict[str, str]:
    with app.app_context():
        unit = make.province().id
    return {
        "scheme": "lang_son_centre_rating:1",
        "unit_id": str(unit),
        "assessed_year": "2025",
        "title": "Đợt xếp loại",
    }


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def test_a_round_of_such_a_scheme_asks_for_its_set(app: Flask, administrator: FlaskClient) -> None:
    typed = _new_round(app)
    alone = send(administrator, "/rounds/new", typed)
    with app.app_context():
        own = published()
    asked = send(administrator, "/rounds/new", typed)
    nothing = send(administrator, "/rounds/new", {**typed, "chosen": "yes"})
    wrong = send(administrator, "/rounds/new", {**typed, "chosen": "yes", "form": f"{own.name}:9"})
    opened = send(administrator, "/rounds/new", {**typed, "chosen": "yes", "form": f"{own.name}:1"})
    page = administrator.get(opened.location).text

    assert "The department has published no criteria set yet" in alone.text
    assert "no legal force" in alone.text
    assert asked.text.index("812/QĐ-SGDĐT") < asked.text.index("The sample: no legal force")
    assert (nothing.status_code, wrong.status_code) == (422, 422)
    assert "Choose the criteria set of the round." in nothing.text
    assert f"/rules/criteria/{own.name}/1" in page
    assert "no number" not in page
    with app.app_context():
        (found,) = rounds.newest()
        assert catalogue.form_of(found).trust == "department"


def test_a_round_on_the_sample_says_so(app: Flask, administrator: FlaskClient) -> None:
    typed = {**_new_round(app), "chosen": "yes", "form": "learning_centre_rating_sample:1"}

    page = administrator.get(send(administrator, "/rounds/new", typed).location).text

    assert "It has no legal force: papers get no number." in page
