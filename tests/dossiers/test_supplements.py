"""A dossier is given back for a supplement: what is asked, where it stands, what changed, and what is filed again."""

import datetime as dt
import io
import json
import re

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import update

from certflow import clock
from certflow.assessment import assessments, changes, evidence, supplements
from certflow.assessment.supplements import NOTHING, Asked
from certflow.dossiers import actions, dossiers, retractions, submissions
from certflow.errors import Invalid, NotFound
from certflow.models.base import db
from certflow.models.dossiers import PAPERS, Dossier, Evidence, SupplementItem, SupplementRequest
from tests import make
from tests.browser import PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in
from tests.browsing import send, signed_in, typed_in
from tests.gateways import samples

TOMORROW = clock.today() + dt.timedelta(days=1)
WORDS = "Bổ sung danh sách người học có xác nhận."


def _give_back(dossier: Dossier, asked: Asked) -> None:
    officer = make.person_for("education_officer", dossier)
    actions.act(dossier.id, "return_for_changes", actor=officer, note=make.REASON, asked=asked)
    make.commit()


def _attach(dossier: Dossier, code: str) -> int:
    officer = make.person_for("commune_officer", dossier)
    file = evidence.attach(dossier.id, code, io.BytesIO(samples.pdf()), "Danh sách.pdf", actor=officer)
    make.commit()
    return file.id


def _attach_paper(dossier: Dossier, name: str) -> Evidence:
    officer, paper = make.person_for("commune_officer", dossier), io.BytesIO(samples.pdf())
    return evidence.attach(dossier.id, PAPERS, paper, name, actor=officer)


def _filed_again(dossier: Dossier) -> SupplementRequest:
    for action in ("hand_over", "submit"):
        make.act(dossier, action)
    (request,) = supplements.of_dossier(dossier)
    return request


@pytest.mark.usefixtures("inside_the_application")
def test_what_is_asked_is_stored_with_the_return_and_settled_by_the_next_filing() -> None:
    dossier = make.dossier("submitted")
    first = submissions.submission(dossier, 1).manifest_hash
    _give_back(dossier, Asked({"1.1": WORDS, "4": "Rà soát cả tiêu chí.", "meeting": " ", "5.2": "Sửa số."}, TOMORROW))
    (request,) = supplements.of_dossier(dossier)
    assert (request.number, request.from_state, request.answer_by) == (dossier.version, "submitted", TOMORROW)
    assert [(item.code, item.words, item.changed) for item in request.items] == [
        ("1.1", WORDS, None),
        ("4", "Rà soát cả tiêu chí.", None),
        ("5.2", "Sửa số.", None),
    ]
    assert supplements.answer_days([dossier]) == {dossier.id: TOMORROW}

    _attach(dossier, "1.1")
    make.claims(dossier, {"4.2": make.answers(2)["4.2"]})
    request = _filed_again(dossier)

    assert request.settled_number == dossiers.history(dossier)[-1].number
    assert {item.code: item.changed for item in request.items} == {"1.1": True, "4": True, "5.2": False}
    assert supplements.answer_days([dossier]) == {}
    assert submissions.submission(dossier, 1).manifest_hash == first
    differing = changes.latest(dossier, assessments.contents(dossier))
    assert differing is not None
    assert [(change.code, change.answered, change.added) for change in differing.indicators] == [
        ("1.1", False, ("Danh sách.pdf",)),
        ("4.2", True, ()),
    ]


@pytest.mark.usefixtures("inside_the_application")
def test_what_a_step_asked_or_settled_is_undone_when_it_is_taken_back() -> None:
    dossier = make.dossier("submitted")
    _give_back(dossier, Asked({"1.1": WORDS}, TOMORROW))
    officer, chair = (make.person_for(role, dossier) for role in ("education_officer", "commune_chair"))
    retractions.retract(dossier.id, actor=officer, seen=dossier.version)
    assert supplements.answer_days([dossier]) == {}
    assert [request.withdrawn for request in supplements.of_dossier(dossier)] == [True]

    _give_back(dossier, Asked({"5.2": WORDS}, TOMORROW))
    make.act(dossier, "hand_over")
    make.act(dossier, "submit")
    assert supplements.answer_days([dossier]) == {}
    retractions.retract(dossier.id, actor=chair, seen=dossier.version)

    withdrawn, request = supplements.of_dossier(dossier)
    assert (withdrawn.withdrawn, request.withdrawn, request.settled_number) == (True, False, None)
    assert [(item.code, item.changed) for item in request.items] == [("5.2", None)]
    assert supplements.answer_days([dossier]) == {dossier.id: TOMORROW}


