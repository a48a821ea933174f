"""Working on a dossier: who may, who is told, how it changes hands, and when it lapses."""

import datetime as dt
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from certflow import clock
from certflow.catalogue import role_titles
from certflow.dossiers import dossiers
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.handling import handling
from certflow.models.base import db
from certflow.models.days import LONGEST_REASON
from certflow.models.dossiers import Dossier, Handling
from certflow.models.people import Appointment, User
from certflow.people import people
from tests import make, versions
from tests.dossiers.moves import moved, now

pytestmark = pytest.mark.usefixtures("inside_the_application")


def colleagues(role: str, about: Dossier) -> tuple[User, User]:
    """Two people in one role for a dossier."""
    place = next(a.unit for a in make.person_for(role, about).appointments)
    return make.person_for(role, about), make.person(role, place, name=f"second.{role}")


def handler(about: Dossier) -> str:
    """The sign-in name of whoever works on it; "" for nobody."""
    found = handling.current(db.session.get_one(Dossier, about.id))
    return found.user.sign_in_name if found else ""


def taken(about: Dossier, who: User) -> Handling:
    """The dossier taken on, committed."""
    found = handling.take(about.id, actor=who)
    make.commit()
    return found


def endings(about: Dossier) -> list[str]:
    """How each handling ended, oldest first; "" for one that is open."""
    query = sa.select(Handling.ending).where(Handling.dossier_id == about.id).order_by(Handling.id)
    return list(db.session.scalars(query))


def test_one_takes_a_dossier_on_and_the_next_is_told_by_whom() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)

    mine = handling.take(dossier.id, actor=first)
    with pytest.raises(Stale) as told:
        handling.take(dossier.id, actor=second)

    assert told.value.reasons == (f"{first.full_name} đang xử lý hồ sơ này rồi.",)
    assert handling.take(dossier.id, actor=first).id == mine.id
    assert (mine.role, mine.until, handler(dossier)) == ("commune_officer", None, first.sign_in_name)
    assert abs(clock.now() - mine.since) < dt.timedelta(minutes=1)
    assert endings(dossier) == [""]


def test_a_dossier_is_taken_over_with_a_reason_that_stays_on_record() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    seen = taken(dossier, first).id

    handling.take_over(dossier.id, actor=second, reason="  Bà Lan đi tập huấn.\n", seen=seen)

    newest, oldest = handling.record(dossier, second)
    assert (newest.user_id, newest.until, newest.reason) == (second.id, None, "")
    assert (oldest.user_id, oldest.ended_by, oldest.ending) == (first.id, second.signature, "taken_over")
    assert oldest.reason == "Bà Lan đi tập huấn."
    assert oldest.until is not None
    assert oldest.until <= newest.since
    assert handler(dossier) == second.sign_in_name


@pytest.mark.parametrize("reason", ["", " \n ", "...", "​", "x" * (LONGEST_REASON + 1)])
def test_without_a_reason_that_can_be_read_it_does_not_change_hands(reason: str) -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    seen = taken(dossier, first).id

    with pytest.raises(Invalid) as told:
        handling.take_over(dossier.id, actor=second, reason=reason, seen=seen)

    assert list(told.value.fields) == ["reason"]
    assert (handler(dossier), endings(dossier)) == (first.sign_in_name, [""])


def test_who_saw_another_handling_than_the_present_one_looks_again_before_taking_over() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    third = make.person("commune_officer", dossier.unit, name="third.officer")
    seen = taken(dossier, first).id
    handling.take_over(dossier.id, actor=second, reason=make.REASON, seen=seen)
    make.commit()

    with pytest.raises(Stale, match=second.full_name):
        handling.take_over(dossier.id, actor=third, reason=make.REASON, seen=seen)
    with pytest.raises(ActionNotOpen):
        handling.take_over(dossier.id, actor=second, reason="Lý do khác.", seen=seen)
    assert handling.take_over(dossier.id, actor=second, reason=make.REASON, seen=seen).user_id == second.id
    handling.give_back(dossier.id, actor=second)
    with pytest.raises(Stale):
        handling.take_over(dossier.id, actor=third, reason=make.REASON, seen=seen)

    assert endings(dossier) == ["taken_over", "given_back"]


