"""A record (a report, a plan, a budget) on the pages of a dossier: typed, attached, complete or not."""

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.dossiers import actions
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence
from tests import make
from tests.assessment.made_schemes import scheme_with
from tests.browsing import again, send, signed_in, typed_in
from tests.definitions.made import RECORD, read
from tests.gateways import samples

CONTENTS = {
    "1.1-value": "Đã mở 12 lớp cho 300 người dân.",
    "1.2-value": "5/12/2025",
    "1.3-value": "good",
    "1.4-value": "no",
}
FIGURES = {
    "2.1-value": "12.500.000",
    "2.2-value": "12",
    "2.3-denominator": "1.000",
    "2.3-numerator": "300",
    "2.3-definition": "Theo sổ của trung tâm",
}


@pytest.fixture(autouse=True)
def record(app: Flask) -> Iterator[None]:
    with scheme_with(app, read(RECORD)):
        yield


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> Dossier:
    """A commune's dossier; its officer is signed in and reads English."""
    with app.app_context():
        made = make.dossier()
    signed_in(app, client, "commune_officer", made)
    return made


def _url(dossier: Dossier, number: int) -> str:
    return f"/dossiers/{dossier.id}/criteria/{number}"


def _attach(client: FlaskClient, dossier: Dossier, code: str) -> None:
    token = typed_in(client.get(_url(dossier, 2)).text, "csrf_token")
    with io.BytesIO(samples.pdf()) as file:
        sent = {"csrf_token": token, "file": (file, "báo cáo.pdf")}
        assert client.post(f"/dossiers/{dossier.id}/evidence/{code}", data=sent).status_code == 200


def test_every_kind_of_entry_is_typed_kept_and_shown_again(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    assert send(client, _url(draft, 1), CONTENTS).status_code == 302
    assert send(client, _url(draft, 2), FIGURES).status_code == 302

    first, second = client.get(_url(draft, 1)).text, client.get(_url(draft, 2)).text
    assert typed_in(first, "1.2-value") == "05/12/2025"
    assert "Đã mở 12 lớp" in first
    assert 'name="1.1-explanation"' not in first
    assert typed_in(second, "2.1-value") == "12.500.000"
    assert "attach at least one file" in second
    with app.app_context():
        stored = {claim.indicator: claim.answer for claim in db.session.query(Claim)}
    assert stored["1.2"] == {"value": "2025-12-05"}
    assert stored["1.3"] == {"value": "good"}
    assert stored["1.4"] == {"value": False}
    assert stored["2.1"] == {"value": 12_500_000}
    assert stored["2.3"] == {"denominator": 1000, "numerator": 300, "definition": FIGURES["2.3-definition"]}


def test_what_cannot_be_meant_is_refused_at_its_field(client: FlaskClient, draft: Dossier) -> None:
    refused = send(client, _url(draft, 1), {"1.2-value": "31/02/2026", "1.3-value": "best"})
    amount = send(client, _url(draft, 2), {"2.1-value": "1,5"})

    assert (refused.status_code, amount.status_code) == (422, 422)
    assert "Write day/month/year, for example 15/02/2026" in refused.text
    assert "Choose one of the options listed." in refused.text
    assert "Write the amount in whole đồng" in amount.text
    assert typed_in(amount.text, "2.1-value") == "1,5"


def test_a_record_is_complete_once_everything_obligatory_is_there_and_the_file_attached(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    send(client, _url(draft, 1), {**CONTENTS, "1.1-value": "Quá ngắn"})
    send(client, _url(draft, 2), FIGURES)
    check = f"/dossiers/{draft.id}/check"

    short = client.get(check).text
    send(client, _url(draft, 1), {**CONTENTS, **_versions(client, draft)})
    without = client.get(check).text
    blocked = _reasons(app, draft)
    _attach(client, draft, "2.4")
    complete, overview = client.get(check).text, client.get(f"/dossiers/{draft.id}/").text

    assert "1.1. Results" in short.partition("The entries")[0]
    assert "2.4. Signed copy" in without.partition("The entries")[0]
    assert "1.1. Results" not in without.partition("The entries")[0]
    assert "Still missing" not in complete
    assert "Every obligatory entry is filled in." in complete
    for words in ("05/12/2025", "Good", "12,500,000 đồng", "12 classes", "300 / 1,000 = 30%", "1 file"):
        assert words in complete
    assert "Level" not in complete.partition("The entries")[2].partition("Self-assessment meeting")[0]
    assert "5 of 5 entries done" in overview
    assert "Còn 1 mục chưa điền" in blocked
    assert not any("mục" in reason for reason in _reasons(app, draft))


def test_the_rules_show_sections_and_entries(client: FlaskClient, draft: Dossier) -> None:
    page = client.get("/rules/criteria/made_report/1").text

    for words in ("A record: it has no level", "One of: Good; Bad", "Obligatory", "Optional"):
        assert words in page
    assert "Answered by attaching at least one file" in page
    assert "At least 20 characters" in page


def _versions(client: FlaskClient, dossier: Dossier) -> dict[str, str]:
    page = client.get(_url(dossier, 1)).text
    return {f"1.{n}-version": typed_in(page, f"1.{n}-version") for n in range(1, 5)}


def _reasons(app: Flask, about: Dossier) -> list[str]:
    """What stands in the way of handing the dossier over."""
    with app.app_context():
        made = again(about)
        offered = actions.offers(made, actor=make.person_for("commune_officer", made))
        return [reason for offer in offered for reason in offer.reasons]


def test_only_entries_of_files_take_files_and_no_entry_asks_for_an_explanation(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    page = client.get(_url(draft, 2)).text
    with io.BytesIO(samples.pdf()) as file:
        sent = {"csrf_token": typed_in(page, "csrf_token"), "file": (file, "báo cáo.pdf")}
        refused = client.post(f"/dossiers/{draft.id}/evidence/2.1", data=sent)
    _attach(client, draft, "2.4")
    checked = client.get(f"/dossiers/{draft.id}/check").text

    assert "-explanation" not in page
    assert [code for code in ("2-1", "2-2", "2-3", "2-4") if f'id="i{code}-file"' in page] == ["2-4"]
    assert refused.status_code == 404
    assert "Files are not attached to this entry." in refused.text
    assert "1 file" in checked


def test_a_file_that_an_entry_has_from_before_is_shown_and_can_be_taken_out(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    _attach(client, draft, "2.4")
    with app.app_context():
        file = db.session.query(Evidence).one()
        file.indicator, number = "2.1", file.id
        db.session.commit()

    page = client.get(_url(draft, 2)).text
    removed = send(client, _url(draft, 2), {"remove": number})

    assert "Files of entry 2.1" in page
    assert f'name="remove" value="{number}"' in page
    assert removed.status_code == 302
    assert "Files of entry 2.1" not in client.get(_url(draft, 2)).text