@pytest.mark.usefixtures("inside_the_application")
def test_papers_asked_for_before_they_had_a_place_are_not_taken_for_answered() -> None:
    dossier = make.dossier("submitted")
    _give_back(dossier, Asked({PAPERS: "Tờ trình"}))
    flask_migrate.downgrade(revision="0020")
    db.session.execute(update(SupplementItem).values(seen="the mark of all files of the dossier"))
    make.commit()

    flask_migrate.upgrade()

    (item,) = supplements.of_dossier(dossier)[-1].items
    assert not supplements.is_changed(item, changes.present(assessments.contents(dossier)))


@pytest.mark.usefixtures("inside_the_application")
def test_what_cannot_be_asked_is_refused_by_field_and_changes_nothing() -> None:
    dossier = make.dossier("submitted")
    yesterday = clock.today() - dt.timedelta(days=1)

    with pytest.raises(Invalid) as refusal:
        _give_back(dossier, Asked({"1.1": "ờ" * 1001, "9.9": "Gì?"}, yesterday))

    assert set(refusal.value.fields) == {"ask-1.1", "form", "answer_by"}
    db.session.rollback()
    assert (db.session.get_one(Dossier, dossier.id).state, supplements.of_dossier(dossier)) == ("submitted", [])
    _give_back(dossier, Asked({}, clock.today()))
    assert [request.answer_by for request in supplements.of_dossier(dossier)] == [clock.today()]


@pytest.mark.usefixtures("inside_the_application")
def test_other_papers_are_attached_once_they_are_asked_for_and_stand_in_what_is_filed() -> None:
    dossier = make.dossier("submitted")
    for asked, closing in ((Asked({"1.1": WORDS}), False), (Asked({PAPERS: "Tờ trình"}), True)):
        _give_back(dossier, asked)
        if closing:
            retractions.retract(dossier.id, actor=make.person_for("education_officer", dossier), seen=dossier.version)
            _give_back(dossier, NOTHING)
        with pytest.raises(NotFound):
            _attach_paper(dossier, "Tờ trình.pdf")
        for action in ("hand_over", "submit"):
            make.act(dossier, action)
    _give_back(dossier, Asked({PAPERS: "Tờ trình, biên bản"}))
    (item,) = supplements.of_dossier(dossier)[-1].items
    _attach(dossier, "1.1")
    assert not supplements.is_changed(item, changes.present(assessments.contents(dossier)))

    paper = _attach_paper(dossier, "Tờ trình.pdf")
    make.commit()
    for action in ("hand_over", "submit"):
        make.act(dossier, action)

    assert item.changed
    listed = json.loads(submissions.submission(dossier, 4).manifest)["evidence"]
    assert (PAPERS, paper.sha256) in {(file["indicator"], file["sha256"]) for file in listed}
    differing = changes.latest(dossier, assessments.contents(dossier))
    assert differing is not None
    assert differing.papers.added == ("Tờ trình.pdf",)
    _give_back(dossier, NOTHING)
    evidence.remove(paper.id, actor=make.person_for("commune_officer", dossier))
    differing = changes.latest(dossier, assessments.contents(dossier))
    assert differing is not None
    assert differing.fewer == (PAPERS,)