def test_only_who_works_on_it_gives_it_back() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    with pytest.raises(ActionNotOpen):
        handling.give_back(dossier.id, actor=first)
    taken(dossier, first)
    with pytest.raises(ActionNotOpen):
        handling.give_back(dossier.id, actor=second)

    for _twice in range(2):
        handling.give_back(dossier.id, actor=first)

    assert (handler(dossier), endings(dossier)) == ("", ["given_back"])
    taken(dossier, second)
    assert (handler(dossier), endings(dossier)) == (second.sign_in_name, ["given_back", ""])


def test_only_who_acts_in_the_part_in_which_it_waits_takes_it_on() -> None:
    draft, filed = make.dossier(), make.dossier(at="submitted")
    officer = make.person("department_officer", make.province())
    refused = [
        (draft, make.person_for("commune_chair", draft), ActionNotOpen),
        (draft, make.person_for("education_officer", draft), NotFound),
        (draft, make.person("commune_officer", make.unit("Xã Suối Cát")), NotFound),
        (draft, make.person(role_titles.ADMINISTRATOR), NotFound),
        (filed, make.person(role_titles.ADMINISTRATOR), NotFound),
        (filed, make.person_for("commune_officer", filed), ActionNotOpen),
        (filed, make.person_for("district_appraiser", filed), ActionNotOpen),
        (filed, officer, NotPermitted),
        (make.dossier(at="declined"), make.person_for("education_head", filed), ActionNotOpen),
    ]
    for dossier, person, refusal in refused:
        assert not handling.may_take(person, dossier)
        for act in (handling.take, lambda id_, actor: handling.take_over(id_, actor=actor, reason="vì", seen=1)):
            with pytest.raises(refusal):
                act(dossier.id, actor=person)

    assert handling.may_take(make.person_for("education_officer", filed), filed)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Handling)) == 0


def test_it_lapses_when_the_dossier_goes_to_another_part_and_does_not_come_back_with_it() -> None:
    dossier = make.dossier(claims=make.answers(1))
    officer = make.person_for("commune_officer", dossier)
    taken(dossier, officer)
    with pytest.raises(ActionBlocked):
        make.act(dossier, "hand_over")
    db.session.rollback()
    assert handler(dossier) == officer.sign_in_name

    make.meeting(dossier)
    make.act(dossier, "hand_over")

    assert (handler(dossier), endings(dossier)) == ("", ["passed_on"])
    (passed,) = handling.record(dossier, officer)
    assert (passed.ended_by, passed.until) == (officer.signature, now(dossier).entered_at)
    chair = make.person_for("commune_chair", dossier)
    taken(dossier, chair)
    make.act(dossier, "hand_back")
    assert (handler(dossier), endings(dossier)) == ("", ["passed_on", "passed_on"])


def test_it_stays_while_the_dossier_stays_in_the_same_part() -> None:
    dossier = make.dossier(claims=make.answers(1))
    officer = make.person_for("commune_officer", dossier)
    taken(dossier, officer)

    moved(dossier.round_id, versions.add(of_form=versions.retitled("1.1")))

    assert now(dossier).workflow_version == versions.NEXT
    assert handler(dossier) == officer.sign_in_name


