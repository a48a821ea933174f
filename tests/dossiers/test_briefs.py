"""What the page of an act shows before the act: levels, differences, missing files, the last note, and the drafts."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.catalogue.catalogue import form_of
from certflow.dossiers import filing_receipts
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Evidence
from certflow.models.results import Document, NumberBook
from tests import make
from tests.browsing import in_english, signed_in


def _lines(page: str) -> dict[str, str]:
    """The lines of the brief, without tags."""
    inside = page.split('<dl class="facts brief">')[1].split("</dl>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", inside, re.DOTALL)
    return {key: " ".join(value.split()) for key, value in pairs}


def _attach(dossier: Dossier, without: set[str]) -> None:
    """Put a file behind every claim but these, past the page: the dossier is filed already."""
    by = make.person_for("commune_officer", dossier)
    for code in form_of(dossier).indicators.keys() - without:
        file = Evidence(dossier_id=dossier.id, indicator=code, storage_key=code, uploaded_by=by.signature)
        file.original_name, file.media_type, file.size = "a.pdf", "application/pdf", 1
        file.sha256, file.uploaded_at = "0" * 64, clock.now()
        db.session.add(file)
    make.commit()


def test_the_appraiser_sees_what_was_claimed_found_and_differs(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising", level=2)
        make.findings(dossier, make.answers(2) | {"5.1": make.answers(1)["5.1"]})
        _attach(dossier, without={"2.1", "3.1"})
    signed_in(app, client, "district_appraiser", dossier)

    lines = _lines(client.get(f"/dossiers/{dossier.id}/actions/propose_level_1").text)

    assert lines["Unit"] == "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai"
    assert (lines["Self-assessed"], lines["Found by the appraisal"]) == ("Level 2", "Level 1")
    assert lines["Claim and finding differ"] == "5.1"
    assert lines["Without evidence"] == "2.1, 3.1"
    assert "Proposed" not in lines


def test_the_head_sees_the_proposal_and_the_last_note(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="under_review")
        make.act(dossier, "endorse", "Nhất trí, đủ hồ sơ.")
    signed_in(app, client, "education_head", dossier)

    page = client.get(f"/dossiers/{dossier.id}/actions/recognise_level_1").text

    lines = _lines(page)
    assert lines["Without evidence"] == "all 15 indicators"
    assert (lines["Proposed"], lines["Claim and finding differ"]) == ("Level 1", "in no indicator")
    assert "Nhất trí, đủ hồ sơ." in page


def test_the_commune_does_not_see_the_findings(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising")
        make.findings(dossier, make.answers(1))
        filed = make.dossier(at="awaiting_chair")
    signed_in(app, client, "commune_chair", filed)

    assert set(_lines(client.get(f"/dossiers/{filed.id}/actions/submit").text)) == {
        "Unit",
        "Self-assessed",
        "Without evidence",
    }


@pytest.mark.parametrize(
    ("action", "papers"), [("recognise_level_1", ("decision", "certificate")), ("decline", ("refusal",))]
)
def test_the_head_reads_drafts_before_deciding_and_no_number_is_drawn(
    app: Flask, client: FlaskClient, action: str, papers: tuple[str, ...]
) -> None:
    with app.app_context():
        dossier = make.dossier(at="endorsed")
    signed_in(app, client, "education_head", dossier)
    address = f"/dossiers/{dossier.id}/actions/{action}"
    page = client.get(address).text

    for paper in papers:
        assert f'href="{address}/draft/{paper}"' in page
        draft = client.get(f"{address}/draft/{paper}")
        assert draft.status_code == 200
        assert 'data-words="DỰ THẢO – CHƯA BAN HÀNH"' in draft.text
        assert "Số: ……" in draft.text
        assert "Xuân Tây" in draft.text
    assert client.get(f"{address}/draft/nothing").status_code == 404
    with app.app_context():
        assert (
            db.session.scalars(sa.select(NumberBook).where(NumberBook.notation != filing_receipts.NOTATION)).all() == []
        )
        assert db.session.scalars(sa.select(Document)).all() == []


def test_only_whoever_may_take_the_act_reads_its_drafts(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="endorsed")
    signed_in(app, client, "commune_officer", dossier)
    in_english(client)

    assert client.get(f"/dossiers/{dossier.id}/actions/recognise_level_1/draft/decision").status_code == 403
