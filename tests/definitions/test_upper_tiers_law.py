"""The criteria and schemes of all tiers agree with Circular 25/2023/TT-BGDĐT art. 5-19.

The tables below were written from the circular's own text and hold every threshold, date and decider it names.
"""

from fractions import Fraction

import pytest

from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import DeadlineSpec, WorkflowSpec
from tests.definitions.shipped import DEFINITIONS

DISTRICT: FormSpec = DEFINITIONS.form("learning_community_district", 1)
PROVINCE: FormSpec = DEFINITIONS.form("learning_community_province", 1)
BOTH = pytest.mark.parametrize("form", [DISTRICT, PROVINCE], ids=["district", "province"])
POINTS = "abcdđ"

MEASURED = [
    (DISTRICT, "4.1", "share_of_units", "commune", (90, 90), (1, 2)),
    (DISTRICT, "4.2", "rise", None, (0, 0), (0, 0)),
    (DISTRICT, "4.3", "rise", None, (0, 0), (0, 0)),
    (PROVINCE, "3.4", "count", None, (4, 4), (0, 0)),
    (PROVINCE, "3.5", "count", None, (4, 4), (0, 0)),
    (PROVINCE, "4.1", "share_of_units", "district", (90, 90), (1, 2)),
    (PROVINCE, "4.2", "fall", None, (0, 0), (0, 0)),
    (PROVINCE, "4.3", "rise", None, (0, 0), (0, 0)),
]
SCHEMES = [
    ("commune", {"submit_statutory": "28/02", "decide_statutory": "31/03"}, "education_head", "district", 5),
    ("district", {"submit_statutory": "30/04", "decide_statutory": "31/05"}, "department_head", "province", 10),
    ("province", {"submit_statutory": "31/07", "decide_statutory": "20 working days"}, "minister", "country", 15),
]


def test_the_district_has_thirteen_indicators_and_the_province_sixteen_in_four_criteria() -> None:
    assert [len(criterion.indicators) for criterion in DISTRICT.criteria] == [3, 4, 3, 3]
    assert [len(criterion.indicators) for criterion in PROVINCE.criteria] == [3, 5, 5, 3]
    assert (len(DISTRICT.indicators), len(PROVINCE.indicators)) == (13, 16)
    assert DISTRICT.levels == PROVINCE.levels == 2


@pytest.mark.parametrize(("form", "code", "kind", "units", "leasts", "levels"), MEASURED)
def test_what_is_measured(
    form: FormSpec, code: str, kind: str, units: str | None, leasts: tuple[int, ...], levels: tuple[int, ...]
) -> None:
    indicator = form.indicators[code]
    thresholds = indicator.parts[0].thresholds

    assert (indicator.kind, indicator.units) == (kind, units)
    assert tuple(threshold.least for threshold in thresholds) == tuple(Fraction(least) for least in leasts)
    assert tuple(threshold.units_at_level for threshold in thresholds) == levels
    assert all(threshold.least_in_disadvantaged_area is None for threshold in thresholds)


@BOTH
def test_everything_else_is_met_or_not(form: FormSpec) -> None:
    measured = {code for of, code, *_rest in MEASURED if of is form}

    assert {code for code, indicator in form.indicators.items() if indicator.kind != "yes_no"} == measured


@BOTH
def test_every_indicator_cites_its_own_article_clause_and_point_at_each_level(form: FormSpec) -> None:
    first_article = 11 if form is DISTRICT else 16
    for criterion in form.criteria:
        for indicator, point in zip(criterion.indicators, POINTS, strict=False):
            first, second = (threshold.clause for threshold in indicator.parts[0].thresholds)
            place = f"khoản {criterion.number} điểm {point}"
            assert first == f"Điều {first_article} {place}"
            referred = f"Điều {first_article + 1} khoản {criterion.number} (theo {first})"
            assert second == (f"Điều {first_article + 1} {place}" if criterion.number == 4 else referred)


@BOTH
def test_the_sets_are_marked_as_transcribed(form: FormSpec) -> None:
    assert form.trust == "transcribed"
    assert "chưa được cơ quan giáo dục xác nhận" in form.trust_note.vi


