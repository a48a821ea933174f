"""Every result can be computed anew from what is stored, and by other rules."""

import json

import pytest
import sqlalchemy as sa

from certflow.catalogue import catalogue
from certflow.dossiers import recomputing
from certflow.errors import NotFound
from certflow.law.catalogue import read_one
from certflow.law.specs.form import FormSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding, Submission
from certflow.models.results import Recognition
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

FORM = ("learning_community_commune", 1)


def _differences(round_id: int) -> list[str]:
    db.session.expire_all()
    return [told for one in recomputing.recompute(round_id) for told in one.differences]


def test_what_was_walked_by_the_real_actions_has_no_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "BATCH", 2)
    for state in ("drafting", "returned", "submitted", "appraising", "endorsed", "recognised_level_2", "declined"):
        made = make.dossier(at=state, level=2)

    found = list(recomputing.recompute(made.round_id))

    assert len(found) == 7
    assert [one for one in found if one.differences] == []


def test_a_level_that_does_not_follow_from_what_is_stored_is_told() -> None:
    filed = make.dossier(at="submitted")
    decided = make.dossier(at="recognised_level_1")
    db.session.execute(sa.update(Claim).where(Claim.dossier_id == filed.id, Claim.indicator == "1.1").values(answer={}))
    db.session.execute(sa.update(Finding).where(Finding.indicator == "1.1").values(answer={"value": False}))
    db.session.execute(sa.update(Submission).where(Submission.dossier_id == decided.id).values(claimed_level=2))

    told = _differences(filed.round_id)

    assert len(told) == 5, told  # the filed claims; the submission, its claims, the proposal and the recognition


def test_a_recognition_above_the_proposal_and_a_manifest_that_was_touched_are_told() -> None:
    decided = make.dossier(at="recognised_level_1", level=1)
    db.session.execute(sa.update(Recognition).values(level=2))
    db.session.execute(sa.update(Submission).values(manifest=Submission.manifest + " "))

    assert len(_differences(decided.round_id)) == 4


def _stricter(form: FormSpec) -> FormSpec:
    """The same criteria with every share of level 2 at 100 %, as its changed file would give it."""
    table = json.loads(form.content) | {"version": 2}
    for indicator in (i for criterion in table["criteria"] for i in criterion["indicators"]):
        for part in indicator.get("parts", ()):
            part["at_least"][1] = 100
    changed = read_one(table, "forms/stricter.v2.toml")
    assert isinstance(changed, FormSpec)
    return changed


def test_other_rules_give_another_level_and_findings_come_before_claims() -> None:
    draft, filed = make.dossier(), make.dossier(at="submitted", level=2)
    decided = make.dossier(at="recognised_level_2")

    found = {one.dossier_id: one for one in recomputing.what_if(filed.round_id, _stricter(catalogue.form_of(filed)))}

    assert [(found[d.id].level, found[d.id].new_level) for d in (draft, filed, decided)] == [(0, 0), (2, 1), (2, 1)]
    assert [found[d.id].by_findings for d in (draft, filed, decided)] == [False, False, True]
    assert found[draft.id].unanswered == len(catalogue.definitions().forms[FORM].indicators)
    assert db.session.get_one(Dossier, decided.id).state == "recognised_level_2"


def test_a_round_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        list(recomputing.recompute(1))
