"""Writing claims and findings: what is typed, what is kept, who may write when."""

import pytest

from certflow.assessment import assessments
from certflow.assessment.assessments import Saved
from certflow.assessment.merging import Typed
from certflow.catalogue import catalogue
from certflow.errors import ActionNotOpen, NotFound, NotPermitted
from certflow.law.specs.form import IndicatorSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding
from certflow.models.people import User
from tests import make
from tests.observing import everything

pytestmark = pytest.mark.usefixtures("inside_the_application")


@pytest.mark.parametrize(
    ("code", "typed", "stored"),
    [
        ("1.1", {"value": "yes"}, {"value": True}),
        ("1.1", {"value": "no"}, {"value": False}),
        ("4.2", {"value": "3"}, {"value": 3}),
        ("5.1", {"denominator": "1.250"}, {"denominator": 1250}),
        ("5.1", {"denominator": " 12 345 "}, {"denominator": 12345}),
        ("5.1", {"denominator": "１２"}, {"denominator": 12}),
        ("5.1", {"denominator": "100", "definition": " từ 15 tuổi "}, {"denominator": 100, "definition": "từ 15 tuổi"}),
    ],
)
def test_what_is_typed_is_stored_and_shown_again(code: str, typed: dict[str, str], stored: dict[str, object]) -> None:
    dossier = make.dossier()

    assert save(dossier, code, typed) == {code: 1}

    claim = db.session.query(Claim).one()
    assert claim.answer == stored
    shown = assessments.typed_of(indicator(code), claim)
    assert save(dossier, code, shown, version=1) == {code: 1}, "what is shown is what was stored"


@pytest.mark.parametrize(
    ("code", "typed", "field"),
    [
        ("1.1", {"value": "maybe"}, "value"),
        ("4.2", {"value": "4"}, "value"),
        ("4.2", {"value": "-1"}, "value"),
        ("5.1", {"denominator": "1.25"}, "denominator"),
        ("5.1", {"denominator": "1,5"}, "denominator"),
        ("5.1", {"denominator": "0"}, "denominator"),
        ("5.1", {"denominator": "-5"}, "denominator"),
        ("5.1", {"denominator": "1e3"}, "denominator"),
        ("5.1", {"denominator": "9" * 4000}, "denominator"),
        ("5.1", {"denominator": "3000000000"}, "denominator"),
        ("5.1", {"definition": "d" * 501}, "definition"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_is_not_stored(
    code: str, typed: dict[str, str], field: str
) -> None:
    dossier = make.dossier(claims={"1.2": {"value": "yes"}})
    before = everything()

    assert list(saved(dossier, code, typed).faults) == [f"{code}-{field}"]

    assert everything() == before


def test_a_part_greater_than_its_whole_is_refused_at_the_part() -> None:
    dossier = make.dossier()
    part = indicator("5.1").parts[0].key

    told = saved(dossier, "5.1", {"denominator": "10", part: "11"})

    assert list(told.faults) == [f"5.1-{part}"]
    assert "10" in told.faults[f"5.1-{part}"][0]
    assert db.session.query(Claim).one().answer == {"denominator": 10}


def test_all_faults_of_a_page_are_said_at_once() -> None:
    dossier = make.dossier()
    typed = {code: Typed({"value": "x"}, "e" * 4001) for code in ("1.1", "1.2")}

    told = assessments.save_claims(dossier.id, 1, typed, actor=officer(dossier))

    assert sorted(told.faults) == ["1.1-explanation", "1.1-value", "1.2-explanation", "1.2-value"]


def test_what_another_person_changed_meanwhile_is_kept_and_told_and_the_rest_is_saved() -> None:
    dossier = make.dossier(claims={"1.1": {"value": "yes"}, "1.2": {"value": "yes"}})
    colleague = make.person("commune_officer", dossier.unit, name="colleague")
    assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "no"}, "", 1)}, actor=colleague)
    typed = {"1.2": Typed({"value": "no"}, "", 1), "1.1": Typed({"value": "yes"}, "thêm", 1)}

    told = assessments.save_claims(dossier.id, 1, typed, actor=officer(dossier))

    assert told.conflicts == {"1.1": ("value",)}
    claims = {claim.indicator: (claim.answer, claim.explanation) for claim in db.session.query(Claim)}
    assert claims == {"1.1": ({"value": False}, "thêm"), "1.2": ({"value": False}, "")}


def test_what_the_same_person_changed_in_another_window_is_no_conflict() -> None:
    dossier = make.dossier(claims={"1.1": {"value": "yes"}})
    save(dossier, "1.1", {"value": "no"}, version=1)

    told = assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "yes"}, "thêm", 1)}, actor=officer(dossier))

    assert (told.conflicts, told.versions) == ({}, {"1.1": 3})


