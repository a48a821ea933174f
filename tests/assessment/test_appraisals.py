"""The appraiser's pages: claim and finding side by side, and the result of the appraisal."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.assessment import evidence
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Finding
from tests import make
from tests.browsing import again, queries, send, signed_in, typed_in
from tests.gateways import samples

MOST_QUERIES = 18  # one for what was asked, one for the province at the head


@pytest.fixture
def appraised(app: Flask, client: FlaskClient) -> Dossier:
    """A dossier that claims level 1 and is being appraised; the appraiser is signed in and reads English."""
    with app.app_context():
        dossier = make.dossier("submitted")
        make.act(dossier, "accept", note="")
    signed_in(app, client, "district_appraiser", dossier)
    return dossier


def _url(dossier: Dossier, number: int | None = None) -> str:
    return f"/dossiers/{dossier.id}/appraisal" + (f"/{number}" if number else "")


def _finding(app: Flask, dossier: Dossier, code: str) -> Finding | None:
    with app.app_context():
        return db.session.get(Finding, (dossier.id, code))


def test_claim_and_files_stand_beside_the_finding(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier()
        officer = make.person_for("commune_officer", dossier)
        file = evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "kế hoạch.pdf", actor=officer)
        make.claims(dossier, make.answers())
        make.meeting(dossier)
        for action in ("hand_over", "submit", "accept"):
            make.act(dossier, action, note="")
    signed_in(app, client, "district_appraiser", dossier)

    page = client.get(_url(dossier, 1)).text

    assert f'href="/evidence/{file.id}" download' in page
    assert 'name="1.1-value"' in page
    assert f"/dossiers/{dossier.id}/submissions/1" in page


def test_a_finding_never_replaces_the_claim(app: Flask, client: FlaskClient, appraised: Dossier) -> None:
    answer = send(client, _url(appraised, 1), {"1.1-value": "no", "1.1-explanation": "Thiếu báo cáo"})

    assert answer.location == _url(appraised, 2)
    finding = _finding(app, appraised, "1.1")
    assert finding is not None
    assert (finding.answer, finding.explanation) == ({"value": False}, "Thiếu báo cáo")
    page = client.get(_url(appraised)).text
    assert page.count("Differs") == 1
    assert "Thiếu báo cáo" in page
    assert "14 indicators have no finding yet: 1.2, 1.3" in page


def test_the_communes_figures_are_taken_over_where_there_is_no_finding(
    app: Flask, client: FlaskClient, appraised: Dossier
) -> None:
    send(client, _url(appraised, 1), {"1.1-value": "no", "1.1-explanation": "Thiếu báo cáo"})
    assert "1.2, 1.3. You can copy" in client.get(_url(appraised, 1)).text

    adopted = send(client, f"{_url(appraised, 1)}/adopt", {}, page=_url(appraised, 1))
    nothing = send(client, f"{_url(appraised, 1)}/adopt", {}, page=_url(appraised, 1))

    assert adopted.location == nothing.location == _url(appraised, 1)
    findings = [_finding(app, appraised, code) for code in ("1.1", "1.2", "1.3")]
    assert [finding and finding.answer for finding in findings] == [{"value": False}, {"value": True}, {"value": True}]
    assert "nothing was copied" in client.get(_url(appraised, 1)).text


def test_who_comes_second_keeps_the_finding_typed_and_sees_the_stored_one(
    app: Flask, client: FlaskClient, appraised: Dossier
) -> None:
    with app.app_context():
        make.findings(again(appraised), {"5.1": make.answers()["5.1"]})
        make.by_a_colleague(db.session.get_one(Finding, (appraised.id, "5.1")))

    answer = send(client, _url(appraised, 5), {"5.1-denominator": "9.000", "5.1-explanation": "Theo thống kê"})

    assert answer.status_code == 409
    assert typed_in(answer.text, "5.1-denominator") == "9.000"
    assert "Changed by" in answer.text
    finding = _finding(app, appraised, "5.1")
    assert finding is not None
    assert (finding.explanation, finding.answer["denominator"]) == ("", 10000)
    assert "Theo thống kê" in answer.text
    assert typed_in(answer.text, "5.1-version") == "1"


def test_autosave_works_for_findings_too(client: FlaskClient, appraised: Dossier) -> None:
    token = typed_in(client.get(_url(appraised, 4)).text, "csrf_token")
    typed = {"csrf_token": token, "4.2-value": "3"}

    answer = client.post(_url(appraised, 4), data=typed, headers={"X-Requested-With": "certflow"})

    assert answer.get_json()["versions"] == {"4.2-version": 1}


def test_a_finding_below_the_claim_is_saved_with_its_reason_only(
    app: Flask, client: FlaskClient, appraised: Dossier
) -> None:
    typed = {"5.1-denominator": "10.000", "5.1-share": "5.999", "5.1-definition": "Theo sổ"}
    url = _url(appraised, 5)

    refused = send(client, url, typed | {"5.1-explanation": " . "})

    assert refused.status_code == 422
    assert '<a href="#i5-1-explanation">Lower than the self-assessment: give the reason here' in refused.text
    assert typed_in(refused.text, "5.1-share") == "5.999"
    assert _finding(app, appraised, "5.1") is None
    token = {"csrf_token": typed_in(refused.text, "csrf_token")}
    by_script = client.post(url, data=token | typed, headers={"X-Requested-With": "certflow"}).get_json()
    assert set(by_script["faults"]) == {"5.1-explanation"}
    assert "5.1-share" in by_script["held"]
    assert send(client, url, typed | {"5.1-explanation": "Thiếu một người"}).status_code == 302
    finding = _finding(app, appraised, "5.1")
    assert finding is not None
    assert (finding.answer["share"], finding.explanation) == (5999, "Thiếu một người")
    assert (
        send(client, url, typed | {"5.1-share": "6.000", "5.1-explanation": "", "5.1-version": "1"}).status_code == 302
    )


def test_a_fault_stands_at_its_field(client: FlaskClient, appraised: Dossier) -> None:
    answer = send(client, _url(appraised, 5), {"5.1-denominator": "-1"})

    assert answer.status_code == 422
    assert '<a href="#i5-1-denominator">' in answer.text


def test_the_result_gives_the_level_found_and_what_the_next_one_lacks(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("under_review", level=1)
    signed_in(app, client, "province_reviewer", dossier)

    page = client.get(_url(dossier)).text

    assert "Still missing for level 2" in page
    assert f'href="{_url(dossier, 4)}#i4-2"' in page
    assert "At least 80% (Điều 7 khoản 5 điểm a); 2,000 more are needed" in page
    assert "Differs" not in page
    assert "View criterion 1" in page


def test_others_read_the_findings_and_may_not_write_them(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier("under_review", level=1)
    signed_in(app, client, "province_reviewer", dossier)

    page = client.get(_url(dossier, 5)).text
    refused = send(client, _url(dossier, 5), {"5.1-share": "1"})
    adopting = send(client, f"{_url(dossier, 5)}/adopt", {}, page=_url(dossier, 5))

    assert 'name="5.1-share"' not in page
    assert page.count("6,000 / 10,000 = 60%") == 2
    assert (refused.status_code, adopting.status_code) == (403, 403)


def test_before_the_appraisal_the_page_says_so(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="submitted")
    signed_in(app, client, "education_officer", dossier)

    assert "Not appraised yet" in client.get(_url(dossier)).text
    assert "No finding yet." in client.get(_url(dossier, 1)).text
    assert client.get(_url(dossier, 9)).status_code == 404


@pytest.mark.parametrize(("state", "status"), [("appraising", 403), ("endorsed", 403), ("declined", 200)])
def test_the_commune_reads_the_findings_once_its_dossier_is_decided(
    app: Flask, client: FlaskClient, state: str, status: int
) -> None:
    with app.app_context():
        dossier = make.dossier(at=state)
    signed_in(app, client, "commune_officer", dossier)

    assert client.get(_url(dossier)).status_code == status
    assert client.get(_url(dossier, 1)).status_code == status


def test_no_page_asks_the_database_more_for_a_full_appraisal(
    app: Flask, client: FlaskClient, appraised: Dossier
) -> None:
    urls = [_url(appraised, 5), _url(appraised)]
    client.get(urls[0])  # the first view is recorded
    empty = [queries(app, client, url) for url in urls]
    with app.app_context():
        make.findings(again(appraised), make.answers())

    full = [queries(app, client, url) for url in urls]

    assert full == empty
    assert max(full) <= MOST_QUERIES
