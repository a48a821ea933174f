"""A department writes its own set on pages: rows come and go, faults stand at their fields, nothing typed is lost."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.models.base import db
from certflow.models.rating_sets import RatingSet
from certflow.services import catalogue, rating_set_files, rating_sets, rounds
from tests import make
from tests.sets import CONTENT, HEAD
from tests.web.browsing import in_english, queries, send, typed_in
from tests.web.test_budgets import HEAVIEST, weight

FAMILY = "learning_centre_rating"
OWN = "rows-|title|source|revision|number|dated|issuer|total"
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
        return f"/rating-sets/{_written().id}/"


def _written() -> RatingSet:
    who = make.person("province_reviewer")
    own = rating_sets.begin(make.province().id, FAMILY, actor=who)
    own = rating_sets.save_head(own.id, HEAD, actor=who, revision=own.revision)
    own = rating_sets.save(own.id, lambda _old: CONTENT, actor=who, revision=own.revision)
    make.commit()
    return own


def _published() -> RatingSet:
    own = _written()
    own = rating_sets.publish(own.id, actor=make.person("province_reviewer"), revision=own.revision)
    make.commit()
    return own


def _stored(app: Flask) -> RatingSet:
    with app.app_context():
        own = db.session.query(RatingSet).one()
        db.session.expunge(own)
    return own


def _fields(client: FlaskClient, url: str) -> dict[str, str]:
    """Everything that the page's own form would send."""
    page = client.get(url).text
    names = re.findall(
        r'<(?:input|select)[^>]*\bname="((?:rows-|title|source|revision|number|dated|issuer|total)[^"]*)"', page
    )
    return {
        name: typed_in(page, name) if f'<select class="input medium" id="{name}"' not in page else "" for name in names
    }


def _write(client: FlaskClient, url: str, **typed: str) -> TestResponse:
    return send(client, url, {"do": "save", **_fields(client, url), **typed})