def test_the_same_words_sent_again_are_stored_once_and_not_stale() -> None:
    dossier = make.dossier()

    assert save(dossier, "1.1", {"value": "yes"}) == {"1.1": 1}
    assert save(dossier, "1.1", {"value": "yes"}) == {"1.1": 1}


def test_a_blank_answer_over_nothing_stores_nothing_and_over_an_answer_takes_it_back() -> None:
    dossier = make.dossier()
    assert save(dossier, "1.1", {"value": ""}) == {}
    save(dossier, "1.1", {"value": "yes"})

    assert save(dossier, "1.1", {"value": ""}, version=1) == {"1.1": 2}
    assert db.session.query(Claim).one().answer == {}


@pytest.mark.parametrize(
    "state",
    ["awaiting_chair", "submitted", "appraising", "under_review", "endorsed", "recognised_level_1", "declined"],
)
def test_claims_stand_still_while_the_dossier_is_not_being_drafted(state: str) -> None:
    dossier = make.dossier(state)
    before = everything()

    with pytest.raises(ActionNotOpen):
        save(dossier, "1.1", {"value": "no"}, version=1)

    assert everything() == before


def test_claims_may_be_changed_again_after_a_return() -> None:
    dossier = make.dossier("returned")

    assert save(dossier, "1.1", {"value": "no"}, version=1) == {"1.1": 2}


@pytest.mark.parametrize("state", ["submitted", "under_review", "endorsed", "recognised_level_1"])
def test_findings_stand_still_while_the_dossier_is_not_being_appraised(state: str) -> None:
    dossier = make.dossier(state)
    appraiser = make.person_for("district_appraiser", dossier)

    with pytest.raises(ActionNotOpen):
        assessments.save_findings(dossier.id, 1, {"1.1": Typed({"value": "no"})}, actor=appraiser)
    with pytest.raises(ActionNotOpen):
        assessments.adopt_claims(dossier.id, 1, actor=appraiser)


@pytest.mark.parametrize("role", ["commune_chair", "education_officer", "education_head", "province_reviewer"])
def test_only_the_one_whose_part_it_is_writes(role: str) -> None:
    dossier = make.dossier("returned")
    person = make.person_for(role, dossier)

    with pytest.raises(NotPermitted):
        assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "no"}, "", 1)}, actor=person)
    with pytest.raises(NotPermitted):
        assessments.save_findings(dossier.id, 1, {"1.1": Typed({"value": "no"})}, actor=person)


def test_the_neighbour_does_not_even_see_what_there_is_to_write() -> None:
    dossier = make.dossier()
    neighbour = make.person("commune_officer", make.unit("Xã Sông Ray"))
    assert dossier.unit_id != make.unit("Xã Sông Ray").id

    with pytest.raises(NotFound):
        assessments.save_claims(dossier.id, 1, {"1.1": Typed({"value": "yes"})}, actor=neighbour)


def test_a_finding_stands_beside_the_claim_and_never_replaces_it() -> None:
    dossier = make.dossier("appraising", level=2)
    claims = {claim.indicator: dict(claim.answer) for claim in db.session.query(Claim)}

    make.findings(dossier, make.answers(0))

    assert {claim.indicator: claim.answer for claim in db.session.query(Claim)} == claims
    assert {finding.indicator for finding in db.session.query(Finding)} == set(claims)


def test_adopting_takes_over_only_where_nothing_was_found_yet() -> None:
    dossier = make.dossier("appraising")
    appraiser = make.person_for("district_appraiser", dossier)
    make.findings(dossier, {"1.2": {"value": "no"}})

    assert assessments.adopt_claims(dossier.id, 1, actor=appraiser) == 2
    assert assessments.adopt_claims(dossier.id, 1, actor=appraiser) == 0

    answers = {finding.indicator: finding.answer for finding in db.session.query(Finding)}
    assert answers == {"1.1": {"value": True}, "1.2": {"value": False}, "1.3": {"value": True}}


def test_a_criterion_that_does_not_exist_is_not_found() -> None:
    dossier = make.dossier()

    with pytest.raises(NotFound):
        assessments.save_claims(dossier.id, 99, {}, actor=officer(dossier))


def officer(dossier: Dossier) -> User:
    return make.person_for("commune_officer", dossier)


def indicator(code: str) -> IndicatorSpec:
    return catalogue.definitions().form_of(make.scheme()).indicators[code]


def save(dossier: Dossier, code: str, typed: dict[str, str], *, version: int = 0) -> dict[str, int]:
    """Save one claim as the commune's officer; gives the versions."""
    return saved(dossier, code, typed, version=version).versions


def saved(dossier: Dossier, code: str, typed: dict[str, str], *, version: int = 0) -> Saved:
    """As `save`, with all that became of it."""
    entries = {code: Typed(typed, "", version)}
    became = assessments.save_claims(dossier.id, int(code[0]), entries, actor=officer(dossier))
    make.commit()
    return became
