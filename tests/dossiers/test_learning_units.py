"""Learning units by Circular 24/2023/TT-BGDĐT: from naming the unit to the chair's decision or the head's reply."""

import datetime as dt

import pytest

from certflow import clock
from certflow.access import editing
from certflow.catalogue import catalogue, role_titles
from certflow.demo import walking
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionBlocked, NotPermitted
from certflow.models.dossiers import Claim, Dossier, Finding
from certflow.models.people import User
from certflow.models.results import Document
from certflow.models.units import Unit
from certflow.results import documents, recognitions
from certflow.rounds import rounds
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

REASONS = "Tỷ lệ Người học đạt danh hiệu còn thấp."
TIERS = {
    "district": ("Huyện Cẩm Mỹ", "Trường Mầm non Xuân Tây", "education_head", "PGDĐT"),
    "province": ("Tỉnh Đồng Nai", "Thư viện tỉnh Đồng Nai", "department_head", "SGDĐT"),
}


def opened(tier: str, holder: str = "", *, year: int | None = None) -> Dossier:
    """A dossier about an agency of the tier, opened by the agency's officer in a round of its year."""
    place = make.unit(TIERS[tier][0])
    found = rounds.open_round(
        actor=make.person(role_titles.ADMINISTRATOR),
        scheme=(f"learning_unit_{tier}", 1),
        unit_id=make.province().id,
        assessed_year=year or clock.today().year - 1,
        title=f"Đơn vị học tập {year}",
    )
    officer = make.person(f"{tier}_agency_officer", place)
    made = dossiers.open_dossier(found.id, actor=officer, unit_id=place.id, holder_name=holder or TIERS[tier][1])
    make.commit()
    return made


def walk(about: Dossier, state: str, level: int, claimed: int = 2) -> None:
    """On to `state` by the real actions; no meeting is recorded, for the circular knows none."""
    spec = catalogue.workflow_of(about).spec
    for step in walking.way(spec, state, level, start=about.state):
        match spec.states[about.state].edits:
            case "claims":
                write(Claim, about, claimed)
            case "findings":
                write(Finding, about, level)
        actions.act(about.id, step.action, actor=person(about), note=REASONS if step.note == "required" else "")
        make.commit()


def write(kind: type[Claim] | type[Finding], about: Dossier, level: int) -> None:
    """Answers that reach `level`, by whoever's turn it is."""
    answers = walking.answers(catalogue.form_of(about), level)
    walking.write(kind, about, answers, actor=person(about), course=walking.Course({}, {}, make.minutes()))


def person(about: Dossier) -> User:
    """Whoever's turn it is."""
    return make.person_for(catalogue.workflow_of(about).spec.states[about.state].turn, about)


def issued(about: Dossier) -> dict[str, Document]:
    """The dossier's papers by kind, their files made."""
    for paper in documents.of_dossier(about):
        documents.issue(paper.id)
        make.commit()
    return {paper.kind: paper for paper in documents.of_dossier(about)}


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("tier", TIERS)
def test_a_unit_is_recognised_by_the_chair_and_keeps_the_title_three_years(tier: str, level: int) -> None:
    place, holder, head, _book = TIERS[tier]
    dossier = opened(tier)
    walk(dossier, f"recognised_level_{level}", level)

    title, papers = recognitions.of_dossier(dossier), issued(dossier)

    assert title is not None
    assert dossier.holder is not None
    assert (title.level, title.holder_id, dossier.holder.name) == (level, dossier.holder_id, holder)
    assert title.valid_until == dt.date(title.recognised_on.year + 3, 12, 31)
    assert title.decided_by_id == make.person_for(f"{tier}_committee_chair", dossier).id
    assert [entry.acting_as for entry in dossiers.history(dossier)][-2:] == [head, f"{tier}_committee_chair"]
    assert set(papers) == {"decision"}, "the circular knows no certificate"
    decision = papers["decision"]
    assert decision.issued_at is not None
    assert decision.number_text == "01/QĐ-UBND"
    assert [decision.facts[key] for key in ("issuing_parent", "issuing_office")] == ["ỦY BAN NHÂN DÂN", place.upper()]
    assert holder in decision.facts["articles"][0]
    assert f"mức độ {level}" in decision.facts["title"]


@pytest.mark.parametrize("tier", TIERS)
def test_a_unit_that_does_not_qualify_has_its_answer_from_the_head_of_the_education_body(tier: str) -> None:
    _place, holder, head, book = TIERS[tier]
    dossier = opened(tier)
    walk(dossier, "declined", 0)

    (letter,) = issued(dossier).values()

    assert letter.kind == "refusal"
    assert letter.issued_at is not None
    assert letter.number_text == f"01/{book}"
    assert letter.facts["reasons"] == [REASONS]
    assert letter.facts["addressee"] == holder
    assert dossiers.history(dossier)[-1].actor_id == make.person_for(head, dossier).id
    assert recognitions.of_dossier(dossier) is None


@pytest.mark.parametrize("tier", TIERS)
def test_what_the_council_reports_is_what_goes_on(tier: str) -> None:
    dossier = opened(tier)
    walk(dossier, "reported", 1)
    head = person(dossier)

    for action in ("put_forward_level_2", "decline"):
        with pytest.raises(ActionBlocked):
            actions.act(dossier.id, action, actor=head, note=REASONS)
    walk(dossier, "put_forward", 1)

    with pytest.raises(ActionBlocked):
        actions.act(dossier.id, "recognise_level_2", actor=person(dossier), note="")
    with pytest.raises(NotPermitted):
        actions.act(dossier.id, "recognise_level_1", actor=head, note="")


def test_level_2_waits_twelve_months_after_level_1_of_the_same_unit_only() -> None:
    first = opened("district", year=2024)
    walk(first, "recognised_level_1", 1)
    again, other = opened("district", year=2025), opened("district", "Phòng Tài chính", year=2026)
    for dossier in (again, other):
        walk(dossier, "appraising", 2)
        write(Finding, dossier, 2)

    with pytest.raises(ActionBlocked, match="12"):
        actions.act(again.id, "propose_level_2", actor=person(again), note="")
    walk(other, "recognised_level_2", 2)


def test_a_district_sees_its_own_units_and_another_district_does_not() -> None:
    dossier = opened("district")
    walk(dossier, "submitted", 1, claimed=1)
    elsewhere: Unit = make.unit("Huyện Xuân Lộc")

    assert dossiers.waiting_for(make.person_for("education_officer", dossier)).total == 1
    assert dossiers.seen_by(make.person("education_officer", elsewhere)).total == 0


def test_who_appraises_reads_the_findings_and_who_files_does_not_though_all_sit_at_one_unit() -> None:
    dossier = opened("district")
    walk(dossier, "appraising", 1)

    for role in ("district_council_secretary", "education_head", "district_committee_chair"):
        assert editing.sees_findings(make.person_for(role, dossier), dossier), role
    for role in ("district_agency_officer", "district_agency_head"):
        assert not editing.sees_findings(make.person_for(role, dossier), dossier), role
    walk(dossier, "recognised_level_1", 1)
    assert editing.sees_findings(make.person_for("district_agency_officer", dossier), dossier)
