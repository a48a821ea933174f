"""Delegations: rights from day to day by a document, at once and at midnight, never given further."""

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.access import access, parts
from certflow.catalogue import role_titles
from certflow.criteria import confirmations
from certflow.dossiers import actions, dossiers, submissions
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.people import User
from certflow.people import people
from certflow.rounds import rounds
from certflow.rules import delegations
from tests import make, make_delegated
from tests.make_delegated import DAY, DOCUMENT, HEAD, fresh
from tests.racing import at_once, in_session, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")


@pytest.fixture
def endorsed() -> Dossier:
    return make.dossier("endorsed", unit=make.unit())


def sees(user: User, dossier: Dossier) -> bool:
    try:
        return access.dossier(dossier.id, user).id == dossier.id
    except NotFound:
        return False


def test_the_delegate_holds_the_part_at_once_in_lists_pages_and_offers(endorsed: Dossier) -> None:
    deputy = make_delegated.deputy()
    assert not sees(deputy, endorsed)

    make_delegated.rule()
    made = make_delegated.delegation(deputy)

    deputy = fresh(deputy)
    assert access.roles_on(deputy, endorsed) == {HEAD}
    assert [(part.role, part.delegation) for part in parts.held(deputy)] == [(HEAD, made)]
    assert sees(deputy, endorsed)
    assert {one.dossier.id for one in dossiers.seen_by(deputy).items} == {endorsed.id}
    assert {one.dossier.id for one in dossiers.waiting_for(deputy).items} == {endorsed.id}
    assert dossiers.with_others(deputy).total == 0
    assert {offer.transition.action for offer in actions.offers(endorsed, actor=deputy)} >= {"recognise_level_1"}


