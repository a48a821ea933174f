"""The proof sheet: what a result follows from, who may read which half of it, and whether it still follows."""

import re

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import catalogue
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding, Submission
from certflow.models.people import User
from tests import make
from tests.browsing import again, queries, signed_in

AGREES = "Recalculated, the result agrees with what was recorded"
DIFFERS = "Recalculated, the result differs from what was recorded"


def _made(app: Flask, at: str | None, level: int = 1) -> Dossier:
    with app.app_context():
        return make.dossier(at=at, level=level)


def _words(client: FlaskClient, dossier: Dossier) -> str:
    """The sheet as it is read, without tags."""
    page = client.get(f"/dossiers/{dossier.id}/proof")
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_it_names_input_threshold_clause_and_verdict_of_claim_and_finding(app: Flask, client: FlaskClient) -> None:
    made = _made(app, "appraising", level=2)
    with app.app_context():
        make.findings(again(made), {"5.1": {"denominator": "10000", "share": "7999", "definition": "Đếm lại"}})
    signed_in(app, client, "district_appraiser", made)

    words = _words(client, made)

    assert (
        "5.1. Share of citizens holding the title Learning Citizen "
        "Level 1: At least 60% – Điều 6 khoản 5 điểm a Level 2: At least 80% – Điều 7 khoản 5 điểm a "
        "8,000 / 10,000 = 80% Level 1: Met Level 2: Met" in words
    )
    assert "7,999 / 10,000 = 79.99% Level 1: Met Level 2: Not met How it was determined: Đếm lại" in words
    assert "By the findings No level reached" in words
    assert AGREES in words


def test_it_names_the_versions_and_filings_with_their_hashes_the_area_and_who_saved(
    app: Flask, client: FlaskClient
) -> None:
    made = _made(app, "recognised_level_2")
    signed_in(app, client, "commune_officer", made)
    with app.app_context():
        dossier = again(made)
        digests = [catalogue.workflow_of(dossier).spec.fingerprint, catalogue.form_of(dossier).fingerprint]
        digests += [filed.manifest_hash for filed in dossier.submissions]
        ids = {row.saved_by_id for row in dossier.claims} | {row.saved_by_id for row in dossier.findings}
        savers = [db.session.get_one(User, saver).full_name for saver in ids]

    words = _words(client, made)

    for digest in digests:
        assert len(digest) == 64
        assert " ".join(digest[n : n + 8] for n in range(0, 64, 8)) in words
    assert len(savers) == 2
    assert all(name in words for name in savers)
    assert "Disadvantaged area No" in words
    assert re.search(r"Decided Level 2, \d\d/\d\d/\d{4}", words)


def test_the_unit_does_not_read_findings_before_its_dossier_is_decided(app: Flask, client: FlaskClient) -> None:
    made = _made(app, "endorsed", level=2)
    with app.app_context():
        db.session.execute(sa.update(Finding).values(answer={"value": False}))
        make.commit()

    signed_in(app, client, "commune_officer", made)
    own = _words(client, made)
    head = app.test_client()
    signed_in(app, head, "education_head", made)
    above = _words(head, made)

    for hidden in ("By the findings", "Proposal of the district", "the findings reach", " Found ", "proposed"):
        assert hidden not in own
    assert AGREES in own
    assert f"{DIFFERS} the findings reach level 0, but level 2 is proposed" in above
    assert "By the findings" in above


def test_what_was_touched_afterwards_is_told(app: Flask, client: FlaskClient) -> None:
    made = _made(app, "submitted", level=2)
    with app.app_context():
        db.session.execute(sa.update(Submission).values(manifest=Submission.manifest + " "))
        db.session.execute(sa.update(Claim).where(Claim.indicator == "1.1").values(answer={"value": False}))
        make.commit()
    signed_in(app, client, "commune_officer", made)

    words = _words(client, made)

    assert DIFFERS in words
    assert "filing 1 is not what was filed: its hash differs" in words
    assert "the self-assessment reaches level 0, but level 2 was filed" in words


def test_a_draft_has_nothing_to_compare_with_and_others_do_not_see_it(app: Flask, client: FlaskClient) -> None:
    made = _made(app, None)
    signed_in(app, client, "commune_officer", made)
    words = _words(client, made)
    appraiser = app.test_client()
    signed_in(app, appraiser, "district_appraiser", made)

    assert "Nothing is filed yet" in words
    assert words.count("Level 1: Not answered") >= 15
    assert appraiser.get(f"/dossiers/{made.id}/proof").status_code == 404


def test_it_is_reached_from_the_overview_the_check_and_the_appraisal(app: Flask, client: FlaskClient) -> None:
    made = _made(app, "recognised_level_2")
    signed_in(app, client, "commune_officer", made)

    for page in ("", "check", "appraisal"):
        assert f'href="/dossiers/{made.id}/proof"' in client.get(f"/dossiers/{made.id}/{page}").text


def test_it_makes_few_queries_however_much_is_in_the_dossier(app: Flask, client: FlaskClient) -> None:
    full = _made(app, "recognised_level_2")
    signed_in(app, client, "commune_officer", full)

    assert queries(app, client, f"/dossiers/{full.id}/proof") <= 18
