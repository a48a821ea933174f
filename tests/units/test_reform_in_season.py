"""A reform in mid-season: dossiers begun before keep their units and people, the successors' people join them."""

import pytest
import sqlalchemy as sa

from certflow.access import access
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.catalogue import units
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.rounds import rounds
from certflow.units import resolutions
from tests import make, make_two_tier
from tests.access.test_access import sees
from tests.resolutions import HEIR, applied, change, day, reform

pytestmark = pytest.mark.usefixtures("inside_the_application")

HERE, TOGETHER, DIVIDED, GOES_ON = "Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San", "Xã Bảo Bình"


def _reformed() -> tuple[Unit, Unit]:
    """The heir of HERE and TOGETHER, and the new province."""
    resolutions.apply(reform())
    make.commit()
    heir = units.by_code("26000")
    assert heir.name == HEIR
    assert heir.parent is not None
    return heir, heir.parent


def _new_person(role: str, at: Unit) -> User:
    return make.person(role, at, name=f"new.{role}.{at.id}".replace("_", "."))


def _person_of(dossier: Dossier, role: str) -> User:
    """Who held the role before the reform."""
    found = make.person_for(role, dossier)
    assert found.appointments[0].unit_id in {unit.id for unit in dossier.places.values()}
    return found


def test_a_dossier_begun_before_keeps_its_units_and_is_finished_by_its_people_under_their_rules() -> None:
    draft = make.dossier(unit=make.unit(HERE))
    people = {role: make.person_for(role, draft) for role in make.scheme().roles}
    _reformed()

    make_two_tier.walk(draft, "recognised_level_1")

    entries = dossiers.history(draft)
    assert draft.state == "recognised_level_1"
    assert {entry.actor_id for entry in entries} <= {one.id for one in people.values()}
    assert (draft.place.name, [unit.name for unit in draft.above]) == (HERE, ["Huyện Cẩm Mỹ", make.PROVINCE])
    assert draft.workflow == make.SCHEME[0]


def test_the_successors_officer_can_go_on_with_the_draft_and_what_a_neighbour_brought_stays_apart() -> None:
    mine, neighbours = make.dossier(unit=make.unit(HERE)), make.dossier(unit=make.unit(TOGETHER))
    old, other = make.person_for("commune_officer", mine), make.person_for("commune_officer", neighbours)
    heir, _province = _reformed()
    officer = _new_person("commune_officer", heir)

    for dossier in (mine, neighbours):
        assert sees(officer, dossier)
        assert "commune_officer" in access.roles_on(officer, dossier)
        assert dossier.id in {one.dossier.id for one in dossiers.waiting_for(officer).items}
    assessments.save_claims(mine.id, 1, {"1.1": Typed({"value": "yes"}, "", 0)}, actor=officer)
    assert (sees(old, mine), sees(old, neighbours)) == (True, False)
    assert (sees(other, mine), sees(other, neighbours)) == (False, True)
    assert access.roles_on(old, neighbours) == access.roles_on(other, mine) == frozenset()
    for stranger in (make.unit(GOES_ON), units.by_code("90001")):
        assert not sees(_new_person("commune_officer", stranger), mine)


def test_who_was_appointed_at_a_merged_unit_has_no_part_in_what_its_heir_begins() -> None:
    old = make.person_for("commune_officer", make.dossier(unit=make.unit(HERE)))
    heir, province = _reformed()
    begun = _opened(heir, province)

    assert not sees(old, begun)
    assert access.roles_on(old, begun) == frozenset()
    assert actions.offers(begun, actor=old) == ()
    with pytest.raises(NotFound):
        access.dossier(begun.id, old)
    with pytest.raises(NotFound):
        dossiers.may_open(begun.round_id, actor=old, unit_id=heir.id)


def test_the_new_provinces_people_see_what_was_filed_and_the_old_ones_keep_it() -> None:
    filed, draft = make.dossier("submitted", unit=make.unit(GOES_ON)), make.dossier(unit=make.unit(HERE))
    old = _person_of(filed, "province_reviewer")
    _heir, province = _reformed()
    new = _new_person("province_reviewer", province)

    assert province.id != filed.province_id
    for person in (old, new):
        assert sees(person, filed)
        assert not sees(person, draft)
        assert "province_reviewer" in access.roles_on(person, filed)


def test_a_divided_commune_has_no_heir_and_its_own_people_finish_what_they_began() -> None:
    draft = make.dossier(unit=make.unit(DIVIDED))
    old = make.person_for("commune_officer", draft)
    _reformed()

    assert sees(old, draft)
    for code in ("90001", "90002"):
        assert not sees(_new_person("commune_officer", units.by_code(code)), draft)


def test_the_next_round_opens_with_two_tiers_and_lists_show_both() -> None:
    before = make.dossier(unit=make.unit(HERE))
    first_round, officer_before = before.round_id, make.person("commune_officer", make.unit(TOGETHER))
    heir, province = _reformed()
    officer = _new_person("commune_officer", heir)

    begun = _opened(heir, province)

    assert {one.dossier.id for one in dossiers.seen_by(officer).items} == {before.id, begun.id}
    assert [unit.name for unit in begun.above] == [make.PROVINCE]
    assert begun.district_id is None
    assert rounds.open_for(make.unit(DIVIDED)) == []
    with pytest.raises(ActionNotOpen):
        dossiers.open_dossier(first_round, actor=officer_before, unit_id=make.unit(TOGETHER).id)
    with pytest.raises(NotFound):
        dossiers.may_open(first_round, actor=officer, unit_id=heir.id)


def test_a_commune_that_goes_on_opens_its_next_dossier_under_the_new_province() -> None:
    before = make.dossier(unit=make.unit(GOES_ON))
    officer = make.person_for("commune_officer", before)
    _heir, province = _reformed()

    begun = _opened(units.by_code("26003"), province, officer)

    assert begun.unit_id == before.unit_id
    assert (begun.province_id, before.province_id) == (province.id, make.units()["Huyện Cẩm Mỹ"].parent_id)
    assert {one.dossier.id for one in dossiers.seen_by(officer).items} == {before.id, begun.id}


def test_rights_follow_through_a_second_merger() -> None:
    draft = make.dossier(unit=make.unit(HERE))
    applied(change("merge", "26000", "90000", "Xã Một"), change("merge", "26001", "90000"), number="1/NQ", on=day(5))
    between = _new_person("commune_officer", units.by_code("90000"))
    assert sees(between, draft)

    applied(change("merge", "90000", "90001", "Xã Hai"), change("merge", "26002", "90001"), number="2/NQ", on=day(2))
    last = _new_person("commune_officer", units.by_code("90001"))

    assert sees(last, draft)
    assert "commune_officer" in access.roles_on(last, draft)
    assert not sees(between, draft), "the unit between has ended, and its heir's people go on"


def test_no_round_opens_in_a_province_that_has_ended() -> None:
    old = make.province()
    _heir, province = _reformed()

    assert old.id != province.id
    with pytest.raises(Invalid):
        make_two_tier.round_("Đợt sau", at=old)
    assert db.session.scalar(sa.select(Unit.id).where(Unit.code == "75", units.standing())) == province.id


def _opened(unit: Unit, province: Unit, officer: User | None = None) -> Dossier:
    """A dossier of the next round, of two tiers."""
    found = make_two_tier.round_(at=province)
    actor = officer or _new_person("commune_officer", unit)
    opened = dossiers.open_dossier(found.id, actor=actor, unit_id=unit.id)
    make.commit()
    return opened