def test_it_begins_on_its_first_day_and_is_gone_at_midnight(endorsed: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()
    deputy = make_delegated.deputy()
    make_delegated.delegation(deputy, starts_on=today + DAY, ends_on=today + 2 * DAY)
    held = {}
    for after in range(4):
        monkeypatch.setattr(clock, "today", lambda after=after: today + after * DAY)
        held[after] = (sees(fresh(deputy), endorsed), bool(access.roles_on(fresh(deputy), endorsed)))

    assert held == {0: (False, False), 1: (True, True), 2: (True, True), 3: (False, False)}


def test_it_is_gone_when_withdrawn_when_the_part_ends_and_when_an_account_is_switched_off(endorsed: Dossier) -> None:
    administrator, head = make.person(role_titles.ADMINISTRATOR), make.person(HEAD)
    deputy, other = make_delegated.deputy(), make_delegated.deputy("pho.hai")
    first = make_delegated.delegation(deputy)
    make_delegated.delegation(other)

    for _twice in range(2):  # who lost the first answer gets it again
        delegations.withdraw(first.id, reason="Trưởng phòng đã trở lại làm việc", actor=administrator)
    assert not sees(fresh(deputy), endorsed)
    assert sees(fresh(other), endorsed)
    for who in (head, other):
        usual = {"full_name": who.full_name, "position": who.position}
        people.change(who.id, actor=administrator, active=False, **usual)
        assert not sees(fresh(other), endorsed)
        people.change(who.id, actor=administrator, active=True, **usual)
        assert sees(fresh(other), endorsed)
    people.end_appointment(fresh(head).appointments[0].id, actor=administrator)
    assert not sees(fresh(other), endorsed)
    with pytest.raises(ActionNotOpen):
        delegations.withdraw(first.id, reason="Một lần nữa", actor=administrator)


def test_an_act_is_the_delegates_own_and_says_for_whom_and_by_what(endorsed: Dossier) -> None:
    make_delegated.rule()
    made = make_delegated.delegation()
    deputy = fresh(make_delegated.deputy())

    make.act(endorsed, "recognise_level_1", actor=deputy)

    (entry,) = db.session.scalars(sa.select(HistoryEntry).where(HistoryEntry.delegation_id.is_not(None)))
    assert (entry.actor_id, entry.acting_as, entry.signs_for) == (deputy.id, HEAD, "KT")
    assert entry.delegation_id == made.id
    others = db.session.scalars(sa.select(HistoryEntry.signs_for).where(HistoryEntry.delegation_id.is_(None)))
    assert set(others) == {""}


def test_a_filing_says_for_whom_it_was_filed_in_what_is_frozen() -> None:
    dossier = make.dossier("awaiting_chair", unit=make.unit())
    chair = make.person_for("commune_chair", dossier)
    deputy = make_delegated.deputy("pho.xa", "Lê Văn Xã", "Phó Chủ tịch")
    make_delegated.delegation(deputy, of=chair)

    make.act(dossier, "submit", actor=fresh(deputy))

    frozen = json.loads(submissions.submission(dossier, 1).manifest)
    assert frozen["filed_by"] == "Lê Văn Xã"
    assert (frozen["signs_for"]["mode"], frozen["signs_for"]["position"]) == ("KT", "Phó Chủ tịch")
    own = make.dossier("submitted")
    assert "signs_for" not in json.loads(submissions.submission(own, 1).manifest)


def test_two_who_enter_the_same_at_once_make_one(app: Flask) -> None:
    entry, administrator = make_delegated.entry(), make.person(role_titles.ADMINISTRATOR).id
    enter = in_session(administrator, lambda actor: delegations.enter(entry, actor=actor).id)

    answers = at_once(app, [enter, enter])

    (told,) = refusals(answers)
    assert isinstance(told, Invalid)
    assert delegations.listed().total == 1


def test_a_part_of_ones_own_is_used_before_a_delegated_one(endorsed: Dossier) -> None:
    second = make.person(HEAD, name="truong.hai")
    second.position = "Phó Trưởng phòng"
    make_delegated.delegation(second)

    make.act(endorsed, "recognise_level_1", actor=fresh(second))

    assert dossiers.last_act(endorsed).signs_for == ""  # type: ignore[union-attr]


def test_a_delegation_for_one_scheme_gives_nothing_in_another(endorsed: Dossier) -> None:
    deputy = make_delegated.deputy()
    made = make_delegated.delegation(deputy, scheme="commune_recognition")
    assert made.workflow != endorsed.workflow
    assert not sees(fresh(deputy), endorsed)
    assert access.roles_on(deputy, endorsed) == frozenset()
    assert dossiers.seen_by(deputy).total == dossiers.waiting_for(deputy).total == 0

    make_delegated.delegation(deputy, scheme=endorsed.workflow)

    assert sees(fresh(deputy), endorsed)
    assert access.dossier(endorsed.id, deputy, lock=True).id == endorsed.id
    assert access.roles_on(deputy, endorsed) == {HEAD}
    assert dossiers.seen_by(deputy).total == dossiers.waiting_for(deputy).total == 1


def test_who_took_another_part_before_is_refused_as_everybody(endorsed: Dossier) -> None:
    make_delegated.rule()
    appraiser = make.person_for("district_appraiser", endorsed)
    appraiser.position = make_delegated.POSITION
    make_delegated.delegation(appraiser)

    with pytest.raises(ActionBlocked, match="khác"):
        actions.act(endorsed.id, "recognise_level_1", actor=fresh(appraiser))


def test_what_is_held_by_delegation_is_not_delegated_further() -> None:
    made, third = make_delegated.delegation(), make_delegated.deputy("nguoi.ba")

    with pytest.raises(Invalid) as refusal:
        make_delegated.delegation(third, held_by=made.id)

    assert "không được ủy quyền lại" in refusal.value.fields["part"][0]


def test_nobody_administers_confirms_or_opens_rounds_by_delegation() -> None:
    administrator, deputy = make.person(role_titles.ADMINISTRATOR), make_delegated.deputy()
    with pytest.raises(Invalid) as refusal:
        make_delegated.delegation(deputy, of=administrator)
    assert set(refusal.value.fields) == {"part"}
    make_delegated.delegation(deputy, of=make.person("province_reviewer"))

    deputy = fresh(deputy)
    assert not access.is_administrator(deputy)
    assert confirmations.provinces_confirmable_by(deputy) == []
    with pytest.raises(NotPermitted):
        confirmations.confirm(make.scheme().form, 1, actor=deputy, document="Biên bản đối chiếu")
    for by_hand in (
        lambda: rounds.open_round(
            actor=deputy, scheme=make.SCHEME, unit_id=make.province().id, assessed_year=2024, title="Đợt"
        ),
        lambda: delegations.enter(make_delegated.entry(), actor=deputy),
        lambda: delegations.withdraw(1, reason="Không có lý do nào", actor=deputy),
    ):
        with pytest.raises(NotPermitted):
            by_hand()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"mode": "Q"}, "mode"),
    ({"mode": "TUQ"}, "scheme"),
    ({"scheme": "no_such_scheme"}, "scheme"),
    ({"starts_on": None}, "starts_on"),
    ({"ends_on": None}, "ends_on"),
    ({"ends_on": clock.today() - 3 * DAY}, "ends_on"),
    ({"starts_on": clock.today() - 2 * DAY, "ends_on": clock.today() - DAY}, "ends_on"),
    ({"starts_on": clock.today() - 900 * DAY, "document_date": clock.today() - 901 * DAY}, "starts_on"),
    ({"document_number": "  "}, "document_number"),
    ({"document_number": "x" * 121}, "document_number"),
    ({"document_date": None}, "document_date"),
    ({"document_date": clock.today() + DAY}, "document_date"),
    ({"document_date": clock.today()}, "starts_on"),
    ({"position": "\U0001f600"}, "position"),
    ({"appointment_id": 10**6}, "part"),
    ({"delegate_id": 10**6}, "delegate_id"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_is_told_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_delegated.delegation(**changes)

    assert field in refusal.value.fields
    assert delegations.listed().total == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_lies_within_the_appointment_and_is_not_entered_twice_for_the_same_days() -> None:
    head, today = make.person(HEAD), clock.today()
    head.appointments[0].ends_on = today + 5 * DAY
    make.commit()
    with pytest.raises(Invalid) as late:
        make_delegated.delegation()
    with pytest.raises(Invalid) as own:
        make_delegated.delegation(head)
    make_delegated.delegation(ends_on=today + 5 * DAY)
    with pytest.raises(Invalid) as twice:
        make_delegated.delegation(ends_on=today, scheme=make.SCHEME[0], document_number="Văn bản khác")
    make_delegated.delegation(make_delegated.deputy("pho.hai"), ends_on=today)

    assert list(late.value.fields) == ["ends_on"]
    assert set(own.value.fields) >= {"delegate_id"}
    assert DOCUMENT in twice.value.fields["starts_on"][0]
    assert delegations.listed().total == 2


def test_a_delegate_without_a_known_position_is_told_so() -> None:
    nobody = make.user("khong.chuc.vu")

    with pytest.raises(Invalid) as refusal:
        make_delegated.delegation(nobody)

    assert list(refusal.value.fields) == ["position"]
    assert make_delegated.delegation(nobody, position=" Phó  Trưởng phòng ").position == "Phó Trưởng phòng"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_list_is_searched_by_either_name_and_a_person_finds_their_own() -> None:
    made, head, deputy = make_delegated.delegation(), make.person(HEAD), make_delegated.deputy()

    assert delegations.listed(words="le thi pho").items == [made]
    assert delegations.listed(words=head.full_name).items == [made]
    assert delegations.listed(words="không ai cả").items == []
    assert delegations.given_by(head) == delegations.received_by(deputy) == [made]
    assert delegations.given_by(deputy) == delegations.received_by(head) == []
    assert dt.timedelta(0) < made.ends_on - clock.today()