@pytest.mark.parametrize(("tier", "dates", "decider", "seat", "article"), SCHEMES)
def test_dates_decider_and_validity_of_a_tier(
    tier: str, dates: dict[str, str], decider: str, seat: str, article: int
) -> None:
    spec: WorkflowSpec = DEFINITIONS.workflow(f"{tier}_recognition", 1)

    assert {d.name: _day(d) for d in spec.deadlines} == dates
    assert all(d.layer == "statutory" and d.included == d.counted for d in spec.deadlines)
    assert spec.outcome is not None
    assert (spec.subject, spec.outcome.deciders, spec.roles[decider].seat) == (tier, (decider,), seat)
    assert spec.outcome.validity_years == 3
    assert spec.outcome.validity_source.endswith(f"Điều {article} khoản 4")
    assert DEFINITIONS.form_of(spec).name == f"learning_community_{tier}"


@pytest.mark.parametrize("tier", ["commune", "district"])
def test_nobody_recognises_before_a_council_has_been_set_up_and_has_put_it_forward(tier: str) -> None:
    spec = DEFINITIONS.workflow(f"{tier}_recognition", 1)
    into = {name: {o for t in spec.transitions if t.target == name for o in t.origins} for name in spec.states}

    assert into["recognised_level_1"] == into["recognised_level_2"] == into["declined"] == {"proposed"}
    assert into["proposed"] == {"appraising"}
    assert into["appraising"] == {"awaiting_council", "proposed"}
    assert into["awaiting_council"] == {"submitted"}


def test_the_minister_decides_after_a_council_of_the_ministry_within_twenty_working_days_of_a_full_dossier() -> None:
    spec = DEFINITIONS.workflow("province_recognition", 1)
    into = {name: {o for t in spec.transitions if t.target == name for o in t.origins} for name in spec.states}

    assert into["recognised_level_1"] == into["recognised_level_2"] == into["declined"] == {"proposed"}
    assert into["proposed"] == {"appraised"}
    assert into["appraised"] == {"appraising"}
    assert into["appraising"] == {"awaiting_council", "proposed"}
    assert into["awaiting_council"] == {"submitted"}
    assert spec.deadline("decide_statutory").after == ("awaiting_council",)
    assert {spec.roles[t.by[0]].seat for t in spec.transitions if "submitted" in t.origins} == {"country"}
    assert spec.outcome is not None
    assert spec.outcome.upgrade_after_months == 12


def test_dong_nai_finishes_districts_before_25_02_and_only_with_the_associations_consent() -> None:
    spec = DEFINITIONS.workflow("dong_nai_district_recognition", 1)

    assert {d.name: (d.layer, _day(d), d.included) for d in spec.deadlines} == {
        "decide_plan": ("plan", "25/02", False),
        "submit_statutory": ("statutory", "30/04", False),
        "decide_statutory": ("statutory", "31/05", False),
    }
    consent = [(t.action, t.by) for t in spec.transitions if t.target == "proposed"]
    assert consent == [("agree", ("association_officer",))]
    assert spec.outcome is not None
    assert spec.outcome.deciders == ("department_head",)


def test_dong_nai_records_the_ministrys_answer_by_its_paper_and_makes_none() -> None:
    spec = DEFINITIONS.workflow("dong_nai_province_recognition", 1)
    ends = [t for t in spec.transitions if spec.states[t.target].final]

    assert {t.action for t in ends} == {"record_level_1", "record_level_2", "record_refusal"}
    assert all(t.document and t.by == ("province_officer",) for t in ends)
    assert spec.outcome is not None
    assert (spec.outcome.papers, spec.outcome.validity_years) == ({}, 3)
    assert {d.name: (d.layer, d.due_on(2024).isoformat(), d.included) for d in spec.deadlines} == {
        "submit_statutory": ("statutory", "2025-07-31", False),
        "level_1_plan": ("plan", "2030-01-01", False),
    }


def _day(deadline: DeadlineSpec) -> str:
    if deadline.counted:
        return f"{deadline.working_days} working days"
    return f"{deadline.day:02d}/{deadline.month:02d}"
