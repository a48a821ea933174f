"""Who sees what: a unit its own, those above it what was filed, everybody else and the administrator nothing."""

import io
from typing import Any

import pytest

from certflow import clock
from certflow.access import access
from certflow.assessment import evidence
from certflow.catalogue import role_titles
from certflow.dossiers import actions, dossiers
from certflow.dossiers.lists import Choice
from certflow.errors import NotFound
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.people import people
from certflow.results import documents
from tests import make
from tests.gateways import samples

pytestmark = pytest.mark.usefixtures("inside_the_application")

HERE, SIBLING, COUSIN = "Xã Xuân Tây", "Xã Sông Ray", "Xã Suối Cát"
COMMUNE_ROLES = ("commune_officer", "commune_chair")
DISTRICT_ROLES = ("education_officer", "district_appraiser", "education_head")
BEFORE_FILING, AFTER_FILING = (None, "awaiting_chair"), ("submitted", "returned", "appraising", "endorsed", "declined")


@pytest.mark.parametrize("state", [*BEFORE_FILING, *AFTER_FILING])
def test_the_commune_always_sees_its_own_dossier(state: str | None) -> None:
    dossier = make.dossier(state, unit=make.unit(HERE))

    for role in COMMUNE_ROLES:
        assert sees(make.person(role, make.unit(HERE)), dossier)


@pytest.mark.parametrize("state", BEFORE_FILING)
def test_nobody_above_sees_a_dossier_that_was_never_filed(state: str | None) -> None:
    dossier = make.dossier(state, unit=make.unit(HERE))

    for role in (*DISTRICT_ROLES, "province_reviewer"):
        assert not sees(make.person_for(role, dossier), dossier), role


@pytest.mark.parametrize("state", AFTER_FILING)
def test_district_and_province_see_what_was_filed_even_after_a_return(state: str) -> None:
    dossier = make.dossier(state, unit=make.unit(HERE))

    for role in (*DISTRICT_ROLES, "province_reviewer"):
        assert sees(make.person_for(role, dossier), dossier), role


def test_a_dossier_taken_back_to_a_draft_by_the_chair_before_filing_stays_unseen_above() -> None:
    dossier = make.dossier("awaiting_chair", unit=make.unit(HERE))
    make.act(dossier, "hand_back")

    assert not sees(make.person_for("education_officer", dossier), dossier)


@pytest.mark.parametrize("state", [None, "submitted", "recognised_level_2"])
def test_neighbours_strangers_and_the_administrator_see_nothing(state: str | None) -> None:
    dossier = make.dossier(state, unit=make.unit(HERE))
    others = [
        make.person(role, make.unit(name))
        for name in (SIBLING, COUSIN)
        for role in ("commune_officer", "commune_chair")
    ]
    others += [make.person(role, make.unit("Huyện Xuân Lộc")) for role in DISTRICT_ROLES]
    others += [make.person(role_titles.ADMINISTRATOR), make.user("no.office")]

    for other in others:
        assert not sees(other, dossier), other.sign_in_name
        assert access.roles_on(other, dossier) == frozenset()
        assert actions.offers(dossier, actor=other) == ()


def test_lists_and_counts_show_exactly_what_may_be_opened() -> None:
    made = {
        name: make.dossier(state, unit=make.unit(name))
        for name, state in ((HERE, None), (SIBLING, "submitted"), (COUSIN, "appraising"), ("Xã Xuân Hưng", "endorsed"))
    }
    expected = {
        ("commune_officer", HERE): {HERE},
        ("commune_chair", SIBLING): {SIBLING},
        ("education_officer", "Huyện Cẩm Mỹ"): {SIBLING},
        ("education_head", "Huyện Xuân Lộc"): {COUSIN, "Xã Xuân Hưng"},
        ("province_reviewer", make.PROVINCE): {SIBLING, COUSIN, "Xã Xuân Hưng"},
    }
    for (role, place), names in expected.items():
        person = make.person(role, make.unit(place))
        page = dossiers.seen_by(person)

        assert {one.dossier.unit.name for one in page.items} == names, role
        assert page.total == len(names), role
        assert {name for name, dossier in made.items() if sees(person, dossier)} == names, role


