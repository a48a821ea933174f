"""Where the law names nobody, nothing is decided but by the authority rule in force."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.catalogue import catalogue, role_titles
from certflow.dossiers import actions, filing_receipts
from certflow.errors import ActionBlocked
from certflow.law.catalogue import Catalogue
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Document, NumberBook, Recognition
from certflow.people import people as people_service
from certflow.results import documents
from certflow.rules import authority
from tests import make, make_two_tier
from tests.observing import everything
from tests.racing import at_once, in_session

pytestmark = pytest.mark.usefixtures("inside_the_application")

NO_RULE = (
    "Pháp luật chưa quy định người quyết định ở đây: quản trị viên phải nhập quy định thẩm quyền kèm văn bản trước"
)
OTHER_OFFICE = "Quy định thẩm quyền đang hiệu lực nêu cơ quan khác; hồ sơ được chuyển đến cơ quan đó"
DAY = dt.timedelta(days=1)


def refused(dossier: Dossier, action: str) -> tuple[str, ...]:
    """The reasons for which `action` is refused, having changed nothing."""
    role = next(t.by[0] for t in make_two_tier.scheme().transitions if t.action == action)
    actor = make.person_for(role, dossier)
    make.commit()
    before = everything()
    with pytest.raises(ActionBlocked) as refusal:
        actions.act(dossier.id, action, actor=actor, note=make.REASON)
    assert everything() == before
    db.session.rollback()
    return refusal.value.reasons


def test_a_commune_without_a_district_is_recognised_once_a_rule_says_by_whom() -> None:
    dossier = make_two_tier.dossier("proposed")

    assert refused(dossier, "forward_department") == (NO_RULE,)
    assert refused(dossier, "forward_province") == (NO_RULE,)

    rule = make_two_tier.rule("department_head")
    assert refused(dossier, "forward_province") == (OTHER_OFFICE,)
    make_two_tier.walk(dossier, "recognised_level_1")

    recognition = db.session.scalars(sa.select(Recognition)).one()
    decision, certificate = documents.of_dossier(dossier)
    basis = "Căn cứ Quyết định số 45/2025/QĐ-UBND ngày 02 tháng 7 năm 2025 của Ủy ban nhân dân tỉnh Bắc Ninh"
    assert (recognition.level, recognition.unit.name) == (1, "Xã Lạng Giang")
    assert (decision.number_text, certificate.number_text) == ("01/QĐ-SGDĐT", "01/GCN-CĐHT-SGDĐT")
    assert decision.facts["legal_bases"][0] == certificate.facts["legal_bases"][0] == basis
    assert decision.facts["authority_rule"] == {
        "id": rule.id,
        "role": "department_head",
        "document_number": make_two_tier.DOCUMENT,
        "document_date": "2025-07-02",
        "issued_by": make_two_tier.ISSUER,
    }
    assert (decision.facts["unit_parent"], decision.facts["issuing_office"]) == ("", "SỞ GIÁO DỤC VÀ ĐÀO TẠO")
    documents.issue(decision.id)
    assert basis in documents.html(decision, "")


def test_the_chair_of_the_province_decides_in_the_name_of_the_committee_where_the_rule_says_so() -> None:
    make_two_tier.rule("province_chair")
    dossier = make_two_tier.dossier("decision_province")

    make.act(dossier, "decline_province")
    (reply,) = documents.of_dossier(dossier)

    assert reply.number_text == "01/UBND"
    assert (reply.facts["issuing_parent"], reply.facts["issuing_office"]) == ("", "ỦY BAN NHÂN DÂN TỈNH BẮC NINH")
    assert make_two_tier.DOCUMENT in reply.facts["articles"][0]
    documents.issue(reply.id)
    assert reply.issued_at is not None


def test_no_number_is_drawn_once_the_rule_is_withdrawn_or_another_office_named() -> None:
    rule = make_two_tier.rule("department_head")
    dossier = make_two_tier.dossier("decision_department")
    authority.withdraw(rule.id, reason="Nhập nhầm văn bản", actor=make.person(role_titles.ADMINISTRATOR))

    assert refused(dossier, "recognise_level_1_department") == (NO_RULE,)
    make_two_tier.rule("province_chair")
    for action in ("recognise_level_1_department", "decline_department"):
        assert refused(dossier, action) == (OTHER_OFFICE,)
    assert db.session.scalars(sa.select(NumberBook).where(NumberBook.notation != filing_receipts.NOTATION)).all() == []

    make.act(dossier, "forward_province")
    make.act(dossier, "recognise_level_1_province")

    assert {paper.notation for paper in db.session.scalars(sa.select(Document))} == {"QĐ-UBND", "GCN-CĐHT-UBND"}


def elsewhere() -> dict[str, Any]:
    return {"unit_id": make.province().id}


def another_scheme() -> dict[str, Any]:
    """A scheme of another tier that leaves the decision to a rule as well."""
    found = catalogue.definitions()
    other = replace(make_two_tier.scheme(), name="another_recognition")
    catalogue.use(Catalogue(found.workflows | {other.key: other}, found.forms))
    return {"scheme": other.name}


@pytest.mark.parametrize(
    "changes",
    [
        elsewhere,
        another_scheme,
        lambda: {"starts_on": clock.today() + DAY},
        lambda: {"ends_on": clock.today() - DAY},
    ],
    ids=["another province", "another scheme", "from tomorrow", "until yesterday"],
)
def test_a_rule_of_another_place_scheme_or_time_does_not_help(changes: Callable[[], dict[str, Any]]) -> None:
    dossier = make_two_tier.dossier("proposed")
    make_two_tier.rule(**changes())

    assert refused(dossier, "forward_department") == (NO_RULE,)


def test_a_rule_holds_through_its_first_and_its_last_day() -> None:
    rule = make_two_tier.rule(starts_on=clock.today(), ends_on=clock.today())
    dossier = make_two_tier.dossier("decision_department")

    make.act(dossier, "recognise_level_1_department")

    assert documents.of_dossier(dossier)[0].facts["authority_rule"]["id"] == rule.id


def test_what_a_rule_allowed_today_is_refused_tomorrow_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()
    make_two_tier.rule(ends_on=today)
    dossier = make_two_tier.dossier("decision_department")

    monkeypatch.setattr(clock, "today", lambda: today + DAY)

    assert refused(dossier, "recognise_level_1_department") == (NO_RULE,)


def test_a_decision_that_midnight_overtakes_is_taken_back_with_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard asks on the last day of the rule, the paper is dated the day after."""
    today = clock.today()
    make_two_tier.rule(ends_on=today - DAY)
    monkeypatch.setattr(clock, "today", lambda: today - DAY)
    dossier = make_two_tier.dossier("decision_department")

    assert refused(dossier, "recognise_level_1_department") == (NO_RULE,)
    assert dossier.state == "decision_department"


