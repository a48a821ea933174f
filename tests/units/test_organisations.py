"""Offices at units, the centres among them as subjects of rating, and people appointed there."""

import datetime as dt

import pytest

from certflow import clock
from certflow.access import access
from certflow.catalogue import units
from certflow.dossiers import dossiers
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import Appointment
from certflow.models.units import Holder, Organisation
from certflow.people import people
from certflow.units import attributes, holders, organisations
from certflow.units.organisations import OfficeEntry
from tests import make, merging
from tests.schemes import loaded

pytestmark = pytest.mark.usefixtures("inside_the_application")

DAY = dt.date(2025, 1, 1)
SOURCE = "Quyết định số 3/QĐ-UBND"


def office(kind: str = "learning_centre", name: str = loaded.CENTRE, unit: str = "Xã Xuân Tây") -> Organisation:
    made = organisations.add(
        make.unit(unit).id, OfficeEntry(kind, name, SOURCE, DAY), actor=make.person("administrator")
    )
    make.commit()
    return made


def appointed(office: Organisation, name: str = "giam.doc", role: str = "centre_officer") -> Appointment:
    made = people.give(
        make.user(name), role=role, unit_id=office.unit_id, starts_on=clock.today(), organisation_id=office.id
    )
    make.commit()
    return made


def test_a_centre_comes_with_its_holder_and_an_office_without_one() -> None:
    centre = office()
    office("people_committee", "Ủy ban nhân dân xã Xuân Tây")

    (holder,) = db.session.query(Holder)
    assert (holder.organisation_id, holder.name, holder.kind) == (centre.id, loaded.CENTRE, "learning_centre")
    assert [one.kind for one in organisations.at(centre.unit_id)] == ["learning_centre", "people_committee"]
    with pytest.raises(Invalid):
        office()


def test_a_holder_entered_before_is_linked_and_not_doubled() -> None:
    known = holders.named(make.unit(), "learning_centre", "Trung tâm học tập  cộng đồng XUÂN TÂY", "Ấp 1")
    make.commit()

    centre = office()

    assert db.session.query(Holder).count() == 1
    assert known.organisation_id == centre.id
    other = office(name="Trung tâm học tập cộng đồng Xuân Tấy")
    assert {one.organisation_id for one in db.session.query(Holder)} == {centre.id, other.id}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (OfficeEntry("education_ministry", "Bộ", SOURCE), "kind"),
        (OfficeEntry("front", " . ", SOURCE), "name"),
        (OfficeEntry("front", "Mặt trận", ""), "source"),
        (OfficeEntry("front", "x" * 201, SOURCE), "name"),
    ],
)
def test_a_faulty_office_is_refused_at_its_field(typed: OfficeEntry, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        organisations.add(make.unit().id, typed, actor=make.person("administrator"))
    assert list(refusal.value.fields) == [field]
    with pytest.raises(NotPermitted):
        organisations.add(make.unit().id, typed, actor=make.person("commune_officer"))


def test_an_office_ends_once_and_is_offered_no_more() -> None:
    loaded.use()
    centre, administrator = office(), make.person("administrator")
    found = loaded.round_of(loaded.RATING)
    assert [one.name for one in holders.without_dossier(make.unit(), "learning_centre", found.id)] == [loaded.CENTRE]

    yesterday = clock.today() - dt.timedelta(days=1)
    organisations.end(centre.id, last_day=yesterday, source="Quyết định giải thể", actor=administrator)
    make.commit()

    assert holders.without_dossier(make.unit(), "learning_centre", found.id) == []
    assert organisations.at(centre.unit_id, clock.today()) == []
    with pytest.raises(ActionNotOpen):
        organisations.end(centre.id, last_day=yesterday, source="Lần nữa", actor=administrator)
    with pytest.raises(Invalid) as refusal:
        appointed(centre)
    assert list(refusal.value.fields) == ["organisation_id"]


def test_who_is_appointed_at_one_centre_acts_for_that_one_alone() -> None:
    loaded.use()
    mine, other = office(), office(name="Trung tâm học tập cộng đồng Ấp 2")
    officer = appointed(mine).user
    found = loaded.round_of(loaded.RATING)

    own = dossiers.open_dossier(found.id, actor=officer, unit_id=mine.unit_id, holder_name=mine.name)
    make.commit()
    for name in (other.name, "Trung tâm chưa nhập"):
        with pytest.raises(NotPermitted):
            dossiers.open_dossier(found.id, actor=officer, unit_id=mine.unit_id, holder_name=name)
        db.session.rollback()
        loaded.opened(loaded.RATING, name=name)
    about = {one.subject_name: one for one in db.session.query(Dossier)}

    assert access.roles_on(officer, own) == {"centre_officer"}
    assert access.roles_on(officer, about[other.name]) == frozenset()
    assert access.roles_on(officer, about["Trung tâm chưa nhập"]) == frozenset()
    assert access.roles_on(make.person("centre_officer", make.unit()), about[other.name]) == {"centre_officer"}


def test_an_office_of_another_unit_is_no_place_to_sit() -> None:
    elsewhere = office(unit="Xã Sông Ray")

    with pytest.raises(Invalid) as refusal:
        people.give(
            make.user("a.b.c"),
            role="commune_officer",
            unit_id=make.unit().id,
            starts_on=clock.today(),
            organisation_id=elsewhere.id,
        )
    assert list(refusal.value.fields) == ["organisation_id"]


def test_at_a_unit_that_has_ended_only_a_document_appoints() -> None:
    gone, somebody = make.unit(), make.user("a.b.c")
    merging.merged([gone.name, "Xã Sông Ray"])
    about = {"role": "commune_officer", "unit_id": gone.id, "starts_on": clock.today()}

    with pytest.raises(Invalid) as refusal:
        people.give(somebody, **about)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == ["document"]
    made = people.give(somebody, document="Công văn số 7/UBND", **about)  # type: ignore[arg-type]
    assert (made.document, made.unit_id) == ("Công văn số 7/UBND", gone.id)


def test_a_disadvantaged_area_begins_and_ends_by_documents() -> None:
    place, administrator = make.unit(), make.person("administrator")
    made = attributes.add(place.id, source="Quyết định 861/QĐ-TTg", starts_on=DAY, actor=administrator)
    with pytest.raises(Invalid) as refusal:
        attributes.add(place.id, source="Lần nữa", starts_on=clock.today(), actor=administrator)
    assert list(refusal.value.fields) == ["starts_on"]

    last = clock.today() - dt.timedelta(days=1)
    attributes.end(made.id, last_day=last, source="Quyết định mới", actor=administrator)

    assert units.disadvantage(place) == ""
    assert units.disadvantage(place, last) == "Quyết định 861/QĐ-TTg; Quyết định mới"
    with pytest.raises(ActionNotOpen):
        attributes.end(made.id, last_day=last, source="x", actor=administrator)
    with pytest.raises(NotPermitted):
        attributes.add(place.id, source="x", starts_on=DAY, actor=make.person("commune_officer"))
