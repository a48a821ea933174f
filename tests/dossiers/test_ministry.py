"""A province before the ministry: recognised by the Minister here, or with the ministry's answer recorded."""

import pytest

from certflow import clock
from certflow.access import access
from certflow.assessment import lower_units
from certflow.catalogue import units
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionBlocked, NotFound
from certflow.gateways.pdf import printing
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Document
from certflow.results import recognitions
from tests import make, tiers

pytestmark = pytest.mark.usefixtures("inside_the_application")

MINISTRY = ("ministry_officer", "ministry_council_secretary", "minister")


def sees(reader: User, dossier: Dossier) -> bool:
    try:
        access.dossier(dossier.id, reader)
    except NotFound:
        return False
    return True


def test_a_province_is_recognised_from_first_act_to_the_ministers_decision() -> None:
    tiers.lower_tiers()
    dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "recognised_level_2")

    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    assert recognition.decision is not None
    assert recognition.certificate is not None
    today = clock.today()
    assert (recognition.level, recognition.valid_until) == (2, today.replace(year=today.year + 3, month=12, day=31))
    decision, certificate = recognition.decision, recognition.certificate
    assert decision.number_text == "01/QĐ-BGDĐT"
    assert decision.unit_id == units.country().id
    assert decision.facts["title"] == ("Về việc công nhận tỉnh Đồng Nai đạt “Cộng đồng học tập” cấp tỉnh mức độ 2")
    assert (decision.facts["issuing_parent"], decision.facts["issuing_office"]) == ("", "BỘ GIÁO DỤC VÀ ĐÀO TẠO")
    assert "issuer-parent" not in printing.html_copy("recognition_decision", decision.facts)
    assert (certificate.facts["unit_parent"], certificate.facts["province"]) == ("", "")
    filed, decided = dossiers.standings(dossier)
    assert {filed.due.spec.name, decided.due.spec.name} == {"submit_statutory", "decide_statutory"}
    (decided,) = [s for s in (filed, decided) if s.due.counted_from]
    assert (decided.due.counted_from, decided.on_time) == (clock.today(), True)


def test_the_minister_declines_with_the_reasons_and_a_new_appraisal_may_be_asked_for_first() -> None:
    tiers.lower_tiers()
    dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "proposed")
    make.act(dossier, "reopen_appraisal")
    assert dossier.state == "appraising"
    for action in ("propose_none", "put_forward", "decline"):
        make.act(dossier, action, tiers.REASON)

    letter = db.session.query(Document).filter_by(dossier_id=dossier.id).one()
    assert (letter.kind, letter.number_text) == ("refusal", "01/BGDĐT-GDTX")
    assert letter.facts["addressee"] == "Ủy ban nhân dân tỉnh Đồng Nai"
    assert letter.facts["reasons"] == [tiers.REASON]
    assert recognitions.of_dossier(dossier) is None


def test_the_ministry_sees_what_a_province_has_filed_and_nothing_below_it() -> None:
    below = tiers.lower_tiers()
    dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "awaiting_chair")
    people = [make.person(role, tiers.place("")) for role in MINISTRY]
    assert not any(sees(person, dossier) for person in people), "it is not filed yet"

    make.act(dossier, "submit")

    for person in people:
        assert sees(person, dossier)
        assert not any(sees(person, lower) for lower in below)
        assert [one.dossier.id for one in dossiers.seen_by(person).items] == [dossier.id]
    officer, _secretary, minister = people
    assert [one.dossier.id for one in dossiers.waiting_for(officer).items] == [dossier.id]
    assert not dossiers.waiting_for(minister).items
    for role in ("district_officer", "commune_officer"):
        reader = make.person(role, tiers.place(tiers.DISTRICT if role.startswith("district") else tiers.COMMUNE))
        assert not sees(reader, dossier)


@pytest.mark.parametrize("level", [1, 2])
def test_the_ministrys_recognition_is_recorded_by_its_number_and_makes_no_paper(level: int) -> None:
    tiers.lower_tiers(level)
    dossier = tiers.walk(tiers.opened(tiers.ANSWERED, tiers.PROVINCE), f"recognised_level_{level}", level)

    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    assert (recognition.level, recognition.outside_decision) == (level, "345/QĐ-BGDĐT")
    assert recognition.recognised_on == tiers.ANSWER.dated
    assert db.session.query(Document).filter_by(dossier_id=dossier.id).count() == 0
    assert dossiers.history(dossier)[-1].document_number == "345/QĐ-BGDĐT"


def test_the_association_may_send_the_dossier_back_and_the_ministry_may_ask_for_more_or_refuse() -> None:
    tiers.lower_tiers()
    dossier = tiers.walk(tiers.opened(tiers.ANSWERED, tiers.PROVINCE), "awaiting_association")
    make.act(dossier, "send_back", tiers.REASON)
    tiers.walk(dossier, "awaiting_ministry")
    make.act(dossier, "record_return", tiers.REASON)
    tiers.walk(dossier, "awaiting_ministry")

    officer = make.person_for("province_officer", dossier)
    with pytest.raises(ActionBlocked):
        actions.act(dossier.id, "record_refusal", actor=officer, note=tiers.REASON)
    actions.act(dossier.id, "record_refusal", actor=officer, note=tiers.REASON, document=tiers.ANSWER)

    assert dossier.state == "declined"
    assert recognitions.of_dossier(dossier) is None
    assert db.session.query(Document).filter_by(dossier_id=dossier.id).count() == 0


def test_a_district_needs_the_associations_consent_before_the_director_decides() -> None:
    tiers.walk(tiers.opened(tiers.COMMUNES, tiers.COMMUNE), "recognised_level_1", 1)
    dossier = tiers.walk(tiers.opened(tiers.DISTRICTS, tiers.DISTRICT), "awaiting_association", 1)
    head = make.person_for("department_head", dossier)
    assert not actions.offers(dossier, actor=head)

    make.act(dossier, "send_back", tiers.REASON)
    assert dossier.state == "appraising"
    tiers.walk(dossier, "recognised_level_1", 1)

    assert (
        lower_units.coverage(
            tiers.place(tiers.PROVINCE), "district", clock.today(), form="learning_community_district"
        ).numerator(1)
        == 1
    )
    first, *later = dossiers.standings(dossier)
    assert (first.due.spec.name, first.due.spec.layer, first.due.included) == ("decide_plan", "plan", False)
    assert [s.due.spec.name for s in later] == ["submit_statutory", "decide_statutory"]
