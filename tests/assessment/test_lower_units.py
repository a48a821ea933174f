"""Computed shares: live, lapsed and lower-level recognitions, kept with the claim and frozen with the submission."""

import datetime as dt
import json

import pytest

from certflow import clock
from certflow.assessment import assessments, lower_units, meetings
from certflow.assessment.merging import Typed
from certflow.catalogue import catalogue
from certflow.demo import walking
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionBlocked
from certflow.gateways.pdf import printing
from certflow.law.scoring.coverage import Coverage, coverage_of
from certflow.law.scoring.scoring import score
from certflow.law.specs.form import FormSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding, Submission
from certflow.models.results import Recognition
from certflow.results import recognitions
from certflow.rounds import rounds
from tests import make
from tests.earlier import decided_earlier
from tests.schemes import loaded

pytestmark = pytest.mark.usefixtures("inside_the_application")

DISTRICT = "Huyện Cẩm Mỹ"
SCHEME = ("district_recognition", 1)


def recognised(name: str, level: int, *, year: int = 2025, practice: bool = False) -> Recognition:
    """A recognition of a commune, earned by the real actions."""
    found = make.round_(assessed_year=year, practice=practice, title=f"Đợt {year}{practice}")
    dossier = make.dossier(f"recognised_level_{level}", unit=make.unit(name), round_=found)
    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    return recognition


def counted(on: dt.date | None = None, *, practice: bool = False) -> Coverage:
    day = on or clock.today()
    return lower_units.coverage(make.unit(DISTRICT), "commune", day, form=make.scheme().form, practice=practice)


def district_dossier() -> Dossier:
    """A dossier of the district, opened by its own officer."""
    place = make.unit(DISTRICT)
    found = rounds.open_round(
        actor=make.person("administrator"),
        scheme=SCHEME,
        unit_id=make.province().id,
        assessed_year=clock.today().year - 1,
        title="Đợt cấp huyện",
    )
    opened = dossiers.open_dossier(found.id, actor=make.person("district_officer", place), unit_id=place.id)
    make.commit()
    return opened


def form() -> FormSpec:
    return catalogue.definitions().form("learning_community_district", 1)


def assessed(dossier: Dossier) -> None:
    """All claims at level 2 as far as they are typed, and the meeting."""
    officer = make.person("district_officer", make.unit(DISTRICT))
    course = walking.Course({}, {}, make.minutes())
    walking.write(Claim, dossier, walking.answers(form(), 2), actor=officer, course=course)
    meetings.record(dossier.id, make.minutes(), actor=officer)
    make.commit()


def act(dossier: Dossier, action: str, role: str, note: str = "") -> None:
    place = make.unit(DISTRICT if role.startswith("district") else make.PROVINCE)
    actions.act(dossier.id, action, actor=make.person(role, place), note=note)
    make.commit()


def test_every_unit_below_is_listed_and_only_those_recognised_are_counted() -> None:
    recognised("Xã Xuân Tây", 1)
    recognised("Xã Sông Ray", 2)
    recognised("Xã Suối Cát", 2)

    found = counted()

    assert (found.numerator(1), found.numerator(2), found.denominator) == (2, 1, 6)
    levels = {unit.name: unit.level for unit in found.units}
    assert levels.pop("Xã Xuân Tây") == 1
    assert levels.pop("Xã Sông Ray") == 2
    assert set(levels.values()) == {0}
    assert "Xã Suối Cát" not in levels, "it lies in another district"


def test_a_recognition_that_has_lapsed_or_is_yet_to_come_is_not_counted() -> None:
    recognition = recognised("Xã Xuân Tây", 1)
    assert recognition.valid_until is not None
    last, first, day = recognition.valid_until, recognition.recognised_on, dt.timedelta(days=1)

    assert [counted(on).numerator(1) for on in (first - day, first, last, last + day)] == [0, 1, 1, 0]
    lapsed = next(unit for unit in counted(last + day).units if unit.name == "Xã Xuân Tây")
    assert (lapsed.level, lapsed.valid_until) == (1, last)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_of_several_recognitions_the_highest_in_force_counts(first: int, second: int) -> None:
    decided_earlier(recognised("Xã Xuân Tây", first, year=2024), days=366)
    recognised("Xã Xuân Tây", second, year=2025)

    assert (counted().numerator(1), counted().numerator(2)) == (1, 1)


