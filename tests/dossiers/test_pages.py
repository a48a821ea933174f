"""The list, the overview, the history and the receipts of dossiers."""

import datetime as dt
import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.rounds.rounds import DateChoice
from tests import make
from tests.browsing import counted, in_english

MOST_QUERIES = 21  # one of them for what was asked to be supplemented


def _reads(app: Flask, client: FlaskClient, role: str, *, at: str | None = None, **options: object) -> tuple[int, str]:
    """A dossier in a state, and its overview in English as the person in `role` sees it."""
    with app.app_context():
        dossier = make.dossier(at=at, **options)  # type: ignore[arg-type]
        number = dossier.id
        make.sign_in(client, make.person_for(role, dossier))
    return number, in_english(client).get(f"/dossiers/{number}/").text


def _plain(page: str) -> str:
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_overview_is_a_task_list_that_says_what_is_missing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        claims = dict(list(make.answers(1).items())[:4])
    number, page = _reads(app, client, "commune_officer", claims=claims)

    words = _plain(page)
    assert "It is your turn" in words
    assert re.search(r"Criterion 1\. .*? 3 of 3 indicators done Criterion 2\. .*? 1 of 3 indicators done", words)
    assert "Self-assessment meeting Not recorded yet" in words
    for path in ("criteria/1", "criteria/5", "meeting", "check", "history"):
        assert f'href="/dossiers/{number}/{path}"' in page
    blocked = re.search(r'<button[^>]* disabled aria-describedby="([^"]+)">Hand over to the commune leader', page)
    assert blocked
    reasons = page.split(f'id="{blocked[1]}"')[1].split("</div>")[0]
    assert "11 indicators have not been self-assessed yet" in reasons
    assert "The self-assessment meeting has not been recorded yet" in reasons
    assert "/actions/" not in page


def test_it_is_said_whose_turn_it_is_when_it_is_not_mine(app: Flask, client: FlaskClient) -> None:
    _number, page = _reads(app, client, "commune_officer", at="endorsed")

    assert "This dossier waits for somebody else" in page
    assert "Waits for: Head of the district education office, Huyện Cẩm Mỹ" in page
    assert "What you can do now" not in page


def test_a_returned_dossier_shows_the_reasons_at_its_head(app: Flask, client: FlaskClient) -> None:
    _number, page = _reads(app, client, "commune_officer", at="returned")

    assert page.index("Returned with these reasons") < page.index(make.REASON) < page.index('class="steps"')


