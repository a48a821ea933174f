"""What anyone who holds a code can see, and that nothing else leaks."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from certflow import clock
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.results import documents, recognitions
from certflow.results.codes import LETTERS, code_in
from tests import make
from tests.browsing import counted, in_english
from tests.resolutions import applied, change, day

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


@pytest.mark.parametrize(
    "written",
    [
        *("Mã: {}", "mã {}", "Mã số:{}", "Code: {}", "code {}", "Ma so: {}", "CODE – {}.", "Mã tra cứu: {} |", "“{}”"),
        *("{}.", "{}/", "{} /", "{}|", "{},", "({})", "{}\n", "[{}]", "{}…"),
        *("https://congnhan.example.gov.vn/verify/{}", "http://127.0.0.1:8000/verify/{}/", "/verify/{}", "verify/{}."),
        *(
            "https://h.vn/verify/{}?fbclid=IwAR0abcdEFGH2345&x=1#top",
            "https://h.vn/verify/{}/certificate",
            "h.vn/VERIFY/{}",
        ),
        *(
            "https://h.vn/verify/?code={}",
            "https://h.vn/verify/?lang=vi&code={}&x=ABCD",
            "Xem https://h.vn/verify/{} nhé",
        ),
        *("https://l.vn/r?u=https%3A%2F%2Fh.vn%2Fverify%2F{}%3Fa%3Db&h=ABCD", "Mã: https://h.vn/verify/{}"),
    ],
)
def test_whatever_stands_about_a_code_leads_to_its_result(client: FlaskClient, code: str, written: str) -> None:
    answer = client.get("/verify/", query_string={"code": written.format(code)})

    assert (answer.status_code, answer.location) == (302, f"/verify/{code}")


@pytest.mark.parametrize(
    "between", ["-", "", " ", "–", "—", "\u2011", "\u2212", "\u00ad", "－", ".", " - ", "\n", "\u200b-", "_"]
)
def test_groups_may_be_apart_in_any_way(client: FlaskClient, code: str, between: str) -> None:
    typed = code.lower().replace("-", between)

    assert client.get("/verify/", query_string={"code": f"Mã: {typed}."}).location == f"/verify/{code}"
    assert client.get(f"/verify/{typed}.").status_code == 200


def test_the_address_may_end_in_a_stroke_or_a_full_stop(client: FlaskClient, code: str) -> None:
    for path in (f"/verify/{code}/", f"/verify/{code}.", f"/verify/{code}/?x=1", f"/verify/{code}%20"):
        assert client.get(path).status_code == 200, path


LOOK_ALIKES = {
    "A": "АΑаＡ𝐀",
    "B": "ВΒЬ",
    "C": "СсϹ",
    "E": "ЕΕе",
    "H": "НΗ",
    "J": "ЈϳJj",
    "K": "КΚкκ",
    "M": "МΜм",
    "N": "Νn",
    "P": "РΡрρ",
    "Q": "OoО0Ο",
    "L": "I1lІΙiı",
    "S": "Ѕѕſ",
    "T": "ТΤт",
    "V": "νv",
    "W": "Ԝω",
    "X": "ХΧхχ",
    "Y": "УΥуγҮ",
    "Z": "Ζz",
    "3": "Зз",
    "2": "２²",
    "U": "υu",
    "D": "ｄ",
}


@pytest.mark.parametrize(
    ("letter", "typed"), [(letter, sign) for letter, signs in LOOK_ALIKES.items() for sign in signs]
)
def test_letters_that_look_alike_are_the_letter_of_the_alphabet(letter: str, typed: str) -> None:
    for code in (f"{letter}BCD-EFGH-JKLM-NPQR-STU{letter}", f"2{letter}34-5678-9ABC-DEFG-HJK{letter}"):
        assert code_in(code.replace(letter, typed)) == code


def test_no_letter_of_the_alphabet_is_taken_for_another() -> None:
    assert {sign: code_in(sign) for sign in LETTERS + LETTERS.lower()} == {
        sign: sign.upper() for sign in LETTERS + LETTERS.lower()
    }


@given(st.text(max_size=80), st.text(st.sampled_from(LETTERS), min_size=20, max_size=20), st.sampled_from("/:\n"))
def test_a_code_behind_anything_is_read_and_nothing_breaks(before: str, code: str, end: str) -> None:
    groups = "-".join(code[at : at + 4] for at in range(0, 20, 4))

    assert len(code_in(before * 50)) < 100
    assert code_in(f"{before}:{groups}{end.strip(':')}") == groups or "verify/" in before.lower()


RENAMED = "Nghị quyết số 30/NQ-UBTVQH15"


@pytest.mark.parametrize(
    ("formerly", "now"),
    [
        ("Xã Xuân Tây", "Phường Xuân Tây"),
        ("Huyện Cẩm Mỹ", "Thị xã Cẩm Mỹ"),
        (make.PROVINCE, "Thành phố Đồng Nai"),
    ],
)
def test_both_names_stand_after_a_unit_was_renamed(
    app: Flask, client: FlaskClient, code: str, formerly: str, now: str
) -> None:
    before = in_english(client).get(f"/verify/{code}").text
    with app.app_context():
        unit = make.unit(formerly)
        recognition = recognitions.by_code(code)
        recognition.recognised_on = day(1)
        applied(change("continue", unit.code, name=now, of=unit.kind), number=RENAMED)

    with counted(app) as statements:
        page = client.get(f"/verify/{code}").text

    assert now not in before
    assert f"{formerly} has been called {now} since {clock.today():%d/%m/%Y}, by {RENAMED}." in page
    assert page.count(formerly) >= 2, "the fact keeps the name of the paper"
    assert page.split("<main")[1].count(now) == 1
    assert len(statements) <= 5, statements  # two of them for the contacts at the foot and the head without any


def test_a_unit_renamed_before_the_paper_has_one_name(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        applied(change("continue", make.unit("Xã Xuân Tây").code, name="Phường Xuân Tây"), number=RENAMED, on=day(30))
        found = make.dossier("recognised_level_1", unit=make.unit("Phường Xuân Tây"))
        for paper in documents.of_dossier(found):
            documents.issue(paper.id)
        make.commit()
        recognition = recognitions.of_dossier(found)
        assert recognition is not None
        code = recognition.verify_code

    page = client.get(f"/verify/{code}").text

    assert "Phường Xuân Tây" in page
    assert "Xã Xuân Tây" not in page


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
    assert counts == {3}, "the code, the contacts at the foot, and the province at the head where there are none"


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

    assert len(statements) <= 5, statements  # two of them for the contacts at the foot and the head without any


def test_tidying_gives_groups_and_never_more_than_a_code_can_have() -> None:
    assert code_in("abcd efgh-jklm npqr stuv") == UNKNOWN
    assert code_in("đ ơ –") == ""
    assert len(code_in("A" * 10_000)) < 100
