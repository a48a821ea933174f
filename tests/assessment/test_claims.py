"""The commune's pages: criteria, the meeting, and the check before filing."""

import io
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.assessment import evidence, meetings
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Meeting
from certflow.units import attributes
from tests import make
from tests.browsing import again, queries, send, signed_in, typed_in
from tests.gateways import samples

HALF = {"denominator": "3000", "share": "1799", "definition": "Công dân từ 15 tuổi"}
# One for what was asked, one for the province at the head; the last ones are of the act to which the answers lead.
MOST_QUERIES = 15


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> Dossier:
    """A dossier being drafted; its officer is signed in and reads English."""
    with app.app_context():
        dossier = make.dossier()
    signed_in(app, client, "commune_officer", dossier)
    return dossier


def _url(dossier: Dossier, number: int) -> str:
    return f"/dossiers/{dossier.id}/criteria/{number}"


def _stored(app: Flask, dossier: Dossier, code: str) -> tuple[Mapping[str, object], str, int]:
    with app.app_context():
        claim = db.session.get_one(Claim, (dossier.id, code))
        return claim.answer, claim.explanation, claim.version


def test_a_claim_is_saved_and_the_next_criterion_follows(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    typed = {"1.1-value": "yes", "1.1-explanation": "12 tin bài\r\ntrong năm", "1.2-value": "no", "go": "next"}

    answer = send(client, _url(draft, 1), typed)

    assert answer.status_code == 302
    assert answer.location == _url(draft, 2)
    assert _stored(app, draft, "1.1") == ({"value": True}, "12 tin bài\ntrong năm", 1)
    page = client.get(_url(draft, 1)).text
    assert typed_in(page, "1.1-version") == "1"
    assert 'checked class="input"' not in page
    assert page.count("checked") == 2


def test_after_the_last_criterion_comes_the_meeting_or_the_overview(client: FlaskClient, draft: Dossier) -> None:
    onward = send(client, _url(draft, 5), {"go": "next"})
    back = send(client, _url(draft, 5), {"go": "overview"})

    assert onward.location == f"/dossiers/{draft.id}/meeting"
    assert back.location == f"/dossiers/{draft.id}/"


def test_a_fault_stands_at_its_field_and_in_the_summary_and_keeps_what_was_typed(
    client: FlaskClient, draft: Dossier
) -> None:
    typed = {"5.1-denominator": "ba nghìn", "5.1-share": "1799", "5.2-denominator": "10", "5.2-technical": "11"}

    answer = send(client, _url(draft, 5), typed)

    assert answer.status_code == 422
    assert '<a href="#i5-1-denominator">Write a whole number' in answer.text
    assert 'id="i5-1-denominator-error"' in answer.text
    assert '<a href="#i5-2-technical">This number is larger than' in answer.text
    assert typed_in(answer.text, "5.1-denominator") == "ba nghìn"
    assert typed_in(answer.text, "5.1-share") == "1799"


def test_autosave_answers_with_the_time_and_the_new_versions(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    url = _url(draft, 5)
    token = {"csrf_token": typed_in(client.get(url).text, "csrf_token")}
    header = {"X-Requested-With": "certflow"}

    saved = client.post(url, data=token | {"5.1-denominator": "3.000"}, headers=header)
    wrong = client.post(url, data=token | {"5.2-denominator": "x"}, headers=header)
    stale = client.post(url, data=token | {"5.1-denominator": "4000"}, headers=header)

    assert saved.get_json()["versions"] == {"5.1-version": 1}
    assert saved.get_json()["saved_at"]
    assert wrong.get_json()["faults"] == {"5.2-denominator": "Write a whole number, for example 1250 or 1.250."}
    assert stale.get_json()["conflicts"] == {}, "another window of the same person"
    assert _stored(app, draft, "5.1")[0] == {"denominator": 4000}


def test_autosave_tells_what_a_colleague_changed_and_saves_the_rest(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    url = _url(draft, 5)
    opened = client.get(url).text
    token = {"csrf_token": typed_in(opened, "csrf_token"), "5.1-shown": typed_in(opened, "5.1-shown")}
    with app.app_context():
        make.claims(again(draft), {"5.1": HALF})
        make.by_a_colleague(db.session.get_one(Claim, (draft.id, "5.1")))
    header = {"X-Requested-With": "certflow"}
    sent = token | {"5.1-denominator": "2500", "5.1-share": "", "5.1-definition": "", "5.2-denominator": "10"}

    answer = client.post(url, data=sent, headers=header).get_json()

    assert list(answer["conflicts"]) == ["5.1-denominator"]
    assert answer["texts"]["5.1-share"] == "1799", "not touched here, changed by the colleague"
    assert _stored(app, draft, "5.1")[0] == {"denominator": 3000, "share": 1799, "definition": HALF["definition"]}
    assert _stored(app, draft, "5.2")[0] == {"denominator": 10}
    still = client.post(url, data=sent | {"5.1-shown": answer["shown"]["5.1-shown"]}, headers=header).get_json()
    assert list(still["conflicts"]) == ["5.1-denominator"], "open until the person chooses"
    chosen = {"5.1-denominator-choice": "stored"}
    settled = client.post(url, data=sent | chosen, headers=header).get_json()
    assert (settled["conflicts"], settled["texts"]["5.1-denominator"]) == ({}, "3000")


def test_who_comes_second_keeps_what_was_typed_and_sees_what_is_stored(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    with app.app_context():
        make.claims(again(draft), {"5.1": HALF})
        make.by_a_colleague(db.session.get_one(Claim, (draft.id, "5.1")))

    refused = send(client, _url(draft, 5), {"5.1-denominator": "2500", "5.1-share": "9", "5.1-version": "0"})
    version = typed_in(refused.text, "5.1-version")
    shown = typed_in(refused.text, "5.1-shown")
    saved = send(client, _url(draft, 5), {"5.1-denominator": "2500", "5.1-version": version, "5.1-shown": shown})

    assert refused.status_code == 409
    assert typed_in(refused.text, "5.1-denominator") == "2500"
    assert "Changed by" in refused.text
    assert 'value="stored"' in refused.text
    assert saved.status_code == 302
    assert _stored(app, draft, "5.1")[0] == {"denominator": 2500, "share": 1799, "definition": HALF["definition"]}


def test_what_was_typed_is_handed_back_when_the_dossier_has_moved_on(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    token = typed_in(client.get(_url(draft, 1)).text, "csrf_token")
    with app.app_context():
        make.claims(again(draft), make.answers())
        make.meeting(again(draft))
        make.act(again(draft), "hand_over")

    answer = client.post(_url(draft, 1), data={"csrf_token": token, "1.1-explanation": "Còn một tin bài nữa"})

    assert answer.status_code == 409
    assert "Còn một tin bài nữa" in answer.text


def test_others_read_the_same_page_without_a_form(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted", claims={**make.answers(), "5.1": HALF | {"share": "1800"}})
    signed_in(app, client, "district_appraiser", dossier, "vi")

    page = client.get(_url(dossier, 5))

    assert page.status_code == 200
    assert 'name="5.1-share"' not in page.text
    assert "1.800 / 3.000 = 60" in page.text
    assert "điểm a khoản 5 Điều 6" in page.text
    refused = send(client, _url(dossier, 5), {"5.1-share": "1"})
    assert refused.status_code == 403


def test_what_is_not_there_or_not_theirs_is_answered_alike(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    with app.app_context():
        other = make.dossier()

    absent = [_url(draft, 9), _url(other, 1), f"/dossiers/{other.id}/meeting", f"/dossiers/{other.id}/check"]

    assert [client.get(url).status_code for url in absent] == [404, 404, 404, 404]


def test_a_share_just_below_the_threshold_is_not_shown_as_reaching_it(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    just_below = HALF | {"denominator": "100000", "share": "59996"}
    with app.app_context():
        make.claims(again(draft), {**make.answers(), "5.1": just_below})

    page = client.get(f"/dossiers/{draft.id}/check").text

    assert "59,996 / 100,000 = 59.99%" in page
    assert "60.00%" not in page
    assert "No level reached" in page
    assert "Still missing for level 1" in page
    assert f'href="{_url(draft, 5)}#i5-1"' in page
    assert "At least 60% (Điều 6 khoản 5 điểm a); 4 more are needed" in page


def test_numbers_are_written_the_vietnamese_way(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    with app.app_context():
        make.claims(again(draft), {"5.1": HALF})
    with client.session_transaction() as session:
        session["language"] = "vi"

    assert "1.799 / 3.000 = 59,96" in client.get(f"/dossiers/{draft.id}/check").text


def test_lower_thresholds_are_marked_with_the_document_that_grants_them(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        place = db.session.merge(make.unit("Xã Sông Ray"))
        attributes.mark_disadvantaged(place, "Quyết định 861/QĐ-TTg")
        make.commit()
        dossier = make.dossier(unit=place)
    signed_in(app, client, "commune_officer", dossier)

    page = client.get(_url(dossier, 5)).text

    assert "At least 40% <b>(lowered)</b>" in page
    assert "At least 60% – " in page
    assert "Quyết định 861/QĐ-TTg" in page


def test_the_check_page_says_when_nothing_is_missing(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    with app.app_context():
        make.claims(again(draft), make.answers(2))

    page = client.get(f"/dossiers/{draft.id}/check").text

    assert "The highest level is reached" in page
    assert "Not answered" not in page


def test_evidence_is_recommended_and_the_check_names_what_is_claimed_without_it(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    with app.app_context():
        make.claims(again(draft), make.answers(1) | {"1.2": {"value": "no"}})
        officer = make.person_for("commune_officer", again(draft))
        file = io.BytesIO(samples.pdf())
        evidence.attach(draft.id, "1.1", file, "ảnh.jpg", actor=officer)
        make.commit()

    field = client.get(f"/dossiers/{draft.id}/criteria/1").text
    warning = client.get(f"/dossiers/{draft.id}/check").text.partition("Evidence is recommended here")[2]

    assert 'Evidence for indicator 1.1 <span class="need">(recommended)</span>' in field
    assert "ảnh.pdf" in field  # the ending follows the content
    named = re.findall(r'criteria/\d#i\d-\d">(\d\.\d)\.', warning.partition("</ul>")[0])
    assert (named[0], len(named)) == ("1.3", 13)


def test_the_meeting_is_recorded_once_all_is_given(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    url = f"/dossiers/{draft.id}/meeting"
    with app.app_context():
        leader = make.person_for("commune_chair", again(draft)).full_name
    assert typed_in(client.get(url).text, "chaired_by") == leader, "who files is proposed"
    typed = {"held_on": "31/02/2026", "chaired_by": "", "bodies_present": ["trade_union"], "conclusion": "Nhất trí"}
    bodies = ["study_promotion_association", "fatherland_front"]
    good = {"held_on": "10/01/2026", "chaired_by": "Nguyễn Văn Chủ", "chair_position": "Phó Chủ tịch"}

    wrong = send(client, url, typed)
    saved = send(client, url, good | {"bodies_present": [*bodies, *bodies]})

    assert wrong.status_code == 422
    assert wrong.text.count('class="error"') == 4
    assert typed_in(wrong.text, "held_on") == "31/02/2026"
    assert saved.location == f"/dossiers/{draft.id}/check"
    with app.app_context():
        assert db.session.get_one(Meeting, draft.id).bodies_present == bodies


def test_what_a_colleague_recorded_meanwhile_is_shown_field_by_field(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    url = f"/dossiers/{draft.id}/meeting"
    with app.app_context():
        make.meeting(again(draft))
        make.commit()
    page = client.get(url).text
    sent: dict[str, str | list[str]] = {
        name: typed_in(page, name) for name in ("held_on", "chaired_by", "chair_position", "version", "shown")
    }
    sent |= {"bodies_present": list(meetings.OBLIGATORY), "conclusion": "Của tôi", "other_bodies": "Hội Người cao tuổi"}
    with app.app_context():
        other = make.person("commune_officer", again(draft).unit, "colleague")
        changed = make.minutes(chaired_by="Trần Thị Khác", conclusion="Của bạn", version=1)
        meetings.record(draft.id, changed, actor=other)
        make.commit()

    answer = send(client, url, sent)

    assert answer.status_code == 409
    assert "Của tôi</textarea>" in answer.text
    assert "Another person changed this meanwhile." in answer.text
    assert "Của bạn</dd>" in answer.text
    assert typed_in(answer.text, "chaired_by") == "Trần Thị Khác", "untouched here, so theirs"
    assert answer.text.count("-choice") == 2
    marks = {name: typed_in(answer.text, name) for name in ("version", "shown", "chaired_by")}
    assert _meeting(app, draft) == ("Trần Thị Khác", "Của bạn", "Hội Người cao tuổi")
    assert send(client, url, sent | marks | {"conclusion-choice": "stored"}).status_code == 302
    assert _meeting(app, draft) == ("Trần Thị Khác", "Của bạn", "Hội Người cao tuổi")
    assert send(client, url, sent | marks | {"conclusion-choice": "typed"}).status_code == 302
    assert _meeting(app, draft) == ("Trần Thị Khác", "Của tôi", "Hội Người cao tuổi")


def _meeting(app: Flask, dossier: Dossier) -> tuple[str, str, str]:
    with app.app_context():
        row = db.session.get_one(Meeting, dossier.id)
        return row.chaired_by, row.conclusion, row.other_bodies


def test_no_page_asks_the_database_more_for_a_full_dossier(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    urls = [_url(draft, 5), f"/dossiers/{draft.id}/meeting", f"/dossiers/{draft.id}/check"]
    empty = [queries(app, client, url) for url in urls]
    with app.app_context():
        make.claims(again(draft), make.answers(2))
        make.meeting(again(draft))

    full = [queries(app, client, url) for url in urls]

    assert all(more <= fewer for more, fewer in zip(full, empty, strict=True)), "an empty meeting has a chair proposed"
    assert max(full) <= MOST_QUERIES
