"""Nobody decides their own case: who took part, belongs to the unit or has an interest judges nothing of a dossier."""

import datetime as dt

import pytest

from certflow import clock
from certflow.access import access
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.catalogue import role_titles
from certflow.dossiers import dossiers
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound, NotPermitted
from certflow.impartiality import conflicts, impartiality
from certflow.impartiality import judges as bench
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.units import Resolution, Succession, Unit
from certflow.people import people
from tests import make
from tests.dossiers.test_refusals import refused, transfer

pytestmark = pytest.mark.usefixtures("inside_the_application")

TOOK_PART = "Ông/bà đã tham gia hồ sơ này ở vai trò khác; việc này phải do người khác thực hiện"
BELONGS = "Ông/bà đang công tác, hoặc từ đầu năm đánh giá đã công tác, tại đơn vị được đánh giá"
CONFLICT = "Ông/bà có xung đột lợi ích đối với hồ sơ này; việc này phải do người khác thực hiện"


def test_an_officer_who_left_the_commune_appraises_others_dossiers_but_not_its_own() -> None:
    own, other = make.dossier("submitted"), make.dossier("submitted")
    officer = make.person("commune_officer", own.unit, name="mover")
    transfer(officer, "education_officer", own)

    assert refused(own, "accept", ActionBlocked, actor=officer) == (BELONGS,)
    assert refused(own, "return_for_changes", ActionBlocked, actor=officer) == (BELONGS,)
    assert make.act(other, "accept", actor=officer).state == "appraising"


def test_who_left_the_unit_before_the_assessed_year_began_is_free() -> None:
    dossier = make.dossier("submitted")
    officer = make.user("old.hand")
    last = dt.date(dossier.round.assessed_year - 1, 12, 31)
    since = dt.date(2015, 1, 1)
    people.give(officer, role="commune_officer", unit_id=dossier.unit_id, starts_on=since, ends_on=last)
    _appoint(officer, "education_officer", dossier)

    assert make.act(dossier, "accept", actor=officer).state == "appraising"

    again = make.user("one.day.later")
    first = last + dt.timedelta(days=1)
    people.give(again, role="commune_chair", unit_id=dossier.unit_id, starts_on=since, ends_on=first)
    _appoint(again, "district_appraiser", dossier)
    assert impartiality.recused([dossier], again) == {dossier.id: (BELONGS,)}


def test_findings_are_neither_written_nor_taken_over_by_who_is_not_impartial() -> None:
    dossier = make.dossier("appraising")
    chair = make.person_for("commune_chair", dossier)
    transfer(chair, "district_appraiser", dossier)

    for write in (
        lambda: assessments.save_findings(dossier.id, 1, {"1.1": Typed({"value": "yes"})}, actor=chair),
        lambda: assessments.adopt_claims(dossier.id, 1, actor=chair),
    ):
        with pytest.raises(NotPermitted) as refusal:
            write()
        assert refusal.value.reasons == (TOOK_PART,)


def test_a_head_who_filed_once_does_not_ask_for_a_new_appraisal_either() -> None:
    dossier = make.dossier("endorsed")
    chair = make.person_for("commune_chair", dossier)
    transfer(chair, "education_head", dossier)

    for action in ("reopen_appraisal", "recognise_level_1", "decline"):
        assert refused(dossier, action, ActionBlocked, actor=chair) == (TOOK_PART,)


def test_two_accounts_of_one_person_are_one_person() -> None:
    dossier = make.dossier("appraising")
    make.findings(dossier, make.answers(1))
    chair, second = make.person_for("commune_chair", dossier), make.user("second.account")
    _appoint(second, "district_appraiser", dossier)
    administrator = make.person(role_titles.ADMINISTRATOR)
    assert not impartiality.recused([dossier], second)

    people.link_accounts(second.id, chair.sign_in_name, actor=administrator)
    make.commit()
    assert refused(dossier, "propose_level_1", ActionBlocked, actor=second) == (TOOK_PART,)

    people.link_accounts(second.id, "", actor=administrator)
    make.commit()
    assert make.act(dossier, "propose_level_1", actor=second).state == "under_review"


def test_who_belongs_to_a_unit_that_was_merged_with_it_is_as_near() -> None:
    dossier = make.dossier("submitted")
    heir, before = make.unit("Xã Xuân Phú"), make.unit("Xã Bảo Hòa")
    _succeed(dossier.unit, heir)
    _succeed(before, dossier.unit)
    for number, place in enumerate((heir, before)):
        person = make.user(f"near.{number}")
        people.give(person, role="commune_officer", unit_id=place.id, starts_on=dt.date(2020, 1, 1))
        _appoint(person, "education_officer", dossier)
        assert refused(dossier, "accept", ActionBlocked, actor=person) == (BELONGS,)
    beside = make.user("beside")
    people.give(beside, role="commune_officer", unit_id=make.unit("Xã Lang Minh").id, starts_on=dt.date(2020, 1, 1))
    _appoint(beside, "education_officer", dossier)

    assert make.act(dossier, "accept", actor=beside).state == "appraising"


