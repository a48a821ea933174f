"""The next step of a dossier: the first open task, then the main action; with whom it waits, and level 2."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.access import turns
from certflow.dossiers import dates
from certflow.dossiers.words import next_steps
from certflow.law.deadlines import months_after
from certflow.units import contacts
from certflow.units.contacts import ContactEntry
from tests import make
from tests.browsing import signed_in

NEXT = re.compile(r'<a class="button" data-next-action href="([^"]+)"')


@pytest.mark.parametrize(
    ("role", "state", "path"),
    [
        ("commune_officer", "drafting", "criteria/1"),
        ("commune_officer", "returned", "actions/hand_over"),
        ("commune_chair", "awaiting_chair", "actions/submit"),
        ("education_officer", "submitted", "actions/accept"),
        ("district_appraiser", "appraising", "appraisal/1"),
        ("province_reviewer", "under_review", "actions/endorse"),
        ("education_head", "endorsed", "actions/recognise_level_1"),
    ],
)
def test_each_turn_has_one_next_step(app: Flask, client: FlaskClient, role: str, state: str, path: str) -> None:
    with app.app_context():
        dossier = make.dossier(at=state)
    signed_in(app, client, role, dossier)

    assert NEXT.findall(client.get(f"/dossiers/{dossier.id}/").text) == [f"/dossiers/{dossier.id}/{path}"]


def test_after_the_last_task_comes_the_action(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(claims=make.answers(1))
    signed_in(app, client, "commune_officer", dossier)
    address = f"/dossiers/{dossier.id}/"
    assert NEXT.findall(client.get(address).text) == [f"{address}meeting"]

    with app.app_context():
        make.meeting(dossier)

    assert NEXT.findall(client.get(address).text) == [f"{address}actions/hand_over"]


@pytest.mark.usefixtures("inside_the_application")
def test_the_next_date_is_ones_own_and_only_who_waits_sees_that_of_another_office() -> None:
    dossier = make.dossier(at="returned")
    standings = dates.of(dossier).standings

    shown = {}
    for role in ("commune_officer", "commune_chair", "education_officer"):
        due = next_steps.ahead(turns.reading(dossier, make.person_for(role, dossier)), standings, None).due
        shown[role] = due and due.due.spec.name

    assert shown == {
        "commune_officer": None,
        "commune_chair": "review_plan",
        "education_officer": "decide_statutory",
    }


def test_a_proposal_not_to_recognise_leads_to_the_written_reply(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising", level=0)
        make.findings(dossier, make.answers(0))
        make.act(dossier, "propose_none")
        make.act(dossier, "endorse", "")
    signed_in(app, client, "education_head", dossier)

    assert NEXT.findall(client.get(f"/dossiers/{dossier.id}/").text) == [f"/dossiers/{dossier.id}/actions/decline"]


def test_whoever_waits_reads_with_whom_by_when_and_when_the_result_is_due(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="submitted")
        name = make.person_for("education_officer", dossier).full_name
        office = ContactEntry("Phòng Giáo dục và Đào tạo huyện Cẩm Mỹ", "0251 3871 234")
        contacts.enter(make.unit("Huyện Cẩm Mỹ").id, office, actor=make.person("administrator"))
        make.commit()
    signed_in(app, client, "commune_officer", dossier)

    page = client.get(f"/dossiers/{dossier.id}/").text.split('<section class="next')[1].split("</section>")[0]

    assert f"Waits for: Receiving officer, district education office, Huyện Cẩm Mỹ <b>({name})</b>" in page
    assert 'Phòng Giáo dục và Đào tạo huyện Cẩm Mỹ, telephone <a href="tel:02513871234">' in page
    assert f"25/02/{clock.today().year}" in page
    assert re.search(rf"The result is due: <b>before (<[^>]+>)?31/03/{clock.today().year}", page)
    assert "data-next-action" in page


def test_the_commune_reads_from_which_day_level_2_can_be_asked(app: Flask, client: FlaskClient) -> None:
    first = months_after(clock.today(), 12)
    with app.app_context():
        held = make.dossier(at="recognised_level_1", unit=make.unit())
        later = make.dossier(unit=make.unit(), round_=make.round_(title="Đợt sau"))
        other = make.dossier(unit=make.unit("Xã Lâm San"))
    told = f"Level 2 can be requested from {first:%d/%m/%Y}, 12 months after the lower level."

    signed_in(app, client, "commune_officer", held)
    assert told in client.get(f"/dossiers/{held.id}/").text
    assert told in client.get(f"/dossiers/{later.id}/").text
    elsewhere = app.test_client()
    signed_in(app, elsewhere, "commune_officer", other)
    assert "can be requested from" not in elsewhere.get(f"/dossiers/{other.id}/").text
    assert first > clock.today() + dt.timedelta(days=360)
