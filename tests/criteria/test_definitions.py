"""The rules can be read by everybody, and confirmed by the education department."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.law.catalogue import Catalogue
from certflow.law.guards import GUARDS, in_words
from certflow.vietnamese import capitalised, cited_upwards
from tests import make, versions
from tests.browsing import counted, send, typed_in

CRITERIA = "/rules/criteria/learning_community_commune/1"
SCHEME = "/rules/schemes/dong_nai_commune_recognition/1"
MARK = "Bộ tiêu chí chép lại từ Bộ pháp điển, chưa được cơ quan giáo dục xác nhận"
PAPER = "Biên bản đối chiếu số 12/BB-SGDĐT ngày 02/03/2026"


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("commune_officer"))
    return client


@pytest.fixture
def department(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    return client


def test_every_guard_has_words_in_both_languages(app: Flask) -> None:
    for name, guard in GUARDS.items():
        with app.test_request_context(headers={"Accept-Language": "vi"}):
            assert in_words(name) not in ("", name, guard.asks)


def test_the_list_names_every_scheme_and_criteria_set_with_its_source_and_mark(
    app: Flask, officer: FlaskClient
) -> None:
    page = officer.get("/rules/").text

    known = versions.definitions(app)
    titles = [(spec.title.vi, spec.source) for spec in known.workflows.values()]
    titles += [(spec.title.vi, spec.source) for spec in known.forms.values()]
    for title, source in titles:
        assert title in page
        assert capitalised(cited_upwards(source)) in page
    assert MARK in page


def test_the_criteria_page_shows_every_indicator_threshold_and_clause(app: Flask, officer: FlaskClient) -> None:
    page = officer.get(CRITERIA).text

    form = versions.definitions(app).forms["learning_community_commune", 1]
    for indicator in form.indicators.values():
        assert f"{indicator.code}. {indicator.title.vi}" in page
        for part in indicator.parts:
            for threshold in part.thresholds:
                assert capitalised(cited_upwards(threshold.clause)) in page
    for least in ("60", "80", "12", "40"):
        assert f"{least}\N{NO-BREAK SPACE}%" in page or f"{least} %" in page or f"{least}%" in page
    assert MARK in page
    assert 'name="document"' not in page


def test_the_scheme_page_shows_states_turns_actions_needs_and_dates_in_both_languages(
    app: Flask, officer: FlaskClient
) -> None:
    spec = versions.definitions(app).workflow(*make.SCHEME)
    page = officer.get(SCHEME).text
    send(officer, "/language", {"locale": "en", "next": "/rules/"}, page="/rules/")
    english = officer.get(SCHEME).text

    for state in spec.states.values():
        assert state.title.vi in page
        assert state.title.en in english
    for transition in spec.transitions:
        assert transition.title.vi in page
        assert capitalised(cited_upwards(transition.source)) in page
        assert transition.source in english
    assert "15/02" in page
    assert "The findings reach the level" in english
    assert not [guard for guard in GUARDS if guard in page]


def _newer_versions(app: Flask) -> None:
    """The next versions of the criteria set and of the scheme, as if their files had been added."""
    shipped = versions.definitions(app)
    form, scheme = shipped.forms["learning_community_commune", 1], shipped.workflows[make.SCHEME]
    first, *others = scheme.deadlines
    new = replace(scheme, version=versions.NEXT, form_version=2, deadlines=(replace(first, day=first.day - 1), *others))
    versions.use(
        app,
        Catalogue(
            shipped.workflows | {new.key: new},
            shipped.forms | {(form.name, 2): replace(form, version=2, levels=3, criteria=form.criteria[1:])},
        ),
    )


def test_the_pages_tell_what_changes_between_versions(app: Flask, officer: FlaskClient) -> None:
    assert "/changes/" not in officer.get(CRITERIA).text

    _newer_versions(app)

    for address, version in ((CRITERIA, 2), (SCHEME, versions.NEXT)):
        changes = f"{address}/changes/{version}"
        assert f'href="{changes}"' in officer.get(address).text
        assert f'href="{changes}"' in officer.get(f"{address[:-1]}{version}").text
    send(officer, "/language", {"locale": "en", "next": "/rules/"}, page="/rules/")
    told = officer.get(f"{CRITERIA}/changes/2").text
    assert "Criterion 1 was removed: Leadership by the commune" in told
    assert "The number of levels changed from “2” to “3”." in told
    assert "the day changed from “by 15/02” to “by 14/02”." in officer.get(f"{SCHEME}/changes/{versions.NEXT}").text
    assert "Both versions say the same." in officer.get(f"{SCHEME}/changes/1").text
    assert officer.get(f"{SCHEME}/changes/9").status_code == 404


def test_what_does_not_exist_is_not_found(officer: FlaskClient) -> None:
    for path in ("/rules/criteria/nothing/1", f"{CRITERIA[:-1]}99", "/rules/schemes/nothing/1"):
        assert officer.get(path).status_code == 404


def test_the_education_department_confirms_once_and_the_mark_goes(app: Flask, department: FlaskClient) -> None:
    assert 'name="document"' in department.get(CRITERIA).text
    unconfirmed = department.get("/rules/").text.count(MARK)

    answer = send(department, f"{CRITERIA}/confirm", {"document": PAPER}, page=CRITERIA)

    assert answer.status_code == 302
    page = department.get(CRITERIA).text
    assert PAPER in page
    assert "Tỉnh Đồng Nai" in page
    assert MARK not in page
    assert department.get("/rules/").text.count(MARK) == unconfirmed - 1
    assert 'name="document"' not in page
    for paper, status in ((PAPER, 302), ("Một biên bản khác", 409)):  # sent once more, and with another paper
        assert send(department, f"{CRITERIA}/confirm", {"document": paper}, page="/rules/").status_code == status


def test_a_confirmation_without_a_paper_is_refused_at_the_field(department: FlaskClient) -> None:
    for typed in ("", "   ", "x" * 301):
        answer = send(department, f"{CRITERIA}/confirm", {"document": typed}, page=CRITERIA)

        assert answer.status_code == 422
        assert 'id="document-error"' in answer.text
        assert typed_in(answer.text, "document") == typed


def test_nobody_else_confirms(officer: FlaskClient) -> None:
    assert send(officer, f"{CRITERIA}/confirm", {"document": PAPER}, page="/rules/").status_code == 403


def test_the_pages_need_few_queries(app: Flask, department: FlaskClient) -> None:
    for path in ("/rules/", CRITERIA, SCHEME, f"{CRITERIA}/cases", f"{SCHEME}/cases"):
        department.get(path)
        with counted(app) as statements:
            department.get(path)

        assert len(statements) <= 6, statements


def test_the_schemes_of_ones_own_place_come_first(officer: FlaskClient) -> None:
    page = officer.get("/rules/").text

    names = ("dong_nai_commune_recognition", "learning_unit_district", "lai_chau_centre_rating")
    places = [page.index(f"/rules/schemes/{name}/1") for name in names]
    assert places == sorted(places)


def test_cases_hashes_and_charts_are_for_those_who_look_after_the_rules(app: Flask, department: FlaskClient) -> None:
    outsider, client = app.test_client(), app.test_client()
    with app.app_context():
        make.sign_in(outsider, make.person("education_officer"))
        make.sign_in(client, make.person("administrator"))
        known = versions.definitions(app)
        hashes = known.workflow(*make.SCHEME).fingerprint, known.forms["learning_community_commune", 1].fingerprint

    for reader, closer in ((outsider, False), (department, True), (client, True)):
        scheme, criteria = reader.get(SCHEME).text, reader.get(CRITERIA).text
        assert (hashes[0] in scheme) == (hashes[1] in criteria) == closer
        assert (f'href="{SCHEME}/cases"' in scheme) == (f'href="{CRITERIA}/cases"' in criteria) == closer
        assert ('class="flow"' in scheme) == closer
        statuses = {reader.get(f"{address}/cases").status_code for address in (SCHEME, CRITERIA)}
        assert statuses == ({200} if closer else {403})
