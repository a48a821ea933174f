"""The page on which an action is taken: what follows, what is missing, and two people at once."""

import re

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from tests import make
from tests.browsing import in_english, send, typed_in


def _acts(app: Flask, client: FlaskClient, role: str, *, at: str | None = None, **options: object) -> int:
    """The id of a dossier in a state; the person in `role` is signed in and reads English."""
    with app.app_context():
        dossier = make.dossier(at=at, **options)  # type: ignore[arg-type]
        number = dossier.id
        make.sign_in(client, make.person_for(role, dossier))
    in_english(client)
    return number


def _stored(app: Flask, number: int) -> tuple[str, int, list[str]]:
    """State, version and the notes in the history of a dossier."""
    with app.app_context():
        dossier = db.session.get_one(Dossier, number)
        notes = sa.select(HistoryEntry.note).filter_by(dossier_id=number).order_by(HistoryEntry.number)
        found = dossier.state, dossier.version, list(db.session.scalars(notes))
        db.session.rollback()
    return found


def test_the_page_tells_what_follows_and_the_act_is_recorded(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="submitted")
    address = f"/dossiers/{number}/actions/accept"
    page = client.get(address).text
    assert "from “Filed, to be screened” to “Being appraised”" in page
    assert "The next step then belongs to: Appraiser, district education office, Huyện Cẩm Mỹ." in page
    assert "Điều 9 khoản 2 điểm a" in page

    sent = {name: typed_in(page, name) for name in ("csrf_token", "version")} | {"note": " Đủ hồ sơ. "}
    for _twice in range(2):  # who lost the first answer gets it again
        answer = client.post(address, data=sent)

        assert answer.status_code == 302
        assert answer.location == f"/dossiers/{number}/"
        assert "Recorded: Accept the dossier for appraisal." in client.get(answer.location).text
    state, _version, notes = _stored(app, number)
    assert (state, notes[-1], notes.count("Đủ hồ sơ.")) == ("appraising", "Đủ hồ sơ.", 1)


def test_recognising_warns_that_papers_are_made_and_nothing_is_undone(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_head", at="endorsed")

    page = client.get(f"/dossiers/{number}/actions/recognise_level_1").text

    assert "The decision and the certificate get numbers, your name as signatory and today" in page
    assert "this cannot be undone" in page


def test_missing_reasons_are_asked_for_at_the_field(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="submitted")
    address = f"/dossiers/{number}/actions/return_for_changes"
    before = _stored(app, number)

    answer = send(client, address, {"version": before[1], "note": "  "})

    assert answer.status_code == 422
    assert '<a href="#note">A reason must be given</a>' in answer.text
    assert re.search(r'<textarea[^>]*aria-describedby="[^"]*note-error"', answer.text)
    assert _stored(app, number) == before


def test_a_blocked_action_says_why_and_keeps_the_note(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "commune_officer")
    address = f"/dossiers/{number}/actions/hand_over"
    page = client.get(address).text
    assert re.search(r'<button[^>]* disabled aria-describedby="missing">Hand over', page)
    assert "15 indicators have not been self-assessed yet" in page

    answer = send(client, address, {"version": 1, "note": "Xin ý kiến <b>sớm</b>"}, page="/account")

    assert answer.status_code == 422
    assert "15 indicators have not been self-assessed yet" in answer.text
    assert "Xin ý kiến &lt;b&gt;sớm&lt;/b&gt;</textarea>" in answer.text
    assert _stored(app, number) == ("drafting", 1, [])


def test_a_note_that_is_too_long_is_refused_and_kept(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="submitted")
    before = _stored(app, number)

    answer = send(client, f"/dossiers/{number}/actions/accept", {"version": before[1], "note": "ờ" * 4001})

    assert answer.status_code == 422
    assert "Shorten this to at most 4000 characters." in answer.text
    assert "ờ" * 4001 in answer.text
    assert _stored(app, number) == before


def test_the_slower_of_two_people_is_told_and_loses_nothing_typed(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="submitted")
    address = f"/dossiers/{number}/actions/return_for_changes"
    seen = typed_in(client.get(address).text, "version")
    with app.app_context():
        make.act(db.session.get_one(Dossier, number), "accept", "Người khác đã tiếp nhận.")
    before = _stored(app, number)

    answer = send(client, address, {"version": seen, "note": "Thiếu minh chứng 2.1"}, page="/account")

    assert answer.status_code == 409
    assert "Somebody else acted on this dossier after you opened it" in answer.text
    assert "The dossier is now: Being appraised" in answer.text
    assert "Người khác đã tiếp nhận." in answer.text
    assert "Thiếu minh chứng 2.1</textarea>" in answer.text
    assert "Return for changes</button>" not in answer.text
    assert _stored(app, number) == before


def test_an_action_that_is_still_open_can_be_sent_again_after_a_look(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="submitted")
    address = f"/dossiers/{number}/actions/accept"
    seen = typed_in(client.get(address).text, "version")
    with app.app_context():
        dossier = db.session.get_one(Dossier, number)
        for action in ("return_for_changes", "hand_over", "submit"):
            make.act(dossier, action)

    answer = send(client, address, {"version": seen, "note": "Đã xem"})
    assert answer.status_code == 409
    assert "Đã xem</textarea>" in answer.text

    again = send(client, address, {"version": typed_in(answer.text, "version"), "note": "Đã xem lại"})
    assert again.status_code == 302
    assert _stored(app, number)[0] == "appraising"


def test_wrong_part_wrong_state_and_lost_version_are_refused_by_the_table(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_officer", at="appraising")
    before = _stored(app, number)

    for action, version, status in (
        ("propose_level_1", before[1], 403),
        ("accept", before[1], 409),
        ("no_such_action", before[1], 409),
        ("no_such_action", 0, 404),
        ("accept", "", 409),
        ("accept", "9" * 400, 409),
        ("accept", "<script>", 409),
    ):
        address = f"/dossiers/{number}/actions/{action}"
        answer = send(client, address, {"version": version, "note": "Giữ lại"}, page="/account")
        assert (action, version, answer.status_code) == (action, version, status)
        assert "Giữ lại</textarea>" in answer.text
    assert client.get(f"/dossiers/{number}/actions/propose_level_1").status_code == 403
    assert client.get(f"/dossiers/{number}/actions/accept").status_code == 409
    assert _stored(app, number) == before


def test_reasons_that_cannot_be_printed_are_told_with_the_letter_and_kept(app: Flask, client: FlaskClient) -> None:
    number = _acts(app, client, "education_head", at="endorsed")
    before = _stored(app, number)
    typed = {"version": str(before[1]), "note": "Thiếu minh chứng 漢"}

    answer = send(client, f"/dossiers/{number}/actions/decline", typed)

    assert answer.status_code == 422
    assert "its font has no character for “漢”" in answer.text
    assert "Thiếu minh chứng 漢</textarea>" in answer.text
    assert _stored(app, number) == before