def test_a_note_that_went_forward_is_not_called_a_return(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising", level=0)
        make.findings(dossier, make.answers(0))
        make.act(dossier, "propose_none", "Chỉ tiêu 5.1 chưa đạt.")
        number = dossier.id
        make.sign_in(client, make.person_for("province_reviewer", dossier))

    page = in_english(client).get(f"/dossiers/{number}/").text

    assert "Note with the last step" in page
    assert "Chỉ tiêu 5.1 chưa đạt." in page
    assert "Returned with these reasons" not in page
    assert "Not to recognise" in page


def test_both_layers_of_dates_show_with_source_and_on_time_or_late(app: Flask, client: FlaskClient) -> None:
    today = clock.today()
    dates: dict[str, dt.date | DateChoice] = {
        "submit_plan": today - dt.timedelta(1),
        "submit_statutory": (today + dt.timedelta(1), False),
        "review_plan": today + dt.timedelta(3),
        "decide_statutory": today - dt.timedelta(2),
    }
    with app.app_context():
        chosen = make.round_(title="Đợt có mốc", dates=dates)
    _number, page = _reads(app, client, "education_officer", at="submitted", round_=chosen)

    words = _plain(page)
    plan, statutory = words.index("Earlier dates of the plan"), words.index("Dates of the circular")
    assert plan < words.index("Late Basis: Kế hoạch 367/KH-UBND, III.5.c") < statutory
    assert plan < words.index("3 days left Basis: Kế hoạch 367/KH-UBND, III.2.c") < statutory
    assert f"before {today + dt.timedelta(1):%d/%m/%Y} On time Basis: Thông tư 25/2023" in words
    assert "2 days overdue Basis: Thông tư 25/2023/TT-BGDĐT, Điều 9 khoản 3" in words
    assert "The plan sets this day for the district" in words


def test_findings_are_the_appraisers_until_the_dossier_is_decided(app: Flask, client: FlaskClient) -> None:
    number, page = _reads(app, client, "district_appraiser", at="under_review")
    assert f'href="/dossiers/{number}/appraisal/1"' in page
    assert f'href="/dossiers/{number}/appraisal"' in page

    number, page = _reads(app, app.test_client(), "commune_officer", at="endorsed")
    assert "/appraisal" not in page
    assert "Proposal after the appraisal" not in page

    number, page = _reads(app, app.test_client(), "commune_officer", at="recognised_level_1")
    assert f'href="/dossiers/{number}/appraisal"' in page


@pytest.mark.parametrize("state", ["recognised_level_2", "declined"])
def test_a_finished_dossier_says_how_it_ended(app: Flask, client: FlaskClient, state: str) -> None:
    _number, page = _reads(app, client, "commune_officer", at=state)

    words = _plain(page)
    assert "Your turn" not in words
    assert "Waits for" not in words
    if state == "declined":
        assert f"Reasons {make.REASON}" in words
        assert "Written reply no. 01/PGDĐT" in words
    else:
        assert "is recognised at level 2 on" in words
        assert "Recognition decision no. 01/QĐ-PGDĐT" in words
        assert "Certificate no. 01/GCN-CĐHT" in words


def test_the_history_says_who_did_what_in_which_part_and_why(app: Flask, client: FlaskClient) -> None:
    number, _page = _reads(app, client, "commune_officer", at="returned")

    words = _plain(client.get(f"/dossiers/{number}/history").text)

    steps = ("Return for changes", "File the dossier", "Hand over to the commune leader", "Dossier opened")
    assert [words.index(step) for step in steps] == sorted(words.index(step) for step in steps)
    assert re.search(r"Receiving officer, district education office, Huyện Cẩm Mỹ · \d\d:\d\d \d\d/\d\d/\d{4}", words)
    assert make.REASON in words


def test_in_vietnamese_units_clauses_and_instants_are_written_as_offices_do(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        number = (dossier := make.dossier(at="submitted")).id
        make.sign_in(client, make.person_for("education_officer", dossier))

    history = _plain(client.get(f"/dossiers/{number}/history").text)
    act = _plain(client.get(f"/dossiers/{number}/actions/accept").text)

    assert "Lịch sử xử lý hồ sơ của xã Xuân Tây" in history
    assert re.search(r", huyện Cẩm Mỹ", history)
    assert re.search(r" xã Xuân Tây · \d\d:\d\d ngày \d\d/\d\d/\d{4}", history)
    assert "Căn cứ: điểm a khoản 2 Điều 9 Thông tư số 25/2023/TT-BGDĐT" in act


def test_the_receipt_prints_the_hash_of_what_can_be_downloaded(app: Flask, client: FlaskClient) -> None:
    yesterday, today = clock.today() - dt.timedelta(1), clock.today()
    dates: dict[str, dt.date | DateChoice] = {"submit_plan": yesterday, "submit_statutory": today}
    with app.app_context():
        chosen = make.round_(title="Đợt có mốc", dates=dates)
    number, page = _reads(app, client, "commune_chair", at="submitted", round_=chosen)
    address = f"/dossiers/{number}/submissions/1"
    assert f'href="{address}"' in page

    receipt = client.get(address).text
    manifest = client.get(f"{address}/manifest.json")

    groups = re.findall(r"<span>([0-9a-f]{8})</span>", receipt)
    assert "".join(groups) == hashlib.sha256(manifest.data).hexdigest()
    assert manifest.headers["Content-Disposition"] == f'attachment; filename="certflow-{number}-1.json"'
    assert f"sha256sum certflow-{number}-1.json" in receipt
    words = _plain(receipt)
    assert re.search(r"Filed at \d\d:\d\d \d\d/\d\d/\d{4} Filed by Commune people|Filed by Lãnh đạo", words)
    assert "Late Basis: Kế hoạch 367" in words
    assert "On time Basis: Thông tư 25" in words
    assert client.get(f"/dossiers/{number}/submissions/2").status_code == 404


def test_nobody_reads_a_dossier_that_is_not_theirs(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        number = make.dossier(at="submitted", unit=make.unit("Xã Xuân Tây")).id
        make.sign_in(client, make.person("commune_officer", make.unit("Xã Lâm San")))

    for path in ("", "history", "submissions/1", "submissions/1/manifest.json", "actions/accept"):
        assert client.get(f"/dossiers/{number}/{path}").status_code == 404, path
    assert client.get("/dossiers/?q=xuan+tay").text.count(f"/dossiers/{number}/") == 0


def test_the_list_is_narrowed_by_round_state_and_name(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        other = make.round_(title="Đợt khác")
        round_id = other.id
        make.dossier(at="submitted", unit=make.unit("Xã Xuân Tây"))
        make.dossier(at="appraising", unit=make.unit("Xã Sông Ray"))
        make.dossier(at="submitted", unit=make.unit("Xã Lâm San"), round_=other)
        make.sign_in(client, make.person("province_reviewer"))

    def shown(query: str) -> set[str]:
        page = client.get(f"/dossiers/?{query}").text
        return {name for name in ("Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San") if name in page}

    everything = {"Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San"}
    assert shown("") == shown("round=abc&state=nonsense&page=x") == shown(f"round={10**30}&page={10**30}") == everything
    assert shown(f"round={round_id}") == {"Xã Lâm San"}
    assert shown("state=appraising") == {"Xã Sông Ray"}
    assert shown("q=XUAN+tay") == shown("q=xuân tây") == {"Xã Xuân Tây"}
    assert shown("q=%25") == shown(f"q={'x' * 5000}") == set()


def test_the_overview_takes_few_queries(app: Flask, client: FlaskClient) -> None:
    for role, state in (
        ("commune_officer", None),
        ("district_appraiser", "appraising"),
        ("education_head", "declined"),
    ):
        reader = app.test_client()
        number, _page = _reads(app, reader, role, at=state)
        with counted(app) as statements:
            assert reader.get(f"/dossiers/{number}/").status_code == 200
        assert len(statements) <= MOST_QUERIES, statements


def test_history_has_one_query_however_long_it_is(app: Flask, client: FlaskClient) -> None:
    def queries(number: int) -> int:
        with counted(app) as statements:
            client.get(f"/dossiers/{number}/history")
        return len(statements)

    with app.app_context():
        short, long = make.dossier(at="submitted").id, make.dossier(at="endorsed").id
        make.sign_in(client, make.person("education_head"))
    client.get("/")

    assert queries(short) == queries(long)