def test_a_title_by_another_criteria_set_is_not_counted() -> None:
    loaded.use(trust="department")
    other = loaded.walked(loaded.opened(loaded.OUTSIDE), "recorded")
    by_its_own = lower_units.coverage(make.unit(DISTRICT), "commune", clock.today(), form=other.form)

    assert recognitions.of_dossier(other) is not None
    assert [unit.name for unit in by_its_own.units if unit.recognised_on] == ["Xã Xuân Tây"]
    assert [unit.name for unit in counted().units if unit.recognised_on] == []


def test_a_practice_season_counts_its_own_recognitions_and_no_others() -> None:
    recognised("Xã Xuân Tây", 1)
    recognised("Xã Sông Ray", 2, practice=True)

    assert (counted().numerator(1), counted().numerator(2)) == (1, 0)
    assert (counted(practice=True).numerator(1), counted(practice=True).numerator(2)) == (1, 1)


def test_what_is_sent_for_a_share_is_passed_over_and_what_is_found_is_stored_whole() -> None:
    recognised("Xã Xuân Tây", 2)
    dossier = district_dossier()
    typed = {"4.1": Typed({"value": "100", "units": "all"})}

    saved = assessments.save_claims(dossier.id, 4, typed, actor=make.person("district_officer", make.unit(DISTRICT)))

    claim = db.session.get_one(Claim, (dossier.id, "4.1"))
    assert saved.versions == {"4.1": 1}
    assert coverage_of(claim.answer) == counted()
    assert assessments.typed_of(form().indicators["4.1"], claim) == {}


def test_what_is_filed_holds_the_share_of_that_day_and_gives_the_same_level_again() -> None:
    dossier = district_dossier()
    assessed(dossier)
    for name in make.TREE[DISTRICT]:
        recognised(name, 1)
    act(dossier, "hand_over", "district_officer")
    act(dossier, "submit", "district_chair")

    filed = db.session.query(Submission).filter_by(dossier_id=dossier.id).one()
    manifest = json.loads(filed.manifest)

    stored = coverage_of(manifest["answers"]["4.1"]["answer"])
    assert stored == counted()
    assert filed.claimed_level == 1
    assert score(form(), {code: each["answer"] for code, each in manifest["answers"].items()}).level == 1


def test_a_district_whose_communes_fall_short_cannot_file_and_is_told_before_it_tries() -> None:
    dossier = district_dossier()
    assessed(dossier)
    for name in make.TREE[DISTRICT][:5]:
        recognised(name, 2)
    act(dossier, "hand_over", "district_officer")
    chair = make.person("district_chair", make.unit(DISTRICT))

    offered = next(o for o in actions.offers(dossier, actor=chair) if o.transition.action == "submit")
    with pytest.raises(ActionBlocked) as refusal:
        actions.act(dossier.id, "submit", actor=chair)

    assert offered.reasons == refusal.value.reasons
    assert "chưa đạt mức độ 1" in offered.reasons[0]


def test_a_district_is_recognised_from_first_act_to_decision() -> None:
    for name in make.TREE[DISTRICT]:
        recognised(name, 2)
    dossier = district_dossier()
    assessed(dossier)
    act(dossier, "hand_over", "district_officer")
    act(dossier, "submit", "district_chair")
    act(dossier, "accept", "department_officer")
    act(dossier, "set_up_council", "department_head", "Quyết định 12/QĐ-SGDĐT")
    secretary = make.person("province_council_secretary", make.province())
    for number in range(1, 5):
        assessments.adopt_claims(dossier.id, number, actor=secretary)
    make.commit()
    act(dossier, "propose_level_2", "province_council_secretary")
    act(dossier, "recognise_level_2", "department_head")

    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    assert recognition.decision is not None
    assert recognition.certificate is not None
    assert recognition.level == 2
    assert recognition.decision.unit_id == make.province().id
    assert recognition.decision.number_text == "01/QĐ-SGDĐT"
    assert recognition.decision.facts["title"].endswith("huyện Cẩm Mỹ đạt “Cộng đồng học tập” cấp huyện mức độ 2")
    assert (recognition.certificate.facts["unit_parent"], recognition.certificate.facts["tier"]) == ("", "huyện")
    assert "học tập” cấp huyện" in printing.html_copy("certificate", recognition.certificate.facts)
    finding = db.session.query(Finding).filter_by(dossier_id=dossier.id, indicator="4.1").one()
    assert coverage_of(finding.answer) == counted()
    assert lower_units.coverage(make.province(), "district", clock.today(), form=dossier.form).numerator(2) == 1
