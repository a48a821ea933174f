"""A rating by points on the pages of claim, check, appraisal, result and rules."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import catalogue
from certflow.dossiers import actions, recomputing
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.results import Document
from tests import make
from tests.assessment.made_schemes import scheme_with
from tests.browsing import again, send, signed_in, typed_in
from tests.definitions.made import RATING, read

CLAIMS = {"1.1": {"value": "yes"}, "1.2": {"value": "7,5"}, "2.1": {"value": "4"}}
REMARK = {"3.1": {"value": "Thiếu kinh phí, ít lớp."}}


@pytest.fixture(autouse=True)
def rating(app: Flask) -> Iterator[None]:
    with scheme_with(app, read(RATING)):
        yield


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> Dossier:
    """A commune's dossier; its officer is signed in and reads English."""
    with app.app_context():
        made = make.dossier()
    signed_in(app, client, "commune_officer", made)
    return made


def test_points_are_typed_with_a_comma_kept_exactly_and_refused_above_the_most(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    url = f"/dossiers/{draft.id}/criteria/1"
    before = client.get(url).text
    refused = send(client, url, {"1.1-value": "yes", "1.2-value": "10,5"})
    saved = send(client, url, {"1.1-value": "yes", "1.2-value": "7,5"})

    assert "0 to 10 points, in steps of 0.5" in before
    assert refused.status_code == 422
    assert "Enter 0 to 10 points in steps of 0,5" in refused.text
    assert typed_in(refused.text, "1.2-value") == "10,5"
    assert saved.status_code == 302
    assert typed_in(client.get(url).text, "1.2-value") == "7,5"
    with app.app_context():
        assert db.session.get_one(Claim, (draft.id, "1.2")).answer == {"value": "7.5"}


def test_the_unit_is_not_asked_for_the_appraisers_remarks(client: FlaskClient, draft: Dossier) -> None:
    overview = client.get(f"/dossiers/{draft.id}/").text
    last = send(client, f"/dossiers/{draft.id}/criteria/2", {"2.1-value": "4"})

    assert "Group two" in overview
    assert "Remarks" not in overview
    assert client.get(f"/dossiers/{draft.id}/criteria/3").status_code == 404
    assert last.location.endswith("/meeting")


def test_the_check_page_gives_total_class_sums_and_gaps(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    url = f"/dossiers/{draft.id}/check"
    empty = client.get(url).text
    with app.app_context():
        make.claims(again(draft), CLAIMS)
    full = client.get(url).text

    assert "No class" in empty
    assert "Still missing" in empty
    assert "Every obligatory question is answered." in full
    for words in ("High", "16.5 / 20 points", "12.5 / 15 points", "Met: 5 / 5 points", "7.5 / 10 points"):
        assert words in full
    assert "12.5 / 15 points" in client.get(f"/dossiers/{draft.id}/").text


def test_a_cap_that_keeps_the_class_down_is_told_with_its_source(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    with app.app_context():
        make.claims(again(draft), {"1.1": {"value": "yes"}, "1.2": {"value": "10"}, "2.1": {"value": "0"}})

    page = client.get(f"/dossiers/{draft.id}/check").text

    assert "By its points alone the class would be: High" in page
    assert "Group 2 below 1" in page


def test_the_appraiser_gives_points_and_must_write_the_remarks(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make.dossier("appraising", level=3, claims=CLAIMS)
    role = _appraiser(app, made)
    signed_in(app, client, role, made)
    url = f"/dossiers/{made.id}/appraisal"

    send(client, f"{url}/1", {"1.1-value": "yes", "1.2-value": "5", "1.2-explanation": "Thiếu sổ."})
    after = send(client, f"{url}/2", {"2.1-value": "4"})
    incomplete = client.get(url).text
    send(client, f"{url}/3", {"3.1-value": REMARK["3.1"]["value"]})

    page, result = client.get(f"{url}/3").text, client.get(url).text
    assert [name for name in ("1.1", "3.1") if f'name="{name}-explanation"' in client.get(f"{url}/{name[0]}").text] == [
        "1.1"
    ]
    assert result.count("Differs") == 1
    assert after.location.endswith("/3")
    assert "Asked of the appraiser only." in page
    assert "1 indicator has no finding yet: 3.1." in incomplete
    assert "no finding yet" not in result
    for words in ("High", "16.5 / 20 points", "Middle", "14 / 20 points", REMARK["3.1"]["value"]):
        assert words in result


def test_an_appraisal_without_remarks_goes_no_further(app: Flask) -> None:
    with app.app_context():
        made = make.dossier("appraising", claims=CLAIMS)
        make.findings(made, CLAIMS)
        head = make.person_for(_turn(made), made)
        blocked = {offer.transition.action: offer.reasons for offer in actions.offers(made, actor=head)}
        make.findings(made, REMARK)
        open_now = {offer.transition.action: offer.reasons for offer in actions.offers(made, actor=head)}

    assert any("1 chỉ tiêu" in reason for reason in blocked["propose_level_2"])
    assert open_now["propose_level_2"] == ()


def test_a_class_is_decided_shown_printed_and_computed_anew(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make.dossier("recognised_level_2", level=2)
        differences = [one.differences for one in recomputing.recompute(made.round_id)]
        lower = RATING.replace('at_least = "9.5"', "at_least = 1").replace("at_least = 15", 'at_least = "9.5"')
        generous = read(lower)
        decision = db.session.query(Document).filter_by(dossier_id=made.id, kind="decision").one()
        printed = decision.facts["title"]
        moved = list(recomputing.what_if(made.round_id, generous))
    signed_in(app, client, "commune_officer", made)

    page = client.get(f"/dossiers/{made.id}/").text
    receipt = client.get(f"/dossiers/{made.id}/submissions/1").text
    assert differences == [()]
    assert printed.endswith(": Vừa")
    assert moved[0].classes == ("Vừa", "Cao")
    assert "is rated “Middle”" in page
    assert "Middle" in receipt


def test_the_rules_show_classes_caps_and_points(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    page = client.get("/rules/criteria/made_rating/1").text
    sample = client.get("/rules/criteria/learning_centre_rating_sample/1").text

    for words in ("By the sum of points, at most 20", "From 9.5 points", "1.2 below 2.5", "5 points or none"):
        assert words in page
    assert "At most 15 points together" in page
    assert "At least 10 characters" in page
    assert "asked of the appraiser only" in page
    assert "SAMPLE – WITHOUT LEGAL FORCE" in sample
    assert "From 80 points" in sample


def _turn(about: Dossier) -> str:
    return catalogue.workflow_of(about).spec.states[about.state].turn


def _appraiser(app: Flask, about: Dossier) -> str:
    with app.app_context():
        return _turn(again(about))
