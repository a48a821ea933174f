"""Counts, comparisons and computed shares on the pages of claim, check, appraisal and rules."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.catalogue import catalogue
from certflow.demo import walking
from certflow.dossiers import dossiers
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.rounds import rounds
from tests import make
from tests.browser import PHONE, OpenPage, assert_accessible, assert_fits, sign_in
from tests.browsing import again, in_english, send, typed_in

DISTRICT = "Huyện Cẩm Mỹ"


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> Dossier:
    """A district's dossier, with two of six communes recognised; its officer is signed in and reads English."""
    with app.app_context():
        for name, level in (("Xã Xuân Tây", 1), ("Xã Sông Ray", 2)):
            make.dossier(f"recognised_level_{level}", unit=make.unit(name))
        officer = make.person("district_officer", make.unit(DISTRICT))
        found = rounds.open_round(
            actor=make.person("administrator"),
            scheme=("district_recognition", 1),
            unit_id=make.province().id,
            assessed_year=clock.today().year - 1,
            title="Đợt cấp huyện",
        )
        opened = dossiers.open_dossier(found.id, actor=officer, unit_id=make.unit(DISTRICT).id)
        make.commit()
    make.sign_in(client, officer)
    with client.session_transaction() as session:
        session["language"] = "en"
    return opened


def _url(dossier: Dossier, number: int = 4) -> str:
    return f"/dossiers/{dossier.id}/criteria/{number}"


