"""The council that appraises: recorded, short of members by recusals, made whole by substitutes."""

from dataclasses import replace

import pytest

from certflow import clock
from certflow.access import access, editing
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.catalogue import role_titles
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionBlocked, Invalid, NotFound, NotPermitted
from certflow.gateways import installation
from certflow.impartiality import conflicts, councils, judges
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Council, council_seats_of
from certflow.models.people import User
from tests import make
from tests.dossiers.test_refusals import refused
from tests.impartiality.test_impartiality import substitute

pytestmark = pytest.mark.usefixtures("inside_the_application")

FOUR_LEFT = "Hội đồng chỉ còn 4 thành viên đối với hồ sơ này; số thành viên phải là số lẻ, tối thiểu 5"
NO_SECRETARY = "Hội đồng không còn thư ký đối với hồ sơ này"
NOT_RECORDED = "Chưa có hội đồng được ghi nhận cho hồ sơ này; quản trị viên ghi nhận hội đồng trước"


def test_a_recusal_leaves_the_council_one_short_until_a_substitute_is_named() -> None:
    dossier, other = ready(), ready()
    _council, members = council(dossier, 5)
    assert judges.council_of(dossier) == judges.council_of(other)

    conflicts.declare(members[4].id, "Vợ là Chủ tịch xã", actor=members[4], dossier_id=dossier.id)
    make.commit()

    assert refused(dossier, "propose_level_1", ActionBlocked) == (FOUR_LEFT,)
    assert make.act(other, "propose_level_1").state == "under_review"
    stranger = make.user("sixth")
    substitute(dossier, stranger, "council_member")
    assert access.dossier(dossier.id, stranger).id == dossier.id
    refused(dossier, "propose_level_1", NotPermitted, actor=stranger)
    assert make.act(dossier, "propose_level_1").state == "under_review"


def test_a_council_of_an_even_number_or_without_a_secretary_puts_nothing_forward() -> None:
    dossier = ready()
    found, members = council(dossier, 6)
    assert any("6 thành viên" in reason for reason in refused(dossier, "propose_level_1", ActionBlocked))

    administrator = make.person(role_titles.ADMINISTRATOR)
    (secretary,) = (seat for seat in council_seats_of(members[1]))
    councils.end_seat(secretary.id, actor=administrator)
    make.commit()
    assert refused(dossier, "propose_level_1", ActionBlocked) == (NO_SECRETARY,)

    councils.dissolve(found.id, "Lập hội đồng khác", actor=administrator)
    make.commit()
    assert make.act(dossier, "propose_level_1").state == "under_review"


def test_two_accounts_of_one_member_count_once() -> None:
    dossier = ready()
    _council, members = council(dossier, 5)
    members[4].same_person_as_id = members[3].id
    make.commit()

    assert refused(dossier, "propose_level_1", ActionBlocked) == (FOUR_LEFT,)


def test_who_took_part_below_or_belongs_to_the_unit_does_not_count_on_the_council() -> None:
    dossier = ready()
    found, _members = council(dossier, 4)
    seat(found, make.person_for("commune_chair", dossier), "member")

    assert refused(dossier, "propose_level_1", ActionBlocked) == (FOUR_LEFT,)


def test_where_no_council_is_recorded_the_appraiser_vouches_unless_the_setting_asks_for_one() -> None:
    free, dossier = ready(), ready()
    assert make.act(free, "propose_level_1").state == "under_review"

    equipment = installation.equipment()
    installation.keep(replace(equipment, settings=replace(equipment.settings, councils_required=True)))
    assert refused(dossier, "propose_level_1", ActionBlocked) == (NOT_RECORDED,)
    council(dossier, 5)
    assert make.act(dossier, "propose_level_1").state == "under_review"


def test_a_member_reads_a_dossier_once_it_is_appraised_and_writes_nothing() -> None:
    dossier, submitted = ready(), make.dossier("submitted")
    _council, members = council(dossier, 5)
    member = members[3]

    assert access.dossier(dossier.id, member).id == dossier.id
    assert editing.sees_findings(member, dossier)
    assert [one.dossier.id for one in dossiers.seen_by(member).items] == [dossier.id]
    assert dossiers.waiting_for(member).total == 0
    assert actions.offers(dossier, actor=member) == ()
    with pytest.raises(NotPermitted):
        assessments.save_findings(dossier.id, 1, {"1.1": Typed({"value": "yes"})}, actor=member)
    with pytest.raises(NotFound):
        access.dossier(submitted.id, member)

    councils.end_seat(council_seats_of(member)[0].id, actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    db.session.expire_all()
    with pytest.raises(NotFound):
        access.dossier(dossier.id, member)


def test_a_council_of_another_office_or_round_has_no_part_in_a_dossier() -> None:
    dossier = ready()
    elsewhere = ready(unit_name="Xã Suối Cát")
    _council, members = council(elsewhere, 4)

    with pytest.raises(NotFound):
        access.dossier(dossier.id, members[0])
    assert judges.council_of(dossier) is None
    assert make.act(dossier, "propose_level_1").state == "under_review"


def test_a_council_is_recorded_once_by_an_administrator_at_the_office_that_sets_it_up() -> None:
    dossier = ready()
    found, members = council(dossier, 1)
    administrator = make.person(role_titles.ADMINISTRATOR)
    entry = councils.CouncilEntry(dossier.round_id, dossier.district_id, "QĐ 9", clock.today())

    with pytest.raises(Invalid, match="đã có hội đồng"):
        councils.enter(entry, actor=administrator)
    with pytest.raises(Invalid) as fault:
        councils.enter(replace(entry, unit_id=dossier.unit_id, document_number=" "), actor=administrator)
    assert set(fault.value.fields) == {"unit_id", "document_number"}
    with pytest.raises(NotPermitted):
        councils.enter(entry, actor=members[0])
    with pytest.raises(Invalid, match="đã có người"):
        seat(found, make.user("another.chair"), "chair")
    with pytest.raises(Invalid, match="đã là thành viên"):
        seat(found, members[0], "member")
    assert councils.enter(replace(entry, whole_year=True), actor=administrator).round_id is None


def ready(unit_name: str = "") -> Dossier:
    """A dossier whose findings are complete, ready to be put forward at level 1."""
    dossier = make.dossier("appraising", unit=make.unit(unit_name) if unit_name else None)
    make.findings(dossier, make.answers(1))
    return dossier


def council(about: Dossier, size: int) -> tuple[Council, list[User]]:
    """A council of the dossier's district for its round: a chair, a secretary, then members."""
    entry = councils.CouncilEntry(about.round_id, about.district_id, "15/QĐ-PGDĐT", clock.today())
    found = councils.enter(entry, actor=make.person(role_titles.ADMINISTRATOR))
    members = [make.user(f"member.{number}", f"Ủy viên {number}") for number in range(size)]
    for member, part in zip(members, ("chair", "secretary", *("member",) * size), strict=False):
        seat(found, member, part)
    return found, members


def seat(found: Council, who: User, part: str) -> None:
    """Put a person on the council from today on."""
    administrator = make.person(role_titles.ADMINISTRATOR)
    councils.seat(found.id, actor=administrator, user_id=who.id, part=part, starts_on=clock.today())
    make.commit()
