"""Which field of a dossier shows to whom in which state, asked of every page: judgements, and drafts."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.assessment import evidence
from certflow.dossiers import dossiers
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, Submission
from tests import make
from tests.assessment.test_evidence import attach
from tests.browsing import again, in_english
from tests.gateways import samples

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET, REDRAFT = "Nhận định riêng của thẩm định", "Câu viết lại sau khi bị trả"
TEXT = ("text/html", "application/json")
FILERS = ("commune_officer", "commune_chair")
ABOVE = ("education_officer", "district_appraiser", "education_head")
BEFORE_DECISION = ("submitted", "appraising", "endorsed")


def readers(app: Flask, dossier: Dossier, roles: tuple[str, ...]) -> Iterator[tuple[str, FlaskClient]]:
    """A signed-in browser for each role."""
    for role in roles:
        with app.app_context():
            person = make.person_for(role, again(dossier))
            make.commit()
        client = app.test_client()
        make.sign_in(client, person)
        yield role, in_english(client)


def pages(app: Flask, client: FlaskClient, dossier: Dossier) -> dict[str, str]:
    """Every page about the dossier that the browser is answered, by address: those of all routes, and lists."""
    with app.app_context():
        numbers = {"dossier_id": [dossier.id], "number": [1, 2, 3, 4, 5]}
        numbers["evidence_id"] = list(db.session.scalars(sa.select(Evidence.id)))
        found = ["/", "/dossiers/", "/dossiers/?level=1", "/dossiers/?level=2"]
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            names = rule.arguments - set(rule.defaults or {})
            if "GET" in (rule.methods or ()) and names & {"dossier_id"} and names <= {"dossier_id", "number"}:
                for number in numbers["number"] if "number" in names else [0]:
                    values = {"dossier_id": dossier.id, "number": number}
                    found.append(adapter.build(rule.endpoint, {name: values[name] for name in names}))
    answers = {address: client.get(address) for address in found}
    return {address: answer.text for address, answer in answers.items() if answer.mimetype in TEXT}


def holding(texts: dict[str, str], words: str) -> list[str]:
    return sorted(address for address, text in texts.items() if words in text)


@pytest.mark.parametrize("state", BEFORE_DECISION)
def test_before_the_decision_those_who_file_see_no_judgement_on_any_page(app: Flask, state: str) -> None:
    with app.app_context():
        dossier = make.dossier(state, level=2)
        for finding in db.session.scalars(sa.select(Finding)):
            finding.explanation = SECRET
        steps = [step for step in dossiers.history(dossier) if step.acting_as not in FILERS]
        for step in steps:
            step.note = SECRET
        make.commit()
        judged = bool(steps)
        proposed = dossier.proposed_level
    seen = {role: pages(app, client, dossier) for role, client in readers(app, dossier, (*FILERS, "education_head"))}

    for role in FILERS:
        assert holding(seen[role], SECRET) == [], role
        assert holding(seen[role], "proposed</") == [], role
        assert holding(seen[role], "Đề nghị công nhận") == [], role
    assert bool(holding(seen["education_head"], SECRET)) == judged
    if proposed is not None:
        rows = re.findall(r'<th scope="row"', seen[FILERS[0]]["/dossiers/?level=2"])
        assert len(rows) == 1, "the level that was filed still narrows the list"


def test_after_a_return_those_above_see_what_was_filed_and_no_redraft(app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        make.act(dossier, "return_for_changes")
        make.commit()
        claim = db.session.scalars(sa.select(Claim).where(Claim.dossier_id == dossier.id)).first()
        assert claim is not None
        claim.explanation = REDRAFT
        added = attach(dossier, samples.picture("PNG"), "moi.png")
        number = added.id
        filed = db.session.scalars(sa.select(Submission)).one().number
        make.commit()
    seen, files = {}, {}
    for role, client in readers(app, dossier, (*FILERS, *ABOVE)):
        seen[role] = pages(app, client, dossier)
        files[role] = client.get(f"/evidence/{number}").status_code

    assert holding(seen["commune_officer"], REDRAFT) != []
    assert {files[role] for role in FILERS} == {200}
    for role in ABOVE:
        assert holding(seen[role], REDRAFT) == [], role
        assert files[role] == 404, role
        overview = seen[role][f"/dossiers/{dossier.id}/"]
        assert f'href="/dossiers/{dossier.id}/submissions/{filed}"' in overview, role
        assert "moi.png" not in overview


def test_a_file_that_was_removed_and_never_filed_is_served_to_nobody_above(app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier()
        officer = make.person_for("commune_officer", dossier)
        removed, kept = (attach(dossier, samples.picture("PNG", width), f"{width}.png").id for width in (8, 9))
        evidence.remove(removed, actor=officer)
        make.claims(dossier, make.answers(1))
        make.meeting(dossier)
        make.act(dossier, "hand_over")
        make.act(dossier, "submit")
        make.commit()

    for _role, client in readers(app, dossier, ("education_officer",)):
        assert [client.get(f"/evidence/{number}").status_code for number in (removed, kept)] == [404, 200]
    for _role, client in readers(app, dossier, FILERS[:1]):
        assert client.get(f"/evidence/{removed}").status_code == 200