def test_a_draft_is_begun_and_its_parts_stand_in_order(app: Flask, department: FlaskClient) -> None:
    empty = department.get("/rating-sets/").text
    with app.app_context():
        unit = make.province().id
    begun = send(department, "/rating-sets/begin", {"unit_id": unit, "family": FAMILY}, page="/rating-sets/")
    page = department.get(begun.location).text

    assert "There is no set yet" in empty
    for words in (
        "Title and paper",
        "Group 4. Hiệu quả hoạt động",
        "Classes",
        "What keeps the class down",
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
    saved = _write(department, url, **{"rows-1-most": "mười lăm", "rows-1-title_vi": "Kế  hoạch\x07 mới"})
    page = department.get(saved.location).text

    assert saved.location.endswith("?check=1")
    assert typed_in(page, "rows-1-most") == "mười lăm"
    assert typed_in(page, "rows-1-title_vi") == "Kế hoạch mới"
    assert 'href="#rows-1-most"' in page
    assert "1.2: " in page
    assert "Give a number above 0" in page
    assert "1 thing is still to correct" in department.get(draft).text
    put_right = _write(department, url, **{"rows-1-most": "15", "rows-1-step": "0,25"})
    assert put_right.location.endswith("groups/2")
    assert _stored(app).content["criteria"][0]["indicators"][1] == {
        "kind": "points", "most": "15", "step": "0.25", "title": {"vi": "Kế hoạch mới", "en": ""},
    }  # fmt: skip


def test_rows_come_and_go_with_everything_typed_beside_them(app: Flask, department: FlaskClient, draft: str) -> None:
    url = f"{draft}groups/1"
    for kind in ("points", "yes_no", "text"):
        assert _write(department, url, do=f"add-{kind}", title_vi=f"Sau {kind}").status_code == 302
    removed = _write(department, url, do="remove-1", **{"rows-1-title_vi": "Đổi tên"})
    nonsense = [_write(department, url, do=f"remove-{what}").status_code for what in ("99", "0", "-1", "x", "٣")]

    content = _stored(app).content
    assert removed.status_code == 302
    assert set(nonsense) == {302}
    assert content["criteria"][0]["title"]["vi"] == "Sau text"
    kinds = [(row["kind"], row["title"]["vi"]) for row in content["criteria"][0]["indicators"]]
    assert kinds == [("points", "Đổi tên"), ("points", ""), ("yes_no", ""), ("text", "")]
    assert content["criteria"][0]["indicators"][3]["part"] == "findings"
    assert content["caps"][0]["indicator"] == "1.1", "the limit follows its row"


def test_classes_and_limits_are_written_with_their_choices(app: Flask, department: FlaskClient, draft: str) -> None:
    _write(department, f"{draft}classes", do="add")
    third = _write(department, f"{draft}classes", **{"rows-2-title_vi": "Xuất sắc", "rows-2-at_least": "17,5"})
    limits = f"{draft}limits"
    page = department.get(limits).text
    _write(department, limits, **{"rows-0-about": "1.2", "rows-0-band": "band_1", "do": "add"})
    typed = {"rows-0-about": "1.2", "rows-0-band": "band_1", "rows-1-about": "1", "rows-1-band": "band_2"}
    saved = _write(department, limits, **typed, **{"rows-1-title_vi": "Nhóm 1 dưới 8", "rows-1-below": "8"})

    assert third.location.endswith("limits")
    assert "Group 1 as a whole" in page
    assert ">Tốt<" in page
    assert ">Xuất sắc<" not in page
    assert saved.location.endswith(draft)
    assert [(cap.get("indicator"), cap.get("criterion"), cap["band"]) for cap in _stored(app).content["caps"]] == [
        ("1.2", None, "band_1"),
        (None, 1, "band_2"),
    ]


def test_groups_are_added_and_removed(app: Flask, department: FlaskClient, draft: str) -> None:
    def revision() -> dict[str, str]:
        return {"revision": str(_stored(app).revision)}

    added = send(department, f"{draft}groups", revision(), page=draft)
    stale = send(department, f"{draft}groups", {"revision": "1"}, page=draft)
    removed = send(department, f"{draft}groups/1/remove", revision(), page=draft)

    assert added.location.endswith("groups/3")
    assert (stale.status_code, removed.status_code) == (409, 302)
    assert [group["title"]["vi"] for group in _stored(app).content["criteria"]] == ["Nhận xét", ""]
    assert department.get(f"{draft}groups/3").status_code == 404


def test_who_types_over_somebody_elses_change_keeps_what_was_typed(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    url = f"{draft}groups/1"
    typed = _fields(department, url)
    _write(department, f"{draft}head", title_vi="Tên khác")
    refused = send(department, url, {**typed, "do": "save", "rows-1-title_vi": "Của tôi"})

    assert refused.status_code == 409
    assert "Somebody else changed this draft" in refused.text
    assert typed_in(refused.text, "rows-1-title_vi") == "Của tôi"
    assert _stored(app).content["criteria"][0]["indicators"][1]["title"]["vi"] == "Kế hoạch năm"
    again = send(
        department,
        url,
        {**typed, "do": "save", "rows-1-title_vi": "Của tôi", "revision": typed_in(refused.text, "revision")},
    )
    assert again.status_code == 302


def test_the_head_is_refused_what_cannot_be_kept_and_shown_again(department: FlaskClient, draft: str) -> None:
    refused = _write(department, f"{draft}head", dated="31/02/2025", title_vi="x" * 301)

    assert refused.status_code == 422
    assert "This is no date" in refused.text
    assert typed_in(refused.text, "dated") == "31/02/2025"


def test_a_file_goes_out_and_in_and_a_faulty_one_is_told(app: Flask, department: FlaskClient, draft: str) -> None:
    text = department.get(f"{draft}set.toml").data
    page = department.get(f"{draft}file").text
    hidden = {name: typed_in(page, name) for name in ("csrf_token", "revision")}

    def upload(content: bytes, **fields: str) -> TestResponse:
        with io.BytesIO(content) as file:
            return department.post(f"{draft}file", data={**hidden, **fields, "file": (file, "bộ.toml")})

    faulty = upload(text.replace(b'most = "15"', b'most = "0"'))
    none = department.post(f"{draft}file", data=hidden)
    stale = upload(text, revision="1")
    taken = upload(text)

    assert (faulty.status_code, none.status_code, stale.status_code, taken.status_code) == (422, 422, 409, 302)
    assert "criteria[1].indicators[2].most" in faulty.text
    with app.app_context():
        own = db.session.query(RatingSet).one()
        assert rating_set_files.text(own).encode() == text
        db.session.rollback()


def test_the_preview_shows_the_form_and_an_example_of_each_class(department: FlaskClient, draft: str) -> None:
    whole = department.get(f"{draft}preview").text
    first, second = (department.get(f"{draft}preview/{number}").text for number in (1, 2))

    assert "From 12 points" in whole
    assert "20 / 20 points" in whole
    assert "0 to 15 points, in steps of 0.5" in first
    assert "<fieldset" in first
    assert "Asked of the appraiser only." in second
    assert department.get(f"{draft}preview/3").status_code == 404


def test_a_draft_with_faults_has_no_preview_and_is_not_published(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    _write(department, f"{draft}head", number="")
    refused = send(department, f"{draft}publish", {"revision": str(_stored(app).revision)}, page=draft)

    assert "Give kind and number of the paper" in department.get(f"{draft}publish").text
    assert refused.status_code == 422
    assert "Give kind and number of the paper" in refused.text
    assert department.get(f"{draft}preview").status_code == 200, "a paper is not needed to look at the form"


def test_publishing_is_confirmed_and_the_set_is_read_as_any_other(
    app: Flask, department: FlaskClient, draft: str
) -> None:
    asked = department.get(f"{draft}publish").text
    done = send(department, f"{draft}publish", {"revision": typed_in(asked, "revision")}, page=f"{draft}publish")
    own = _stored(app)
    page = department.get(f"/rules/criteria/{own.name}/1").text

    assert "What publishing means" in asked
    assert done.status_code == 302
    assert "812/QĐ-SGDĐT" in page
    assert "This set was entered by an education department" in page
    assert "WITHOUT LEGAL FORCE" not in page
    assert "Yearly rating of community learning centres" in page
    assert "Entered by a department" in department.get("/rules/").text
    assert department.get(f"/rules/criteria/{own.name}/1/cases").status_code == 200
    for path in ("head", "groups/1", "classes", "limits", "file", "publish"):
        assert department.get(f"{draft}{path}").status_code == 409, path
    assert department.get(f"{draft}preview").status_code == department.get(f"{draft}set.toml").status_code == 200


def test_two_versions_are_compared_on_the_page_of_changes(app: Flask, department: FlaskClient) -> None:
    with app.app_context():
        name = _published().name
        who = make.person("province_reviewer")
        own = rating_sets.begin(make.province().id, FAMILY, actor=who)
        bands = [CONTENT["bands"][0], CONTENT["bands"][1] | {"at_least": "15"}]
        own = rating_sets.save_head(own.id, HEAD, actor=who, revision=own.revision)
        own = rating_sets.save(own.id, lambda old: old | {"bands": bands}, actor=who, revision=own.revision)
        rating_sets.publish(own.id, actor=who, revision=own.revision)
        make.commit()

    page = department.get(f"/rules/criteria/{name}/1/changes/2").text

    assert "from “12” to “15”" in page


def test_an_administrator_looks_and_others_do_not(app: Flask, client: FlaskClient, draft: str) -> None:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    looked = [client.get(f"{draft}{path}").status_code for path in PAGES]
    page = client.get(draft).text
    assert looked == [200, 403, 403, 403, 403, 403, 403]
    assert f'href="{draft}head"' not in page

    other = app.test_client()
    with app.app_context():
        make.sign_in(other, make.person("education_head"))
    assert {other.get(f"{draft}{path}").status_code for path in PAGES} == {403}
    assert other.get("/rating-sets/").status_code == 403


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


def _new_round(app: Flask) -> dict[str, str]:
    with app.app_context():
        unit = make.province().id
    return {
        "scheme": "lang_son_centre_rating:1",
        "unit_id": str(unit),
        "assessed_year": "2025",
        "title": "Đợt xếp loại",
    }


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def test_a_round_of_such_a_scheme_asks_for_its_set(app: Flask, administrator: FlaskClient) -> None:
    typed = _new_round(app)
    alone = send(administrator, "/rounds/new", typed)
    with app.app_context():
        own = _published()
    asked = send(administrator, "/rounds/new", typed)
    nothing = send(administrator, "/rounds/new", {**typed, "chosen": "yes"})
    wrong = send(administrator, "/rounds/new", {**typed, "chosen": "yes", "form": f"{own.name}:9"})
    opened = send(administrator, "/rounds/new", {**typed, "chosen": "yes", "form": f"{own.name}:1"})
    page = administrator.get(opened.location).text

    assert "The department has published no set yet" in alone.text
    assert "no legal force" in alone.text
    assert asked.text.index("812/QĐ-SGDĐT") < asked.text.index("The sample: no legal force")
    assert (nothing.status_code, wrong.status_code) == (422, 422)
    assert "Choose the criteria set of the round." in nothing.text
    assert f"/rules/criteria/{own.name}/1" in page
    assert "no number" not in page
    with app.app_context():
        (found,) = [each for each, _count in rounds.all_rounds()]
        assert catalogue.form_of(found).trust == "department"


def test_a_round_on_the_sample_says_so(app: Flask, administrator: FlaskClient) -> None:
    typed = {**_new_round(app), "chosen": "yes", "form": "learning_centre_rating_sample:1"}

    page = administrator.get(send(administrator, "/rounds/new", typed).location).text

    assert "It has no legal force: papers get no number." in page