def test_a_declared_interest_keeps_from_judging_until_it_is_withdrawn_with_a_reason() -> None:
    dossier = make.dossier("submitted")
    officer = make.person_for("education_officer", dossier)
    declared = conflicts.declare(officer.id, "Em ruột là Chủ tịch xã", actor=officer, dossier_id=dossier.id)
    make.commit()
    assert refused(dossier, "accept", ActionBlocked, actor=officer) == (CONFLICT,)
    with pytest.raises(Exception, match="lý do"):
        conflicts.withdraw(declared.id, " - ", actor=officer)

    conflicts.withdraw(declared.id, "Người em đã chuyển công tác", actor=officer)
    make.commit()

    assert make.act(dossier, "accept", actor=officer).state == "appraising"
    (kept,) = conflicts.listed(officer).items
    assert (kept.reason, kept.withdrawn_reason) == ("Em ruột là Chủ tịch xã", "Người em đã chuyển công tác")
    with pytest.raises(ActionNotOpen):
        conflicts.withdraw(declared.id, "Lần nữa", actor=officer)


def test_an_interest_in_a_unit_holds_for_all_its_dossiers_and_after_a_merger() -> None:
    dossier, other = make.dossier("submitted"), make.dossier("submitted")
    old = make.unit("Xã Bảo Hòa")
    _succeed(old, dossier.unit)
    officer = make.person_for("education_officer", dossier)
    conflicts.declare(officer.id, "Quê quán", actor=officer, unit_id=old.id)
    make.commit()

    assert impartiality.recused([dossier, other], officer) == {dossier.id: (CONFLICT,)}


def test_what_was_recorded_on_somebodys_word_is_not_withdrawn_by_the_person() -> None:
    dossier = make.dossier("endorsed")
    head, reviewer = make.person_for("education_head", dossier), make.person_for("province_reviewer", dossier)
    told = conflicts.declare(reviewer.id, "Có đơn phản ánh", actor=head, dossier_id=dossier.id)
    make.commit()

    with pytest.raises(NotPermitted):
        conflicts.withdraw(told.id, "Không đúng", actor=reviewer)
    with pytest.raises(NotPermitted):
        conflicts.declare(head.id, "Trả đũa", actor=reviewer, dossier_id=dossier.id)
    with pytest.raises(NotFound):
        conflicts.get(told.id, make.person_for("commune_officer", dossier))
    conflicts.withdraw(told.id, "Đơn sai sự thật", actor=make.person(role_titles.ADMINISTRATOR))


def test_when_nobody_is_left_a_substitute_is_named_for_this_dossier_only() -> None:
    dossier, other = make.dossier("submitted"), make.dossier("submitted")
    officer, stranger = make.person_for("education_officer", dossier), make.user("stepping.in")
    conflicts.declare(officer.id, "Người thân", actor=officer, dossier_id=dossier.id)
    make.commit()
    judges = bench.bench(dossier)
    assert judges.lacking == "education_officer"
    assert [(seat.user_id, ties) for seat, ties in judges.recused.items()] == [(officer.id, ("no_conflict",))]
    assert not access.roles_on(stranger, dossier)

    substitute(dossier, stranger, "education_officer")

    assert bench.bench(dossier).lacking == ""
    assert [one.dossier.id for one in dossiers.waiting_for(stranger).items] == [dossier.id]
    refused(other, "accept", NotFound, actor=stranger)
    assert make.act(dossier, "accept", actor=stranger).state == "appraising"
    assert dossiers.history(dossier)[-1].actor_id == stranger.id
    refused(dossier, "propose_level_1", NotPermitted, actor=stranger)


def test_a_substitute_is_impartial_and_its_part_ends() -> None:
    dossier = make.dossier("submitted")
    near, far = make.person_for("commune_chair", dossier), make.user("far")
    with pytest.raises(Exception, match="cũng không được"):
        substitute(dossier, near, "education_officer")

    named = substitute(dossier, far, "education_officer")
    conflicts.declare(far.id, "Mới biết có quan hệ họ hàng", actor=far, dossier_id=dossier.id)
    make.commit()
    assert refused(dossier, "accept", ActionBlocked, actor=far) == (CONFLICT,)

    conflicts.end(named, actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    db.session.expire_all()
    refused(dossier, "accept", NotFound, actor=far)


def substitute(dossier: Dossier, who: User, role: str) -> int:
    """The id of the part given to `who` by the administrator."""
    administrator = make.person(role_titles.ADMINISTRATOR)
    named = conflicts.name(
        dossier.id, actor=administrator, user_id=who.id, role=role, document="QĐ 5/QĐ-UBND", starts_on=clock.today()
    )
    make.commit()
    return named.id


def _appoint(user: User, role: str, about: Dossier) -> None:
    people.give(user, role=role, unit_id=about.district_id, starts_on=clock.today())
    make.commit()


def _succeed(old: Unit, new: Unit) -> None:
    """Record that one unit became another, as a resolution has it."""
    day = dt.date(2025, 7, 1)
    found = Resolution(number=f"NQ {old.id}", effective_on=day, applied_at=clock.now())
    db.session.add(found)
    db.session.flush()
    step = Succession(predecessor_id=old.id, successor_id=new.id, kind="merge", extent="whole", effective_on=day)
    step.resolution_id = found.id
    db.session.add(step)
    make.commit()
