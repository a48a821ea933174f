"""Who works on a dossier, as the pages show it and let it change hands."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.models.base import db
from certflow.models.days import LONGEST_REASON
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from tests import make
from tests.browsing import in_english, queries, send, typed_in

SINCE = r"since \d\d:\d\d"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def plain(page: str) -> str:
    """The words of a page without its tags."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def lan_and_hung(
    app: Flask, role: str = "commune_officer", at: str | None = None
) -> tuple[str, FlaskClient, FlaskClient]:
    """The address of a dossier, and two people who share the part in which it waits, both reading English."""
    with app.app_context():
        dossier = make.dossier(at=at)
        place = make.person_for(role, dossier).appointments[0].unit
        lan, hung = (app.test_client() for _n in range(2))
        for client, name, full_name in ((lan, "lan", "Nguyễn Thị Lan"), (hung, "hung", "Trần Văn Hùng")):
            person = make.person(role, place, name=f"{name}.{role}")
            db.session.get_one(User, person.id).full_name = full_name
            make.commit()
            make.sign_in(client, person)
        return f"/dossiers/{dossier.id}/", in_english(lan), in_english(hung)


def take(client: FlaskClient, where: str) -> None:
    assert send(client, f"{where}handling/take", {}, page=where).status_code == 302


@SQLITE
def test_everybody_sees_who_works_on_it_and_since_when(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    assert "Nobody works on it yet." in lan.get(where).text

    answer = send(lan, f"{where}handling/take", {}, page=where)

    assert answer.status_code == 302
    mine = plain(lan.get(answer.location).text)
    assert "You work on this dossier now; your colleagues see it." in mine
    assert re.search(f"You have been working on it {SINCE}", mine)
    assert "Stop working on it" in mine
    for page in (where, "/", "/dossiers/", f"{where}criteria/1", f"{where}meeting", f"{where}history"):
        words = plain(hung.get(page).text)
        told = "Nguyễn Thị Lan" if page.endswith("history") else f"Nguyễn Thị Lan has been working on it {SINCE}"
        assert re.search(told, words), page
    assert f'href="{where}handling/over"' in hung.get(where).text
    assert "Stop working on it" not in hung.get(where).text


@SQLITE
def test_the_words_of_the_office(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    for client in (lan, hung):
        with client.session_transaction() as session:
            session["language"] = "vi"
    assert "Nhận xử lý" in lan.get(where).text

    take(lan, where)

    assert re.search(r"Nguyễn Thị Lan đang xử lý từ \d\d:\d\d", hung.get(where).text)


def test_who_comes_second_is_told_who_was_first_and_can_take_it_over(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    open_page = hung.get(where).text
    take(lan, where)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', open_page)
    assert token

    late = hung.post(f"{where}handling/take", data={"csrf_token": token[1]})

    assert late.status_code == 409
    assert "Nguyễn Thị Lan already works on this dossier." in late.text
    over = f"{where}handling/over"
    seen = typed_in(late.text, "seen")
    empty = send(hung, over, {"seen": seen, "reason": " . "})
    assert empty.status_code == 422
    assert "A reason must be given" in empty.text
    done = send(hung, over, {"seen": seen, "reason": "Bà Lan nghỉ phép."})
    assert done.status_code == 302
    assert "your reason is on record" in hung.get(done.location).text
    record = plain(lan.get(f"{where}history").text)
    assert re.search(r"Worked on the dossier until \d\d:\d\d, when Trần Văn Hùng took it over", record)
    assert "Bà Lan nghỉ phép." in record


def test_a_reason_is_kept_when_the_dossier_changed_hands_meanwhile(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    take(lan, where)
    over = f"{where}handling/over"
    seen = typed_in(hung.get(over).text, "seen")
    too_long = send(hung, over, {"seen": seen, "reason": "x" * (LONGEST_REASON + 1)})
    assert too_long.status_code == 422
    assert "x" * LONGEST_REASON in too_long.text

    assert send(lan, f"{where}handling/back", {}, page=where).status_code == 302
    take(lan, where)
    stale = send(hung, over, {"seen": seen, "reason": "Gấp, hạn hôm nay."})
    assert (stale.status_code, typed_in(stale.text, "seen") != seen) == (409, True)
    assert "Somebody else has taken it over" in stale.text
    assert "Gấp, hạn hôm nay." in stale.text

    assert send(lan, f"{where}handling/back", {}, page=where).status_code == 302
    free = send(hung, over, {"seen": typed_in(stale.text, "seen"), "reason": "Gấp, hạn hôm nay."}, page=where)
    assert free.status_code == 409
    assert "Nobody works on this dossier any more" in free.text
    assert "Gấp, hạn hôm nay." in free.text
    assert f'action="{where}handling/take"' in free.text


@SQLITE
def test_a_colleague_is_not_kept_from_saving_but_told(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    take(lan, where)
    page = f"{where}criteria/1"
    assert "Speak with your colleague before you change anything." in hung.get(page).text
    assert "Speak with your colleague" not in lan.get(page).text

    saved = send(hung, page, {"1.1-value": "yes", "1.1-version": "0", "go": "overview"})

    assert saved.status_code == 302
    after = plain(hung.get(saved.location).text)
    assert re.search(
        f"Nguyễn Thị Lan has been working on it {SINCE}. Your changes are saved under your name; tell your colleague",
        after,
    )
    for reader in (lan, hung):
        assert re.search(r"Saved by Trần Văn Hùng, \d\d:\d\d \d\d/\d\d/\d{4}", plain(reader.get(page).text))
    first = {"1.1-value": "yes", "1.1-version": "1"}
    mine = send(lan, page, first | {"1.2-value": "yes", "1.2-version": "0", "go": "overview"})
    assert "Your changes are saved under your name; tell your colleague" not in lan.get(mine.location).text
    after = plain(lan.get(page).text)
    assert after.count("Saved by Trần Văn Hùng") == after.count("Saved by Nguyễn Thị Lan") == 1


@SQLITE
def test_saving_while_typing_tells_it_too(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    page = hung.get(f"{where}criteria/1").text
    take(lan, where)
    typed = {"csrf_token": typed_in(page, "csrf_token"), "1.1-value": "yes", "1.1-version": "0"}

    answer = hung.post(f"{where}criteria/1", data=typed, headers={"X-Requested-With": "certflow"})

    assert re.fullmatch(
        r"\d\d:\d\d:\d\d \(Nguyễn Thị Lan has been working on it since \d\d:\d\d\)", answer.get_json()["saved_at"]
    )


@SQLITE
def test_findings_and_the_meeting_stand_under_the_name_of_who_saved_them(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app, "district_appraiser", "appraising")
    take(lan, where)

    send(hung, f"{where}appraisal/1/adopt", {}, page=f"{where}appraisal/1")

    assert "Your changes are saved under your name; tell your colleague" in hung.get(f"{where}appraisal/1").text
    words = plain(lan.get(f"{where}appraisal/1").text)
    assert words.count("Saved by Trần Văn Hùng") == 3
    assert words.count("Saved by") == 6
    meeting = plain(lan.get(f"{where}meeting").text)
    assert re.search(r"Recorded by \S.*?, \d\d:\d\d \d\d/\d\d/\d{4}", meeting)


@SQLITE
def test_other_units_see_who_works_on_it_but_not_why_it_changed_hands(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app, "education_officer", "submitted")
    take(lan, where)
    seen = typed_in(hung.get(f"{where}handling/over").text, "seen")
    send(hung, f"{where}handling/over", {"seen": seen, "reason": "Bà Lan nghỉ ốm."})
    with app.app_context():
        officer = make.person("commune_officer", make.unit("Xã Xuân Tây"))
    commune = app.test_client()
    make.sign_in(commune, officer)
    in_english(commune)

    overview = plain(commune.get(where).text)
    assert re.search(f"Trần Văn Hùng has been working on it {SINCE}", overview)
    assert "I work on this dossier" not in overview
    assert "nghỉ ốm" not in overview + commune.get(f"{where}history").text
    assert "Bà Lan nghỉ ốm." in lan.get(f"{where}history").text
    assert commune.get(f"{where}handling/over").status_code == 409
    assert send(commune, f"{where}handling/take", {}, page="/").status_code == 409
    assert send(commune, f"{where}handling/back", {}, page="/").status_code == 409


@SQLITE
def test_administrators_and_strangers_find_nothing_to_take(app: Flask, client: FlaskClient) -> None:
    where, lan, _hung = lan_and_hung(app)
    take(lan, where)
    with app.app_context():
        strangers = make.person("administrator"), make.person("commune_officer", make.unit("Xã Lâm San"))
    for stranger in strangers:
        reader = app.test_client()
        make.sign_in(reader, stranger)
        assert reader.get(f"{where}handling/over").status_code == 404
        for act in ("take", "over", "back"):
            assert (
                send(reader, f"{where}handling/{act}", {"seen": "1", "reason": "x"}, page="/account").status_code == 404
            )
    assert client.get(f"{where}handling/over").status_code == 302


@SQLITE
@pytest.mark.parametrize("seen", ["", "0", "-1", "abc", str(10**30)])
def test_no_handling_that_can_be_sent_is_a_fault(app: Flask, seen: str) -> None:
    where, lan, hung = lan_and_hung(app)
    take(lan, where)

    answer = send(hung, f"{where}handling/over", {"seen": seen, "reason": "Có lý do."}, page=where)

    assert answer.status_code == 409
    assert "Có lý do." in answer.text


def test_my_work_is_narrowed_by_who_works_on_it(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app, "education_officer", "submitted")
    with app.app_context():
        free = f"/dossiers/{make.dossier(at='submitted').id}/"
    take(lan, where)

    def shown(client: FlaskClient, by: str) -> set[str]:
        page = client.get(f"/?handled={by}").text.split('id="others"')[0]
        return {address for address in (where, free) if f'href="{address}"' in page}

    assert shown(lan, "") == shown(lan, "nonsense") == shown(hung, "") == {where, free}
    assert shown(lan, "mine") == shown(hung, "others") == {where}
    assert shown(lan, "nobody") == shown(hung, "nobody") == {free}
    assert shown(lan, "others") == shown(hung, "mine") == set()
    page = plain(hung.get("/?handled=mine").text)
    assert "All (2) · Mine (0) · Nobody works on it (1) · With colleagues (1)" in page
    assert "No dossier matches this filter." in page
    assert "Waiting for you (2)" in page


def test_no_page_asks_more_for_dossiers_that_somebody_works_on(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app, "education_officer", "submitted")
    pages = ("/", "/?handled=mine", "/dossiers/", where, f"{where}criteria/1")
    take(lan, where)
    before = [queries(app, lan, page) for page in pages]
    with app.app_context():
        more = [f"/dossiers/{make.dossier(at='submitted').id}/" for _n in range(4)]
    for n, one in enumerate(more):
        take((lan, hung)[n % 2], one)

    after = [queries(app, lan, page) for page in pages]

    assert after == before
    assert max(after) <= 21


@SQLITE
def test_a_criterion_asks_once_however_many_people_saved_it(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app)
    page = f"{where}criteria/1"
    send(lan, page, {"1.1-value": "yes", "1.1-version": "0"})
    one = queries(app, lan, page)
    stored = {"1.1-value": "yes", "1.1-version": "1", "1.2-value": "yes", "1.2-version": "0"}
    send(hung, page, stored)
    send(lan, page, stored | {"1.2-version": "1", "1.3-value": "yes", "1.3-version": "0"})

    assert queries(app, lan, page) == one
    words = plain(lan.get(page).text)
    assert [words.count(f"Saved by {name}") for name in ("Nguyễn Thị Lan", "Trần Văn Hùng")] == [2, 1]


@SQLITE
def test_the_person_who_acts_is_told_that_a_colleague_works_on_it(app: Flask) -> None:
    where, lan, hung = lan_and_hung(app, "education_officer", "submitted")
    take(lan, where)

    over = f"{where}handling/over"
    seen = typed_in(hung.get(over).text, "seen")
    page = plain(hung.get(f"{where}actions/accept").text)
    done = send(
        hung, f"{where}actions/accept", {"version": typed_in(hung.get(f"{where}actions/accept").text, "version")}
    )

    assert re.search(f"Nguyễn Thị Lan has been working on it {SINCE}", page)
    assert done.status_code == 302
    assert "Nguyễn Thị Lan has been working" not in lan.get(where).text
    late = send(hung, over, {"seen": seen, "reason": "Gấp, hạn hôm nay."}, page=where)
    assert late.status_code == 409
    assert "Gấp, hạn hôm nay." in late.text
    assert "when it moved on to another role" in plain(lan.get(f"{where}history").text)
    with app.app_context():
        assert db.session.get_one(Dossier, int(where.split("/")[2])).state == "appraising"
