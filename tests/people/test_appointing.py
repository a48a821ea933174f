"""Appointments to roles that judge, decide, sign or administer: a document, and two administrators."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.access import access
from certflow.approval import proposals
from certflow.catalogue import role_titles
from certflow.errors import ActionBlocked, Invalid, NotPermitted
from certflow.impartiality import conflicts
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.people import appointing, importing, people
from certflow.rules import delegations
from tests import make
from tests.browsing import in_english, send

HEAD = "education_head"
DOCUMENT = "Quyết định số 12/QĐ-UBND"


def administrator(name: str = "") -> User:
    return make.person(role_titles.ADMINISTRATOR, name=name)


def proposed(user: User, actor: User, role: str = HEAD, document: str = DOCUMENT) -> Appointment | Proposal:
    unit = None if role == role_titles.ADMINISTRATOR else make.unit("Huyện Cẩm Mỹ").id
    return appointing.appoint(
        user.id, actor=actor, role=role, unit_id=unit, starts_on=clock.today(), ends_on=None, document=document
    )


def roles_of(user: User) -> set[str]:
    db.session.expire_all()
    return {appointment.role for appointment in access.appointments(user)}


@pytest.mark.usefixtures("inside_the_application")
def test_a_deciding_role_needs_its_document_and_a_second_administrator_who_is_not_the_person() -> None:
    first, second, lan = administrator(), administrator("second"), make.user("lan")
    make.units()
    with pytest.raises(Invalid) as refusal:
        proposed(lan, first, document=" ")
    assert set(refusal.value.fields) == {"document"}

    waiting = proposed(lan, first)
    assert isinstance(waiting, Proposal)
    assert proposed(lan, first) is waiting, "sent again"
    assert roles_of(lan) == set()
    with pytest.raises(NotPermitted):
        proposals.confirm(waiting.id, actor=first)
    for _twice in range(2):
        proposals.confirm(waiting.id, actor=second)

    assert roles_of(lan) == {HEAD}
    held = access.appointments(lan)[0]
    assert (held.document, held.starts_on) == (DOCUMENT, clock.today())
    colleague = make.person("district_appraiser", make.unit("Huyện Cẩm Mỹ"))
    assert [user.id for _proposal, user in appointing.recent_at(colleague)] == [lan.id]
    assert appointing.recent_at(make.person("commune_officer")) == []


@pytest.mark.usefixtures("inside_the_application")
def test_a_role_that_decides_nothing_is_given_at_once() -> None:
    given = appointing.appoint(
        make.user("lan").id,
        actor=administrator(),
        role="commune_officer",
        unit_id=make.unit("Xã Xuân Tây").id,
        starts_on=clock.today(),
        ends_on=None,
    )
    assert isinstance(given, Appointment)


@pytest.mark.usefixtures("inside_the_application")
def test_nobody_administers_and_decides_neither_with_two_accounts_nor_by_a_list_or_the_command_line() -> None:
    first, second, head = administrator(), administrator("second"), make.person(HEAD)
    other = make.user("other")

    for attempt in (
        lambda: proposed(first, second),
        lambda: proposed(head, first, role_titles.ADMINISTRATOR),
        lambda: people.give(head, role=role_titles.ADMINISTRATOR, unit_id=None, starts_on=clock.today()),
        lambda: people.link_accounts(head.id, second.sign_in_name, actor=first),
    ):
        with pytest.raises(Invalid, match="vừa quản trị"):
            attempt()
    people.link_accounts(other.id, head.sign_in_name, actor=first)
    with pytest.raises(Invalid, match="vừa quản trị"):
        proposed(other, first, role_titles.ADMINISTRATOR)
    with pytest.raises(ActionBlocked, match="vừa quản trị"):
        importing.create_at_once(sheet(second.sign_in_name, second.full_name), "a.csv")


@pytest.mark.usefixtures("inside_the_application")
def test_who_administers_gets_no_part_that_judges_by_delegation_council_or_substitution() -> None:
    first, second, head = administrator(), administrator("second"), make.person(HEAD)
    dossier = make.dossier("appraising")
    entry = delegations.DelegationEntry(
        appointment_id=head.appointments[0].id,
        delegate_id=first.id,
        mode="KT",
        scheme="",
        position="Phó Trưởng phòng",
        starts_on=clock.today(),
        ends_on=clock.today(),
        document_number="5/UQ",
        document_date=clock.today(),
    )

    with pytest.raises(Invalid, match="vừa quản trị"):
        delegations.enter(entry, actor=second)
    with pytest.raises(Invalid, match="vừa quản trị"):
        conflicts.name(
            dossier.id,
            actor=first,
            user_id=second.id,
            role="district_appraiser",
            document=DOCUMENT,
            starts_on=clock.today(),
        )


@pytest.mark.usefixtures("inside_the_application")
def test_a_proposal_that_would_mix_by_now_is_not_carried_out() -> None:
    first, second, lan = administrator(), administrator("second"), make.user("lan")
    make.units()
    waiting = proposed(lan, first)
    assert isinstance(waiting, Proposal)
    people.give(lan, role=role_titles.ADMINISTRATOR, unit_id=None, starts_on=clock.today())

    with pytest.raises(Invalid, match="vừa quản trị"):
        proposals.confirm(waiting.id, actor=second)
    assert roles_of(lan) == {role_titles.ADMINISTRATOR}


def sheet(name: str, full_name: str) -> bytes:
    """A list that makes one person the head of an office."""
    head = "Họ và tên,Tên đăng nhập,Vai trò,Đơn vị,Từ ngày"
    return f"{head}\n{full_name},{name},{role_titles.roles()[HEAD][0]},Huyện Cẩm Mỹ,01/01/2026\n".encode()


@pytest.mark.usefixtures("inside_the_application")
def test_a_list_with_deciding_roles_is_created_by_another_administrator_than_the_one_who_sent_it() -> None:
    first, second = administrator(), administrator("second")
    make.units()
    sent = importing.send(sheet("lan", "Trần Thị Lan"), "a.csv", actor=first)
    plan = importing.look_at(sent)
    assert plan.faults == ()
    seen = {"sha256": sent.sha256, "fingerprint": plan.fingerprint}

    with pytest.raises(NotPermitted):
        importing.create(sent.id, actor=first, **seen)
    done = importing.create(sent.id, actor=second, **seen)

    assert len(done.made) == 1


def test_the_page_proposes_and_the_other_administrator_finds_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        first = administrator().sign_in_name
        second = administrator("second").sign_in_name
        lan, unit = make.user("lan").id, make.unit("Huyện Cẩm Mỹ").id
        make.commit()
    address = f"/people/{lan}/appointments"
    make.sign_in(client, first)
    in_english(client)
    typed = {"role": HEAD, "q": "cam my", "unit_id": str(unit), "starts_on": "01/01/2026", "document": ""}

    missing = send(client, address, typed, page=f"{address}?role={HEAD}&q=cam+my")
    done = send(client, address, typed | {"document": DOCUMENT}, page=f"{address}?role={HEAD}&q=cam+my")
    waiting = client.get(address).text

    assert missing.status_code == 422
    assert "Name the document of the appointment" in missing.text
    assert done.status_code == 302
    assert "An appointment waits for a second administrator" in waiting
    other = app.test_client()
    make.sign_in(other, second)
    in_english(other)
    assert "An appointment" in other.get("/proposals/").text
    assert DOCUMENT in other.get("/proposals/1").text
    assert send(other, "/proposals/1/confirm", {}, page="/proposals/1").status_code == 302
    assert "In force" in client.get(address).text
