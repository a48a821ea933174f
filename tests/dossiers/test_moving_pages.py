"""The administrator sees what a move to newer rules would do, does it, and officers see what it means for them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import catalogue
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from tests import make, versions
from tests.browsing import counted, in_english, send, signed_in, typed_in
from tests.desk.test_budgets import HEAVIEST, weight
from tests.dossiers.moves import administrator, moved, now
from tests.versions import retitled, stricter


@pytest.fixture
def administrating(app: Flask, client: FlaskClient) -> FlaskClient:
    """An administrator who reads English."""
    with app.app_context():
        make.sign_in(client, administrator())
    return in_english(client)


def _address(dossier: Dossier) -> str:
    return f"/rounds/{dossier.round_id}/move"


def _version(app: Flask, dossier: Dossier) -> int:
    with app.app_context():
        return now(dossier).workflow_version


def test_the_round_leads_to_a_move_only_where_there_is_a_newer_version(
    app: Flask, administrating: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        older = make.dossier()
        monkeypatch.setattr(make, "SCHEME", (make.SCHEME[0], versions.NEXT - 1))
        newest = make.dossier(round_=make.round_(title="Đợt mới"))

    assert f'href="{_address(older)}"' in administrating.get(f"/rounds/{older.round_id}").text
    assert _address(newest) not in administrating.get(f"/rounds/{newest.round_id}").text
    assert administrating.get(_address(newest)).status_code == 404


def test_the_page_says_what_changes_and_what_would_happen_and_changes_nothing(
    app: Flask, administrating: FlaskClient
) -> None:
    with app.app_context():
        draft, filed = make.dossier(claims=make.answers(1)), make.dossier(at="submitted")
        make.dossier(at="declined")
        versions.add(lambda table: table["deadlines"][0].update(day="14/02"), retitled("1.1"))

    page = administrating.get(_address(draft)).text

    assert "the day changed from “by 15/02” to “by 14/02”." in page
    assert "(sửa đổi)" in page
    assert "Answers of the self-assessment to confirm again: 1.1." in page
    assert "have changed (1.1): return it first." in page
    for key, count in (("Can move", 1), ("Stay, for the reasons below", 1), ("Decided, and never moved", 1)):
        assert f"<dt>{key}</dt><dd>{count}</dd>" in page
    assert "Move 1 dossier and the round" in page
    assert {_version(app, draft), _version(app, filed)} == {1}


def test_moving_tells_what_became_of_each_and_a_second_time_finds_nothing(
    app: Flask, administrating: FlaskClient
) -> None:
    with app.app_context():
        draft, filed = make.dossier(claims=make.answers(1)), make.dossier(at="submitted")
        versions.add(of_form=retitled("1.1"))

    first = send(administrating, _address(draft), {"to": versions.NEXT})
    second = send(administrating, _address(draft), {"to": versions.NEXT})

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Moved to version 3" in first.text
    assert "Answers of the self-assessment to confirm again: 1.1." in first.text
    assert "<dt>Already on this version</dt><dd>1</dd>" in second.text
    assert [_version(app, about) for about in (draft, filed)] == [versions.NEXT, 1]
    assert "version 3" in administrating.get(f"/rounds/{draft.round_id}").text


@pytest.mark.parametrize("version", ["1", "9", "", "-1", "9" * 30, "x"])
def test_a_version_that_is_none_is_refused(app: Flask, administrating: FlaskClient, version: str) -> None:
    with app.app_context():
        about = make.dossier()
        versions.add()

    assert administrating.get(f"{_address(about)}?to={version}").status_code in (200, 404)
    answer = send(administrating, _address(about), {"to": version})

    assert answer.status_code == (200 if version == "1" else 404)
    assert _version(app, about) == 1


def test_nobody_else_sees_or_does_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        about = make.dossier()
        versions.add()
    signed_in(app, client, "education_head", about)

    assert client.get(_address(about)).status_code == 403
    assert send(client, _address(about), {"to": versions.NEXT}, page="/rules/").status_code == 403


def test_many_dossiers_make_pages_of_bounded_weight_and_queries(app: Flask, administrating: FlaskClient) -> None:
    with app.app_context():
        about = make.dossier()
        for _n in range(54):
            make.dossier()
        versions.add(of_form=stricter)

    first, second = (administrating.get(f"{_address(about)}?page={n}").text for n in (1, 99))

    assert (first.count('scope="row"'), second.count('scope="row"')) == (50, 5)
    assert weight(administrating, _address(about)) < HEAVIEST
    with counted(app) as statements:
        administrating.get(_address(about))
    assert len(statements) <= 18, statements
    moved_page = send(administrating, _address(about), {"to": versions.NEXT})
    assert "<dt>Moved</dt><dd>55</dd>" in moved_page.text
    assert moved_page.text.count('scope="row"') == 50


def test_the_history_tells_a_move_in_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        about = make.dossier(claims=make.answers(1))
        moved(about.round_id, versions.add(of_form=retitled("1.1")))
    signed_in(app, client, "commune_officer", about)

    page = client.get(f"/dossiers/{about.id}/history").text

    assert "Moved from version 1 to version 3 of its rules" in page
    assert "To be confirmed again: 1.1" in page
    assert ", Administrator" in page


def test_an_answer_to_confirm_is_shown_with_a_notice_and_saving_it_unchanged_confirms_it(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        about = make.dossier(claims=make.answers(1))
        moved(about.round_id, versions.add(of_form=retitled("1.1")))
    signed_in(app, client, "commune_officer", about)
    address = f"/dossiers/{about.id}/"
    assert "To confirm again: 1.1" in client.get(address).text
    check = client.get(f"{address}check").text
    assert "The question of 1 answer has changed: 1.1." in check
    assert "The answer must be confirmed again: the question has changed." in check
    page = client.get(f"{address}criteria/1").text
    assert page.count("The question changed after this was answered.") == 1
    assert page.count("checked") >= 3

    typed = {f"1.{n}-value": "yes" for n in (1, 2, 3)} | {
        f"1.{n}-version": typed_in(page, f"1.{n}-version") for n in (1, 2, 3)
    }
    answer = send(client, f"{address}criteria/1", typed)

    assert answer.status_code == 302
    with app.app_context():
        claim = db.session.get_one(Claim, (about.id, "1.1"))
        assert (claim.answer, claim.to_confirm, claim.version) == ({"value": True}, False, 3)
    assert "changed after this was answered" not in client.get(f"{address}criteria/1").text


def test_an_answer_of_another_kind_is_shown_without_a_fault(app: Flask, client: FlaskClient) -> None:
    def counted_instead(table: versions.Table) -> None:
        measure = {"vi": "tin bài", "en": "articles"}
        versions.indicator(table, "1.1").update(kind="count", measure=measure, at_least=[1, 2])

    with app.app_context():
        about = make.dossier(claims=make.answers(1))
        kinds = {i.kind for i in catalogue.form_of(about).indicators.values()}
        assert "yes_no" in kinds
        moved(about.round_id, versions.add(of_form=counted_instead))
    signed_in(app, client, "commune_officer", about)

    page = client.get(f"/dossiers/{about.id}/criteria/1").text

    assert typed_in(page, "1.1-value") == ""
    assert client.get(f"/dossiers/{about.id}/check").status_code == 200
