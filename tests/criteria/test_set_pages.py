"""A department writes its own set on pages: rows come and go, faults stand at their fields, nothing typed is lost."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.criteria import rating_sets
from certflow.models.base import db
from certflow.models.criteria import RatingSet
from tests import make
from tests.browsing import in_english, queries, send, typed_in
from tests.criteria.sets_written import FAMILY, fields, stored, write, written
from tests.desk.test_budgets import HEAVIEST, weight
from tests.sets import CONTENT

PAGES = ("", "head", "groups/1", "classes", "limits", "file", "publish")


@pytest.fixture
def department(app: Flask, client: FlaskClient) -> FlaskClient:
    """Signed in as who speaks for the education department, reading English."""
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    return in_english(client)


@pytest.fixture
def draft(app: Flask) -> str:
    """The address of a draft that could be published."""
    with app.app_context():
        return f"/rating-sets/{written().id}/"


def test_a_draft_is_begun_and_its_parts_stand_in_order(app: Flask, department: FlaskClient) -> None:
    empty = department.get("/rating-sets/").text
    with app.app_context():
        unit = make.province().id
    begun = send(department, "/rating-sets/begin", {"unit_id": unit, "family": FAMILY}, page="/rating-sets/")
    page = department.get(begun.location).text

    assert "There is no criteria set yet" in empty
    for words in (
        "Title and paper",
        "Group 4. Hiệu quả hoạt động",
        "Classes",
        "Limits on the class",
        "to correct",
    ):
        assert words in page
    again = send(
        department,
        "/rating-sets/begin",
        {"unit_id": unit, "family": FAMILY},
        page="/rules/criteria/learning_community_commune/1",
    )
    assert again.status_code == 409
    assert "/rating-sets/" in department.get("/rules/").text


def test_what_is_typed_is_kept_right_or_wrong_and_told_at_its_field(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    url = f"{draft}groups/1"
    saved = write(department, url, **{"rows-1-most": "mười lăm", "rows-1-title_vi": "Kế  hoạch\x07 mới"})
    page = department.get(saved.location).text

    assert saved.location.endswith("?check=1")
    assert typed_in(page, "rows-1-most") == "mười lăm"
    assert typed_in(page, "rows-1-title_vi") == "Kế hoạch mới"
    assert 'href="#rows-1-most"' in page
    assert "1.2: " in page
    assert "Enter a number above 0 and at most 1000, for example 10 or 7,5" in page
    assert "1 thing must still be corrected" in department.get(draft).text
    put_right = write(department, url, **{"rows-1-most": "15", "rows-1-step": "0,25"})
    assert put_right.location.endswith("groups/2")
    assert stored(app).content["criteria"][0]["indicators"][1] == {
        "kind": "points", "most": "15", "step": "0.25", "title": {"vi": "Kế hoạch mới", "en": ""},
    }  # fmt: skip


def test_rows_come_and_go_with_everything_typed_beside_them(app: Flask, department: FlaskClient, draft: str) -> None:
    url = f"{draft}groups/1"
    for kind in ("points", "yes_no", "text"):
        assert write(department, url, do=f"add-{kind}", title_vi=f"Sau {kind}").status_code == 302
    removed = write(department, url, do="remove-1", **{"rows-1-title_vi": "Đổi tên"})
    nonsense = [write(department, url, do=f"remove-{what}").status_code for what in ("99", "0", "-1", "x", "٣")]

    content = stored(app).content
    assert removed.status_code == 302
    assert set(nonsense) == {302}
    assert content["criteria"][0]["title"]["vi"] == "Sau text"
    kinds = [(row["kind"], row["title"]["vi"]) for row in content["criteria"][0]["indicators"]]
    assert kinds == [("points", "Đổi tên"), ("points", ""), ("yes_no", ""), ("text", "")]
    assert content["criteria"][0]["indicators"][3]["part"] == "findings"
    assert content["caps"][0]["indicator"] == "1.1", "the limit follows its row"


def test_classes_and_limits_are_written_with_their_choices(app: Flask, department: FlaskClient, draft: str) -> None:
    write(department, f"{draft}classes", do="add")
    third = write(department, f"{draft}classes", **{"rows-2-title_vi": "Xuất sắc", "rows-2-at_least": "17,5"})
    limits = f"{draft}limits"
    page = department.get(limits).text
    write(department, limits, **{"rows-0-about": "1.2", "rows-0-band": "band_1", "do": "add"})
    typed = {"rows-0-about": "1.2", "rows-0-band": "band_1", "rows-1-about": "1", "rows-1-band": "band_2"}
    saved = write(department, limits, **typed, **{"rows-1-title_vi": "Nhóm 1 dưới 8", "rows-1-below": "8"})

    assert third.location.endswith("limits")
    assert "Group 1 as a whole" in page
    assert ">Tốt<" in page
    assert ">Xuất sắc<" not in page
    assert saved.location.endswith(draft)
    assert [(cap.get("indicator"), cap.get("criterion"), cap["band"]) for cap in stored(app).content["caps"]] == [
        ("1.2", None, "band_1"),
        (None, 1, "band_2"),
    ]


def test_groups_are_added_and_removed(app: Flask, department: FlaskClient, draft: str) -> None:
    def revision() -> dict[str, str]:
        return {"revision": str(stored(app).revision)}

    added = send(department, f"{draft}groups", revision(), page=draft)
    stale = send(department, f"{draft}groups", {"revision": "1"}, page=draft)
    removed = send(department, f"{draft}groups/1/remove", revision(), page=draft)

    assert added.location.endswith("groups/3")
    assert (stale.status_code, removed.status_code) == (409, 302)
    assert [group["title"]["vi"] for group in stored(app).content["criteria"]] == ["Nhận xét", ""]
    assert department.get(f"{draft}groups/3").status_code == 404


def test_who_types_over_somebody_elses_change_keeps_what_was_typed(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    url = f"{draft}groups/1"
    typed = fields(department, url)
    write(department, f"{draft}head", title_vi="Tên khác")
    refused = send(department, url, {**typed, "do": "save", "rows-1-title_vi": "Của tôi"})

    assert refused.status_code == 409
    assert "Somebody else changed this draft" in refused.text
    assert typed_in(refused.text, "rows-1-title_vi") == "Của tôi"
    assert stored(app).content["criteria"][0]["indicators"][1]["title"]["vi"] == "Kế hoạch năm"
    again = send(
        department,
        url,
        {**typed, "do": "save", "rows-1-title_vi": "Của tôi", "revision": typed_in(refused.text, "revision")},
    )
    assert again.status_code == 302


def test_the_head_is_refused_what_cannot_be_kept_and_shown_again(department: FlaskClient, draft: str) -> None:
    refused = write(department, f"{draft}head", dated="31/02/2025", title_vi="x" * 301)

    assert refused.status_code == 422
    assert "Write day/month/year, for example 15/02/2026" in refused.text
    assert typed_in(refused.text, "dated") == "31/02/2025"


def test_the_pages_make_few_queries_and_are_light_with_all_their_rows(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    rows = [
        {"kind": "points", "most": "5", "step": "0.5", "title": {"vi": "Nội dung đánh giá " * 5, "en": "Words " * 9}}
    ] * 20
    with app.app_context():
        own = db.session.query(RatingSet).one()
        groups = [{"title": {"vi": f"Nhóm {n}", "en": ""}, "indicators": rows} for n in range(20)]
        who = make.person("province_reviewer")
        content = {**CONTENT, "criteria": groups, "total": "2000"}
        rating_sets.save(own.id, lambda _old: content, actor=who, revision=own.revision)
        make.commit()

    for path in PAGES:
        assert weight(department, f"{draft}{path}") < HEAVIEST, path
        assert queries(app, department, f"{draft}{path}") <= 9, path