def test_nobody_decides_about_a_dossier_they_filed_though_the_rule_names_their_office() -> None:
    make_two_tier.rule("province_chair")
    dossier = make_two_tier.dossier("decision_province")
    filed_by = make.person_for("commune_chair", dossier)
    since = clock.today() - DAY
    people_service.give(filed_by, role="province_chair", unit_id=make_two_tier.province().id, starts_on=since)
    make.commit()

    with pytest.raises(ActionBlocked) as refusal:
        actions.act(dossier.id, "recognise_level_1_province", actor=filed_by)

    assert refusal.value.reasons == (
        "Ông/bà đã tham gia hồ sơ này ở vai trò khác; việc này phải do người khác thực hiện",
    )


def test_nothing_is_decided_by_a_rule_after_it_was_withdrawn(app: Flask) -> None:
    administrator, head = make.person(role_titles.ADMINISTRATOR).id, make_two_tier.province()
    for commune in make_two_tier.COMMUNES:
        rule = make_two_tier.rule().id
        dossier = make_two_tier.dossier("decision_department", unit=commune)
        decider = make.person("department_head", head).id

        withdrawn, decided = at_once(
            app,
            [
                in_session(administrator, partial(_withdrawn_at, rule)),
                in_session(decider, partial(_decided_at, dossier.id)),
            ],
        )

        assert isinstance(decided, ActionBlocked) or decided <= withdrawn
        db.session.rollback()


def _withdrawn_at(rule_id: int, actor: User) -> dt.datetime | None:
    return authority.withdraw(rule_id, reason="Nhầm", actor=actor).withdrawn_at


def _decided_at(dossier_id: int, actor: User) -> dt.datetime:
    return actions.act(dossier_id, "recognise_level_1_department", actor=actor).entered_at