def test_the_office_asks_at_an_indicator_and_the_commune_reads_it_there(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
    signed_in(app, client, "education_officer", dossier)
    address = f"/dossiers/{dossier.id}/actions/return_for_changes"
    page = client.get(address).text
    assert '<p class="hint" id="ask-5-1-hint">6,000 / 10,000 = 60% · 0 files' in page
    typed = {
        "version": typed_in(page, "version"),
        "note": "Thiếu minh chứng.",
        "ask-5.1": WORDS,
        "ask-papers": "Tờ trình",
    }

    refused = send(client, address, typed | {"answer_by": "01/01/2020"})
    assert refused.status_code == 422
    assert '<a href="#answer_by">The last day to answer cannot be in the past.' in refused.text
    assert f"{WORDS}</textarea>" in refused.text
    assert send(client, address, typed | {"answer_by": f"{TOMORROW:%d/%m/%Y}"}).status_code == 302
    history = client.get(f"/dossiers/{dossier.id}/history").text
    assert WORDS in history
    assert f"{TOMORROW:%d/%m/%Y}" in history

    client = app.test_client()
    signed_in(app, client, "commune_officer", dossier)
    overview = client.get(f"/dossiers/{dossier.id}/").text
    assert f'href="/dossiers/{dossier.id}/criteria/5#i5-1"' in overview
    assert "1 day left" in overview.split("data-answer-by")[1].split("</div>")[0]
    assert re.search(r"data-next-action href=\"[^\"]*/criteria/5\">Continue: Criterion 5\.", overview)
    assert f"{TOMORROW:%d/%m/%Y}" in client.get("/").text
    beside = client.get(f"/dossiers/{dossier.id}/criteria/5").text.split('id="i5-1"')[1].split("</section>")[0]
    assert "To be supplemented" in beside
    assert WORDS in beside
    assert "Nothing has changed" in client.get(f"/dossiers/{dossier.id}/check").text


def test_filing_again_unchanged_is_asked_about_and_told_to_the_office(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier()
        file = _attach(dossier, "1.1")
        make.claims(dossier, make.answers(1))
        make.meeting(dossier)
        for action in ("hand_over", "submit"):
            make.act(dossier, action)
        _give_back(dossier, Asked({"5.1": WORDS}))
        evidence.remove(file, actor=make.person_for("commune_officer", dossier))
        make.commit()
    signed_in(app, client, "commune_officer", dossier)
    address = f"/dossiers/{dossier.id}/actions/hand_over"
    page = client.get(address).text
    assert "There are fewer files than at the last filing" in page
    assert "This was asked to be supplemented and is unchanged" in page
    typed = {"version": typed_in(page, "version"), "note": "Đã rà soát."}

    asked = send(client, address, typed)
    assert asked.status_code == 422
    assert '<a href="#confirmed">Tick this box' in asked.text
    assert "Đã rà soát.</textarea>" in asked.text
    assert send(client, address, typed | {"confirmed": "y"}).status_code == 302
    with app.app_context():
        make.act(db.session.get_one(Dossier, dossier.id), "submit")
    client = app.test_client()
    signed_in(app, client, "education_officer", dossier)
    overview = client.get(f"/dossiers/{dossier.id}/").text
    assert "Filed again unchanged" in overview
    assert "Files removed: Danh sách.pdf" in overview.split("What the last filing changed")[1]


def test_other_papers_are_attached_on_a_page_of_their_own_and_read_beside_the_reason(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        _give_back(dossier, Asked({PAPERS: "Tờ trình của xã"}))
    signed_in(app, client, "commune_officer", dossier)
    page = f"/dossiers/{dossier.id}/papers"
    overview = client.get(f"/dossiers/{dossier.id}/").text
    assert re.search(r"data-next-action href=\"[^\"]*/papers\">Continue: Other papers", overview)
    assert "is unchanged" in client.get(f"/dossiers/{dossier.id}/actions/hand_over").text

    refused = send(client, page, {"go": "files:papers"})
    wrong = send(client, page, {"papers-file": (io.BytesIO(b"x"), "a.pdf")})
    sent = send(client, page, {"go": "files:papers", "papers-file": (io.BytesIO(samples.pdf()), "Tờ trình.pdf")})

    assert (refused.status_code, wrong.status_code, sent.status_code) == (422, 422, 302)
    assert "Choose at least one file first." in refused.text
    assert sent.location == f"{page}#ipapers-files"
    file = re.search(r'href="(/evidence/\d+/pages/1)"', client.get(page).text)
    assert file is not None
    assert f'href="{page}"' in client.get(file[1]).text
    assert "is unchanged" not in client.get(f"/dossiers/{dossier.id}/actions/hand_over").text
    with app.app_context():
        for action in ("hand_over", "submit"):
            make.act(db.session.get_one(Dossier, dossier.id), action)
        digest = db.session.scalars(db.select(Evidence.sha256)).one()
    client = app.test_client()
    signed_in(app, client, "education_officer", dossier)
    reason = client.get(f"/dossiers/{dossier.id}/").text.split("Tờ trình của xã")[1].split("</li>\n</ul>")[0]
    assert file[1] in reason
    receipt = client.get(f"/dossiers/{dossier.id}/submissions/2").text
    assert "Other papers of the dossier: Tờ trình.pdf" in receipt
    assert digest in receipt
    assert digest[:8] in client.get(f"/dossiers/{dossier.id}/proof").text
    assert "data-upload" not in client.get(page).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_paper_is_sent_when_it_is_chosen(app: Flask, open_page: OpenPage, screenshot: Screenshot) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        _give_back(dossier, Asked({PAPERS: "Tờ trình của xã, có chữ ký và con dấu."}))
        officer = make.person_for("commune_officer", dossier).sign_in_name
    page = open_page(PHONE)
    sign_in(page, officer)
    page.goto(f"/dossiers/{dossier.id}/papers")
    paper = {"name": "Tờ trình.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
    page.set_input_files("#ipapers-file", paper)  # type: ignore[arg-type]
    expect(page.locator("#ipapers-files .files")).to_contain_text("Tờ trình.pdf")
    assert_accessible(page)
    assert_fits(page)
    screenshot(page, "claims-papers")
    page.click("[name=go][value=next]")
    page.wait_for_url("**/check")
    page.click(".tasks .thumb")  # above the link that takes the whole line
    page.wait_for_url("**/evidence/*/pages/1")
    page.go_back()
    page.click(".tasks a >> nth=0")
    page.wait_for_url("**/papers")
