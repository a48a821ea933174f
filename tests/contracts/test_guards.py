"""A guard declares itself: one more is added as the README says, and everything that names guards knows it."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.assessment import evidence
from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.criteria import cases
from certflow.dossiers import actions
from certflow.dossiers.effects import EFFECTS
from certflow.errors import ActionBlocked, DefinitionError
from certflow.law.case_keys import Key, truth
from certflow.law.drawing.diagram import diagram
from certflow.law.facts import DossierFacts, Fact
from certflow.law.guards import DOCUMENT, GUARDS, NOTE, guard
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Evidence
from certflow.models.people import User
from tests import make
from tests.browsing import in_english
from tests.definitions.shipped import FORM
from tests.gateways import samples

SCHEME, CRITERIA = "workflows/dong_nai_2024/commune_recognition.v1", "forms/circular_25_2023/commune.v1.toml"
FILES: Fact[bool] = Fact(
    (Key("files_attached", truth, False),),
    words=lambda _spec, attached: "Some files" if attached else "No files",
)
DAY = dt.date(2025, 1, 1)
CASE = """
  { name = "hand_over, no files", state = "drafting", action = "hand_over", role = "commune_officer", \
base = "ready", change = { files_attached = false }, refused = ["files_at_hand"] },
"""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A further version of a scheme, which needs the new guard, with its cases; and its criteria set."""
    scheme, examples, criteria = (
        (resource("forms").parent / name).read_text(encoding="utf-8")
        for name in (f"{SCHEME}.toml", f"{SCHEME}.cases.toml", CRITERIA)
    )
    changed = {
        "workflows/next.v3.toml": scheme.replace("version = 1\n", "version = 3\n").replace(
            '"meeting_recorded"]', '"meeting_recorded", "files_at_hand"]', 1
        ),
        "workflows/next.v3.cases.toml": examples.replace("actions = [", f"actions = [{CASE}").replace(
            "meeting_recorded = true\n", "meeting_recorded = true\nfiles_attached = true\n"
        ),
        "forms/commune.v1.toml": criteria,
    }
    for name, text in changed.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in ("workflows", "forms")}


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The guard and its look-up, as they would stand in their modules."""

    def attached(dossier: Dossier, _actor: User) -> bool:
        return bool(db.session.scalar(sa.select(sa.exists().where(Evidence.dossier_id == dossier.id))))

    @guard("Files are at hand", FILES)
    def files_at_hand(facts: DossierFacts) -> str:
        return "" if facts[FILES] else "No file is attached yet"

    monkeypatch.setitem(actions.LOOK_UPS, FILES, attached)
    yield
    del GUARDS["files_at_hand"]


@pytest.fixture
def used(app: Flask, folders: dict[str, Path], declared: None, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, running on these files as its own."""
    for module in (catalogue, cases):
        monkeypatch.setattr(module, "resource", lambda name: folders.get(name) or resource(name))
    monkeypatch.setattr(make, "SCHEME", (make.SCHEME[0], 3))
    with app.app_context():
        catalogue.use(catalogue.read(EFFECTS))
    return app


def test_a_guard_and_a_fact_that_nobody_declared_are_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(DefinitionError, match="'files_at_hand' is no guard; use authority_established, claim_"):
        catalogue.read_from(**folders, effects=EFFECTS)


@pytest.mark.usefixtures("declared")
def test_a_new_guard_is_checked_in_schemes_and_their_cases(folders: dict[str, Path]) -> None:
    definitions = catalogue.read_from(**folders, effects=EFFECTS)
    (spec,) = definitions.workflows.values()
    outcomes = cases.run(definitions, **folders)[spec.path]
    path = folders["workflows"] / "next.v3.cases.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("attached = false", 'attached = "no"'), encoding="utf-8")

    assert all(outcome.passed for outcome in outcomes)
    assert outcomes[0].got == "refused by files_at_hand"
    assert "v3" in diagram(spec)
    with pytest.raises(DefinitionError, match=r"actions\[1\]\.change\.files_attached: must be true or false"):
        cases.run(definitions, **folders)


def test_an_act_is_refused_by_a_new_guard_until_it_holds(used: Flask) -> None:
    with used.app_context():
        dossier = make.dossier(claims=make.answers())
        make.meeting(dossier)
        officer = make.person_for("commune_officer", dossier)

        (offer,) = actions.offers(dossier, actor=officer)
        with pytest.raises(ActionBlocked) as refusal:
            make.act(dossier, "hand_over")
        assert refusal.value.reasons == offer.reasons == ("No file is attached yet",)
        db.session.rollback()

        evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "kế hoạch.pdf", actor=officer)
        assert make.act(dossier, "hand_over").state == "awaiting_chair"


def test_the_pages_of_rules_say_a_new_guard_in_words(used: Flask, client: FlaskClient) -> None:
    with used.app_context():
        make.sign_in(client, make.person("province_reviewer"))
    address = "/rules/schemes/dong_nai_commune_recognition/3"
    scheme, examples = (in_english(client).get(address + page).text for page in ("", "/cases"))

    assert "Files are at hand" in scheme
    assert "Self-assessment: Level 2; Meeting recorded; No files" in examples
    assert "Self-assessment: Level 2; Meeting recorded; Some files" in examples
    assert "Refused: “Files are at hand” is not fulfilled" in examples
    assert "files_at_hand" not in scheme


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_asks_for_nothing_but_its_facts(name: str) -> None:
    asked: set[Fact[Any]] = set()

    def look_up(fact: Fact[Any]) -> Any:
        asked.add(fact)
        return fact.in_case(FORM, {"held_level": 1, "held_since": DAY, "document_number": "1", "document_date": DAY})

    GUARDS[name](DossierFacts(FORM, look_up, level=2))

    assert asked <= set(GUARDS[name].facts)


def test_every_fact_is_looked_up_and_no_two_share_a_key() -> None:
    facts = {fact for guard in GUARDS.values() for fact in guard.facts}
    keys = {key for fact in facts for key in fact.keys}

    assert facts <= {*actions.LOOK_UPS, NOTE, DOCUMENT}
    assert len({key.name for key in keys}) == len(keys)
