"""What anyone who holds a code can see, and that nothing else leaks."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.results import documents, recognitions
from certflow.results.forms import tidied
from tests import make
from tests.browsing import counted

UNKNOWN = "ABCD-EFGH-JKLM-NPQR-STUV"


def _recognised(*, practice: bool = False, issue: bool = True) -> Recognition:
    found = make.round_(practice=practice, title="Đợt tập dượt" if practice else "Đợt đánh giá")
    dossier = make.dossier("recognised_level_2", round_=found, unit=make.unit("Xã Xuân Tây"))
    if issue:
        for paper in documents.of_dossier(dossier):
            documents.issue(paper.id)
    make.commit()
    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    return recognition


@pytest.fixture
def code(app: Flask) -> str:
    with app.app_context():
        return _recognised().verify_code


def test_the_page_says_exactly_what_was_recognised(app: Flask, client: FlaskClient, code: str) -> None:
    answer = client.get(f"/verify/{code}")

    assert answer.status_code == 200
    main = answer.text.split("<main")[1]
    today = clock.today()
    for words in (
        *("Xã Xuân Tây", "Huyện Cẩm Mỹ", "Tỉnh Đồng Nai", "01/QĐ-PGDĐT", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"),
        *(f"{today:%d/%m/%Y}", f"31/12/{today.year + 3}", str(today.year - 1), code),
    ):
        assert words in main, words
    assert "Bộ tiêu chí chép lại từ Bộ pháp điển" in answer.text
    assert f"/verify/{code}/certificate" in main
    assert 'class="nav"' not in answer.text
    assert "noindex" in answer.text


def test_a_code_may_be_typed_as_people_type(client: FlaskClient, code: str) -> None:
    bare = code.replace("-", "")
    for typed in (code, code.lower(), bare.lower(), f"  {bare[:9]} {bare[9:]} ", code.replace("-", " – ")):
        answer = client.get("/verify/", query_string={"code": typed})
        assert (answer.status_code, answer.location) == (302, f"/verify/{code}"), typed
        assert client.get(f"/verify/{typed.strip()}").status_code == 200, typed


def test_the_copy_of_the_certificate_is_public(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/verify/{code}/certificate")

    assert answer.status_code == 200
    assert "01/GCN-CĐHT" in answer.text


def test_past_its_last_day_the_page_says_that_the_period_has_ended(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        found = _recognised()
        within = client.get(f"/verify/{found.verify_code}").text
        found.recognised_on, found.valid_until = dt.date(2022, 3, 1), dt.date(2025, 12, 31)
        code = found.verify_code
        db.session.commit()

    after = client.get(f"/verify/{code}").text

    assert 'class="box info"' in within
    assert 'class="box warning"' in after
    assert "31/12/2025" in after


def test_a_practice_recognition_says_so_in_large_letters(app: Flask, client: FlaskClient, code: str) -> None:
    with app.app_context():
        practice = _recognised(practice=True).verify_code

    assert 'class="box bad"' in client.get(f"/verify/{practice}").text
    assert 'class="box bad"' not in client.get(f"/verify/{code}").text


def test_unknown_malformed_and_unpublished_codes_are_answered_alike(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        unpublished = _recognised(issue=False).verify_code
    pages, counts = set(), set()
    for typed in (UNKNOWN, unpublished, "x", "'; drop table", "A" * 500, "ă\x00"):
        for path in ("", "/certificate"):
            with counted(app) as statements:
                answer = client.get(f"/verify/{typed}{path}")
            assert answer.status_code == 404, typed
            pages.add(_without_what_was_typed(answer.text))
            counts.add(len(statements))

    assert len(pages) == 1
    assert counts == {1}


def _without_what_was_typed(page: str) -> str:
    page = re.sub(r'value="[^"]*"', 'value=""', page)
    return re.sub(r'(name="next" )value="[^"]*"', r"\1", page)


def test_an_empty_field_is_told_what_to_type(client: FlaskClient) -> None:
    assert client.get("/verify/").status_code == 200
    for typed in ("", "  ", "---"):
        answer = client.get("/verify/", query_string={"code": typed})
        assert answer.status_code == 422
        assert 'id="code-error"' in answer.text


def test_the_public_page_needs_few_queries(app: Flask, client: FlaskClient, code: str) -> None:
    client.get(f"/verify/{code}")
    with counted(app) as statements:
        client.get(f"/verify/{code}")

    assert len(statements) <= 2, statements


def test_tidying_gives_groups_and_never_more_than_a_code_can_have() -> None:
    assert tidied("abcd efgh-jklm npqr stuv") == UNKNOWN
    assert tidied("đ ơ –") == ""
    assert len(tidied("A" * 10_000)) < 100
