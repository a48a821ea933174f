"""The words of reports, plans, budgets and commendations: parts and entries, never criteria and self-assessment."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.law.form_words import COUNTED, SAID, FormWords
from certflow.models.dossiers import Dossier
from tests import tiers
from tests.browsing import send, signed_in
from tests.definitions.made import RATING, RECORD, read
from tests.definitions.shipped import DEFINITIONS
from tests.schemes import loaded

BUDGET = ("lang_giang_budget_request", 1)
REPORT = ("dong_nai_district_report", 1)
FOREIGN = {
    "vi": ("tiêu chí", "chỉ tiêu", "tự đánh giá", "thẩm định", "minh chứng", "năm đánh giá"),
    "en": ("criteri", "indicator", "self-assess", "apprais", "evidence", "finding", "assessed year"),
}


def _main(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]).split())


def _walked(app: Flask, scheme: tuple[str, int], name: str, state: str) -> Dossier:
    with app.app_context():
        tiers.place("")
        made = tiers.opened(scheme, name)
        return tiers.walk(made, state) if state != made.state else made


def _foreign(pages: dict[str, str], language: str) -> list[tuple[str, str]]:
    return [(url, word) for url, page in pages.items() for word in FOREIGN[language] if word in page.lower()]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("scheme", "name", "state", "role", "paths"),
    [
        (REPORT, tiers.DISTRICT, "drafting", "district_officer", ["", "criteria/1", "criteria/2", "check", "proof"]),
        (REPORT, tiers.DISTRICT, "accepted", "district_officer", ["", "criteria/2", "check", "submissions/1", "proof"]),
        (BUDGET, tiers.COMMUNE, "settling", "commune_accountant", ["", "appraisal", "appraisal/1", "appraisal/2"]),
        (BUDGET, tiers.COMMUNE, "closed", "commune_accountant", ["", "history", "appraisal", "appraisal/2", "proof"]),
    ],
)  # fmt: skip
def test_no_page_of_a_record_speaks_of_criteria_and_self_assessment(
    app: Flask, client: FlaskClient, language: str, scheme: tuple[str, int], name: str, state: str, role: str,
    paths: list[str],
) -> None:  # fmt: skip
    made = _walked(app, scheme, name, state)
    signed_in(app, client, role, made, language)

    pages = {path: _main(client, f"/dossiers/{made.id}/{path}") for path in paths}

    assert _foreign(pages, language) == []


def test_a_report_is_written_in_parts_and_checked(app: Flask, client: FlaskClient) -> None:
    made = _walked(app, REPORT, tiers.DISTRICT, "drafting")
    signed_in(app, client, "district_officer", made, "vi")
    url = f"/dossiers/{made.id}/"

    before = _main(client, url)
    saved = send(client, f"{url}criteria/1", {"1.1-value": "13", "go": "overview"})
    after, check = client.get(saved.location).text, _main(client, f"{url}check")

    for words in ("Nội dung Phần 1. Kết quả trong năm Đã nhập 0/5 mục", "Kiểm tra lại nội dung", "Còn 6 mục chưa điền"):
        assert words in before
    assert "Đã lưu phần 1." in after
    assert "Đã nhập 1/5 mục" in after
    assert "Chưa điền." in check
    assert "Mục Nội dung 1.1. Tổng số xã, phường, thị trấn 13 xã" in check


def test_a_settlement_goes_by_the_words_of_its_scheme(app: Flask, client: FlaskClient) -> None:
    made = _walked(app, BUDGET, tiers.COMMUNE, "settling")
    signed_in(app, client, "commune_accountant", made, "vi")
    url = f"/dossiers/{made.id}/"

    overview, empty = _main(client, url), _main(client, f"{url}appraisal")
    part = client.get(f"{url}appraisal/2").text
    saved = send(client, f"{url}appraisal/2", {"2.1-value": "5.000.000", "2.4-value": "Đã chi theo dự toán"})
    result = _main(client, saved.location)

    for words in ("Quyết toán Phần 2. Quyết toán Đã nhập 0/4 mục", "Còn 4 mục chưa ghi"):
        assert words in overview
    assert "Còn 4 mục chưa ghi: 2.1, 2.2, 2.3, 2.4." in empty
    assert "Số tiền" in part
    assert "-explanation" not in part
    assert "Lập dự toán" not in part.split("<main")[1]
    assert saved.location.endswith("/appraisal")
    assert "Còn 2 mục chưa ghi: 2.2, 2.3." in result
    assert "Mục Quyết toán 2.1. Kinh phí được bố trí 5.000.000 đồng" in result
    assert "Mục Lập dự toán 1.1." in result


def test_a_proposal_of_a_holder_names_the_unit_beside_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        loaded.use()
        made = loaded.opened(loaded.RATING)
    signed_in(app, client, "centre_officer", made, "en")

    overview = client.get(f"/dossiers/{made.id}/").text
    part = client.get(f"/dossiers/{made.id}/criteria/1").text

    for page in (overview, part):
        crumbs = " ".join(re.sub(r"<[^>]+>", " ", page.split('class="crumbs"')[1].split("</nav>")[0]).split())
        assert f"{loaded.CENTRE} · Xã Xuân Tây" in crumbs
    assert '<p class="eyebrow">Xã Xuân Tây · Đợt' in overview
    assert f'<p class="eyebrow">{loaded.CENTRE}, Xã Xuân Tây, assessed year' in part


def test_every_word_is_there_for_each_method() -> None:
    rating, record = FormWords(read(RATING)), FormWords(read(RECORD), DEFINITIONS.workflow(*BUDGET))
    values = {"number": 1, "title": "A", "code": "1.1", "codes": "1.1", "done": 1, "total": 2, "count": 3, "most": 20}
    values |= {"unit": "U", "year": 2025, "day": "01/01/2026"}

    for key in SAID:
        assert rating(key, **values)
        assert "riteri" not in record(key, **values)
        assert "ndicator" not in record(key, **values)
    for key in COUNTED:
        assert rating.counted(key, 2, codes="1.1, 1.2") != record.counted(key, 2, codes="1.1, 1.2")
