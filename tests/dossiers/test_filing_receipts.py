"""The receipt of a filing: its number, its day of the result, its page and its paper, which never change."""

import io
import os
import time
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.assessment import evidence
from certflow.dossiers import filing_receipts, retractions, submissions
from certflow.gateways.pdf import typst_engine
from certflow.models.base import db
from certflow.models.dossiers import Dossier, FilingReceipt
from certflow.units import contacts
from tests import make
from tests.browsing import signed_in
from tests.gateways import samples

SECONDS = 1.0  # a paper made while somebody waits


@pytest.mark.usefixtures("inside_the_application")
def test_each_office_numbers_its_receipts_without_a_gap_in_a_year() -> None:
    first, second, elsewhere = (make.dossier("submitted", unit=make.unit(f"Xã {name}")) for name in PLACES)
    chair = make.person_for("commune_chair", first)
    retractions.retract(first.id, actor=chair, seen=first.version)
    make.act(first, "submit", actor=chair)
    practice = make.dossier("submitted", round_=make.round_(title="Đợt thực hành", practice=True))

    numbers = [_receipt(one, n).number_text for one, n in [(first, 1), (second, 1), (elsewhere, 1), (first, 2)]]

    assert numbers == ["01/TNHS", "02/TNHS", "01/TNHS", "03/TNHS"]
    assert _receipt(practice, 1).number_text == "01/TNHS-TH"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_paper_that_cannot_be_read_is_not_given_out(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
    signed_in(app, client, "commune_officer", dossier, "vi")
    monkeypatch.setattr(typst_engine, "render", lambda _template, _facts: samples.pdf())

    answer = client.get(f"/dossiers/{dossier.id}/submissions/1/receipt.pdf")

    assert answer.status_code == 422
    assert "không đọc được “ỦY BAN NHÂN DÂN HUYỆN CẨM MỸ”" in answer.text


PLACES = ("Xuân Tây", "Sông Ray", "Suối Cát")


def test_the_paper_says_what_an_office_writes_on_it_and_is_the_same_for_ever(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        chosen = make.round_(dates={"submit_plan": clock.today(), "decide_statutory": (clock.today(), False)})
        dossier = make.dossier(round_=chosen, unit=make.unit(), claims=make.answers(1))
        officer = make.person_for("commune_officer", dossier)
        evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "Biên bản 🙂 số 1.pdf", actor=officer)
        _contact(dossier, "0251 3796 111")
        make.meeting(dossier)
        make.act(dossier, "hand_over")
        make.act(dossier, "submit")
        address = f"/dossiers/{dossier.id}/submissions/1"
        filed = submissions.submission(dossier, 1)
        at, digest = clock.local_day(filed.filed_at), filed.manifest_hash
    signed_in(app, client, "commune_officer", dossier, "vi")

    began = time.monotonic()
    answer = client.get(f"{address}/receipt.pdf")
    took = time.monotonic() - began
    with app.app_context():
        _contact(db.session.get_one(Dossier, dossier.id), "0251 3796 999")
    words = _read(answer.data, "receipt")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="01-TNHS-{at.year}.pdf"'
    for said in (
        "ỦY BAN NHÂN DÂN HUYỆN CẨM MỸ PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
        "Số: 01/TNHS",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Hồ sơ của: Xã Xuân Tây, huyện Cẩm Mỹ, tỉnh Đồng Nai",
        "Nơi nhận hồ sơ: Phòng Giáo dục và Đào tạo, huyện Cẩm Mỹ",
        "điện thoại 0251 3796 111",
        "Thành phần hồ sơ (3)",
        "1.1: Biên bản ? số 1.pdf",
        f"trước ngày {at:%d/%m/%Y}",
        "Đúng hạn",
        f"/dossiers/{dossier.id}/",
        digest,
    ):
        assert said.replace(" ", "") in words.replace(" ", ""), said
    assert client.get(f"{address}/receipt.pdf").data == answer.data
    assert took < SECONDS * float(os.environ.get("CERTFLOW_SLOWER", "5"))
    page = client.get(address).text
    assert "01/TNHS" in page
    assert page.index("<details") < page.index(digest[:8])


@pytest.mark.usefixtures("inside_the_application")
def test_a_filing_from_before_receipts_has_one_without_a_number() -> None:
    dossier = make.dossier("submitted")
    filed = submissions.submission(dossier, 1)
    kept = _receipt(dossier, 1)
    facts = kept.facts
    db.session.delete(kept)
    db.session.flush()

    made = filing_receipts.of(dossier, filed)

    assert (made.number_text, made.facts) == ("", facts)


def _receipt(dossier: Dossier, number: int) -> FilingReceipt:
    return db.session.get_one(FilingReceipt, (dossier.id, number))


def _contact(dossier: Dossier, telephone: str) -> None:
    entry = contacts.ContactEntry("Phòng GDĐT Cẩm Mỹ", telephone)
    contacts.enter(dossier.district_id or 0, entry, actor=make.person("administrator"))
    make.commit()


def _read(content: bytes, name: str) -> str:
    """The words of a paper; with CERTFLOW_SCREENSHOTS its pages are kept as pictures too."""
    with pypdfium2.PdfDocument(content) as document:
        if folder := os.environ.get("CERTFLOW_SCREENSHOTS"):
            for number, page in enumerate(document):
                page.render(scale=1.5).to_pil().save(Path(folder) / f"{name}-{number + 1}.png")
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