def test_it_lapses_with_the_appointment_and_is_then_taken_on_without_a_reason() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    taken(dossier, first)
    appointment = first.appointments[0]

    people.end_appointment(appointment.id, actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()

    assert handler(dossier) == ""
    people.give(first, role="commune_officer", unit_id=dossier.unit_id, starts_on=clock.today())
    make.commit()
    assert handler(dossier) == "", "appointed anew, they would have to take it on anew"
    (lapsed,) = handling.record(dossier, second)
    assert (lapsed.until, handling.ended_at(lapsed)) == (None, appointment.ended_at)
    taken(dossier, second)
    assert (handler(dossier), endings(dossier)) == (second.sign_in_name, ["lapsed", ""])


def test_it_lapses_the_day_after_the_last_day_of_the_appointment() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    taken(dossier, first)
    last = clock.today() + dt.timedelta(days=3)
    db.session.execute(sa.update(Appointment).where(Appointment.user_id == first.id).values(ends_on=last))
    make.commit()

    with patch.object(clock, "today", lambda: last):
        assert handler(dossier) == first.sign_in_name
        assert dossiers.waiting_counts(second) == handling.Counts(1, 0, 1)
    with patch.object(clock, "today", lambda: last + dt.timedelta(days=1)):
        assert handler(dossier) == ""
        assert dossiers.waiting_counts(second) == handling.Counts(1, 0, 0)
        assert [one.id for one in _listed(second, "nobody")] == [dossier.id]
        (lapsed,) = handling.record(dossier, second)
        assert handling.ended_at(lapsed) == clock.end_of_day(last)


def test_it_lapses_with_the_account_and_stays_so_when_that_is_switched_on_again() -> None:
    dossier = make.dossier()
    first, second = colleagues("commune_officer", dossier)
    taken(dossier, first)
    administrator = make.person(role_titles.ADMINISTRATOR)
    for active in (False, True):
        people.change(first.id, actor=administrator, full_name="Nguyễn Thị Lan", position="", active=active)
        make.commit()

        assert (handler(dossier), endings(dossier)) == ("", ["lapsed"])

    taken(dossier, second)
    assert [one.ended_by_id for one in handling.record(dossier, second)] == [None, administrator.id]


def test_what_waits_is_narrowed_by_who_works_on_it_and_the_counts_agree() -> None:
    found = [make.dossier(at="submitted") for _n in range(5)]
    mine, other = colleagues("education_officer", found[0])
    far = [make.dossier(at="submitted", unit=make.unit("Xã Suối Cát")), make.dossier(at="appraising")]
    ids = [one.id for one in found]
    for n, who in ((0, mine), (1, other), (3, other)):
        taken(found[n], who)
    taken(far[0], make.person_for("education_officer", far[0]))
    taken(far[1], make.person_for("district_appraiser", far[1]))

    counts = dossiers.waiting_counts(mine)

    assert counts == handling.Counts(total=5, mine=1, others=2)
    by: dict[handling.By, list[int]] = {
        "": ids,
        "mine": [ids[0]],
        "others": [ids[1], ids[3]],
        "nobody": [ids[2], ids[4]],
    }
    for whom, wanted in by.items():
        assert [one.id for one in _listed(mine, whom)] == wanted
        assert counts.by(whom) == len(wanted) == dossiers.waiting_for(mine, by=whom).total
    assert set(handling.of_all([*found, *far])) == {ids[0], ids[1], ids[3], far[0].id, far[1].id}


def _listed(who: User, by: handling.By) -> list[Dossier]:
    return [one.dossier for one in dossiers.waiting_for(who, by=by).items]


def test_the_record_is_for_those_who_act_at_the_same_unit() -> None:
    dossier = make.dossier(at="appraising")
    appraiser, second = colleagues("district_appraiser", dossier)
    seen = taken(dossier, appraiser).id
    handling.take_over(dossier.id, actor=second, reason="Ông Hùng nghỉ ốm.", seen=seen)

    readers = ("education_head", "education_officer", "commune_officer", "commune_chair", "province_reviewer")
    shown = {role: len(handling.record(dossier, make.person_for(role, dossier))) for role in readers}

    assert shown == {
        "education_head": 2,
        "education_officer": 2,
        "commune_officer": 0,
        "commune_chair": 0,
        "province_reviewer": 0,
    }


@pytest.mark.parametrize("ending", [{}, {"until": clock.now(), "ending": "taken_over", "reason": ""}])
def test_the_database_keeps_one_open_for_each_part_and_no_take_over_without_a_reason(ending: dict[str, object]) -> None:
    dossier = make.dossier()
    mine = taken(dossier, make.person_for("commune_officer", dossier))
    row = {"dossier_id": dossier.id, "role": mine.role, "user_id": mine.user_id, "since": clock.now()}
    row |= {"appointment_id": mine.appointment_id, "ended_by_id": mine.user_id if ending else None} | ending

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Handling).values(**{"ending": "", "reason": ""} | row))