def test_my_work_holds_only_dossiers_whose_next_step_is_mine() -> None:
    made = {state: make.dossier(state) for state in ("submitted", "appraising", "under_review", "endorsed", "returned")}
    turns = {state: make.scheme().states[state].turn for state in made}
    for state, dossier in made.items():
        person = make.person_for(turns[state], dossier)
        waiting = {one.dossier.id for one in dossiers.waiting_for(person).items}

        assert dossier.id in waiting
        for other, theirs in made.items():
            assert theirs.id not in waiting or turns[other] == turns[state]


def test_a_role_at_a_unit_of_the_wrong_kind_gives_no_right() -> None:
    dossier = make.dossier("submitted", unit=make.unit(HERE))
    officer = make.person_for("education_officer", dossier)
    officer.appointments[0].unit = make.province()
    make.commit()

    assert access.roles_on(officer, dossier) == frozenset()


def test_a_list_is_narrowed_by_round_state_and_name_with_or_without_marks() -> None:
    filed, other = make.dossier("submitted", unit=make.unit(SIBLING)), make.dossier("appraising", unit=make.unit(HERE))
    reviewer = make.person_for("province_reviewer", filed)

    def found(**narrowed: Any) -> set[int]:
        return {one.dossier.id for one in dossiers.seen_by(reviewer, choice=Choice(**narrowed)).items}

    assert found() == {filed.id, other.id}
    assert found(state="submitted") == {filed.id}
    assert found(round_id=filed.round_id) == {filed.id, other.id}
    assert found(round_id=filed.round_id + 1) == set()
    for words in ("Sông Ray", "song ray", "SÔNG", "  sông   ray "):
        assert found(words=words) == {filed.id}, words
    assert found(words="100%") == set()


def test_a_long_list_comes_in_pages_that_together_hold_everything_once() -> None:
    made = [make.dossier(unit=unit) for unit in make.communes(30)]
    everywhere = make.person_for("commune_officer", made[0])
    for dossier in made[1:]:
        people.give(everywhere, role="commune_officer", unit_id=dossier.unit_id, starts_on=clock.today())
    make.commit()

    pages = [dossiers.seen_by(everywhere, page) for page in (1, 2)]

    assert [len(page.items) for page in pages] == [25, 5]
    assert {one.dossier.id for page in pages for one in page.items} == {dossier.id for dossier in made}
    assert all((page.pages, page.total) == (2, 30) for page in pages)
    assert dossiers.seen_by(everywhere, 99).page == 2
    assert dossiers.seen_by(everywhere, -1).page == 1


def test_files_and_papers_are_seen_by_whoever_sees_their_dossier() -> None:
    drafted = make.dossier(unit=make.unit(HERE))
    officer = make.person_for("commune_officer", drafted)
    file = evidence.attach(drafted.id, "1.1", io.BytesIO(samples.pdf()), "a.pdf", actor=officer)
    decided = make.dossier("recognised_level_1", unit=make.unit(SIBLING))
    (paper, *_more) = documents.of_dossier(decided)
    district = make.person_for("education_officer", drafted)

    assert evidence.find(file.id, officer) is file
    assert documents.document(paper.id, district) is paper
    with pytest.raises(NotFound):
        evidence.find(file.id, district)
    with pytest.raises(NotFound):
        documents.document(paper.id, officer)


def sees(person: User, dossier: Dossier) -> bool:
    """Whether the person can open the dossier; the lists must say the same."""
    try:
        opened = access.dossier(dossier.id, person).id == dossier.id
    except NotFound:
        opened = False
    listed = dossier.id in {one.dossier.id for one in dossiers.seen_by(person).items}
    assert opened == listed, "a list and a page disagree"
    return opened