def test_two_years_are_typed_and_come_back_as_they_were(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    saved = send(client, _url(draft), {"4.2-previous": "58,20", "4.2-current": "1.061,5"})

    page = client.get(_url(draft)).text
    assert saved.status_code == 302
    assert (typed_in(page, "4.2-previous"), typed_in(page, "4.2-current")) == ("58,20", "1061,5")
    with app.app_context():
        answer = db.session.get_one(Claim, (draft.id, "4.2")).answer
    assert answer == {"previous": "58.20", "current": "1061.5"}


def test_a_decimal_point_is_refused_at_its_field_and_kept_for_correcting(client: FlaskClient, draft: Dossier) -> None:
    refused = send(client, _url(draft), {"4.2-previous": "58.25", "4.2-current": "60"})

    assert refused.status_code == 422
    assert "Write a number with a decimal comma" in refused.text
    assert typed_in(refused.text, "4.2-previous") == "58.25"


@pytest.mark.parametrize(
    ("indicator", "typed", "words"),
    [
        ("4.2", "0.875", "Write a number with a decimal comma"),
        ("4.2", "0.000", "Write a number with a decimal comma"),
        ("4.3", "97.125", "A percentage is at most 100. Decimals follow a comma"),
        ("4.3", "100,000001", "A percentage is at most 100. Decimals follow a comma"),
    ],
)
def test_what_would_be_read_as_thousands_is_refused(
    app: Flask, client: FlaskClient, draft: Dossier, indicator: str, typed: str, words: str
) -> None:
    refused = send(client, _url(draft), {f"{indicator}-previous": "0,5", f"{indicator}-current": typed})

    assert refused.status_code == 422
    assert words in refused.text
    assert typed_in(refused.text, f"{indicator}-current") == typed
    with app.app_context():
        assert db.session.get_one(Claim, (draft.id, indicator)).answer == {"previous": "0.5"}


def test_all_of_a_hundred_percent_is_taken(client: FlaskClient, draft: Dossier) -> None:
    assert send(client, _url(draft), {"4.3-previous": "0", "4.3-current": "100,0"}).status_code == 302


def test_two_years_too_far_apart_are_taken_with_a_warning(client: FlaskClient, draft: Dossier) -> None:
    apart = "4.2: one of the two years is at least 100 times the other (58,125 → 60.5 million đồng per person and year)"

    saved = send(client, _url(draft), {"4.2-previous": "58.125", "4.2-current": "60,5"})
    pages = [
        client.get(saved.location).text,
        client.get(_url(draft)).text,
        client.get(f"/dossiers/{draft.id}/check").text,
    ]
    send(client, _url(draft), {"4.2-previous": "58,125", "4.2-current": "60,5", "4.2-version": "1"})

    assert [apart in page for page in pages] == [True] * 3
    assert apart[:40] not in client.get(_url(draft)).text
    assert apart[:40] not in client.get(f"/dossiers/{draft.id}/check").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_warning_fits_a_telephone(app: Flask, client: FlaskClient, draft: Dossier, open_page: OpenPage) -> None:
    send(client, _url(draft), {"4.2-previous": "58.125", "4.2-current": "60,5"})
    with app.app_context():
        name = make.person("district_officer", make.unit(DISTRICT)).sign_in_name
    page = open_page(PHONE)
    sign_in(page, name)

    for path in (_url(draft), f"/dossiers/{draft.id}/check"):
        page.goto(path)
        assert page.locator(".box.warning", has_text="từ 100 lần trở lên").count() == 1
        assert_accessible(page)
        assert_fits(page)


def test_a_share_of_units_has_no_field_and_shows_what_it_was_counted_from(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    before = client.get(_url(draft)).text
    send(client, _url(draft), {"4.1-value": "100"})
    after = client.get(_url(draft)).text

    assert "There is nothing to type here" in before
    assert 'name="4.1-value"' not in before
    assert "level 1 or higher: 2 / 6 = 33.33%; level 2 or higher: 1 / 6 = 16.66%" in after
    assert "Xã Sông Ray: level 2 since" in after
    assert "Xã Lâm San: not recognised" in after


def test_the_proof_sheet_names_every_unit_that_was_counted(client: FlaskClient, draft: Dossier) -> None:
    send(client, _url(draft), {"4.1-value": ""})

    page = client.get(f"/dossiers/{draft.id}/proof").text

    assert "level 1 or higher: 2 / 6 = 33.33%" in page
    assert f"Xã Sông Ray: level 2 since {clock.today():%d/%m/%Y}, kept until 31/12/{clock.today().year + 3}" in page
    assert '<details class="more"' not in page
    assert "At least 90% at level 2 or higher" in page


def test_the_check_page_proves_every_kind(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    send(
        client, _url(draft), {"4.2-previous": "58,2", "4.2-current": "58,2", "4.3-previous": "97", "4.3-current": "98"}
    )

    page = client.get(f"/dossiers/{draft.id}/check").text

    assert "At least 90% at level 1 or higher" in page
    assert "At least 90% at level 2 or higher" in page
    assert "4 more are needed" in page
    assert "58.2 → 58.2 million đồng per person and year. Higher than the year before" in page
    assert "97 → 98 percent" in page
    assert f"kept until 31/12/{clock.today().year + 3}" in page


def test_the_appraiser_sees_claim_and_finding_of_every_kind(app: Flask, draft: Dossier) -> None:
    with app.app_context():
        dossier = again(draft)
        for name in make.TREE[DISTRICT][2:]:
            make.dossier("recognised_level_1", unit=make.unit(name))
        typed = walking.answers(catalogue.form_of(dossier), 1)
        course = walking.Course(typed, typed, make.minutes())
        for transition in walking.way(catalogue.workflow_of(dossier).spec, "appraising", 1):
            walking.step(dossier, transition, course, make.person)
        make.commit()
        secretary = make.person("province_council_secretary", make.province())
    client = app.test_client()
    make.sign_in(client, secretary)
    in_english(client)
    url = f"/dossiers/{draft.id}/appraisal"

    send(client, f"{url}/4", {"4.2-previous": "58", "4.2-current": "57,5", "4.2-explanation": "Niên giám"})

    page, result = client.get(f"{url}/4").text, client.get(url).text
    assert page.count("level 1 or higher: 6 / 6 = 100%") == 2
    assert typed_in(page, "4.2-current") == "57,5"
    assert "100 → 100.5 million đồng per person and year" in result
    assert "58 → 57.5 million đồng per person and year" in result


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("district", ["At least 90% at level 1 or higher", "Computed from the recognitions", "Measured in: percent"]),
        ("province", ["At least 4 programmes", "Lower than the year before", "Higher than the year before"]),
    ],
)
def test_the_rules_say_what_each_kind_demands(client: FlaskClient, draft: Dossier, tier: str, words: list[str]) -> None:
    page = client.get(f"/rules/criteria/learning_community_{tier}/1").text

    assert [each for each in words if each not in page] == []
