"""The criteria and schemes for learning units agree with Circular 24/2023/TT-BGDĐT art. 5-16.

The tables below were written from the circular's own text and hold every threshold, date and office it names.
"""

from fractions import Fraction

import pytest

from certflow.law.specs.form import FormSpec
from tests.definitions.shipped import DEFINITIONS

DISTRICT: FormSpec = DEFINITIONS.form("learning_unit_criteria_district", 1)
PROVINCE: FormSpec = DEFINITIONS.form("learning_unit_criteria_province", 1)
SHARES = {"2.1": (90, 95), "2.2": (90, 95), "2.3": (90, 95), "2.4": (50, 70), "2.5": (90, 95), "3.1": (90, 95)}
MEASURED = [
    (DISTRICT, SHARES | {"3.6": (95, 97)}, {"3.4"}, "6 khoản 3 điểm đ"),
    (PROVINCE, SHARES | {"3.7": (95, 97)}, {"3.4", "3.5"}, "12 khoản 3 điểm e"),
]
SCHEMES = [
    ("district", "district_committee_chair", "education_head", 5, 10),
    ("province", "province_committee_chair", "department_head", 11, 16),
]
BOTH = pytest.mark.parametrize(("form", "shares", "digital", "vocational"), MEASURED, ids=["district", "province"])


def test_three_criteria_and_one_indicator_of_each_number_and_one_for_the_learners() -> None:
    assert [len(criterion.indicators) for criterion in DISTRICT.criteria] == [5, 5, 5 + 1]
    assert [len(criterion.indicators) for criterion in PROVINCE.criteria] == [5, 5, 6 + 1]
    assert DISTRICT.levels == PROVINCE.levels == 2
    assert DISTRICT.trust == PROVINCE.trust == "transcribed"


@BOTH
def test_every_share_and_level_of_digital_change(
    form: FormSpec, shares: dict[str, tuple[int, int]], digital: set[str], vocational: str
) -> None:
    found = {c: tuple(t.least for t in i.parts[0].thresholds) for c, i in form.indicators.items() if i.denominator}

    assert found == {code: tuple(map(Fraction, leasts)) for code, leasts in shares.items()}
    assert {code for code, i in form.indicators.items() if i.kind == "attained_level"} == digital
    for code in digital:
        assert [t.least for t in form.indicators[code].parts[0].thresholds] == [1, 2]
    assert {i.kind for c, i in form.indicators.items() if c not in {*shares, *digital}} == {"yes_no"}
    last_but_one = list(form.indicators.values())[-2]
    assert last_but_one.parts[0].thresholds[0].clause == f"Điều {vocational}"
    assert all(t.least_in_disadvantaged_area is None for i in form.indicators.values() for t in i.parts[0].thresholds)


@pytest.mark.parametrize(
    ("form", "code", "first", "second"),
    [
        (DISTRICT, "1.4", "Điều 6 khoản 1 điểm d", "Điều 7 khoản 1 (theo Điều 6 khoản 1 điểm d)"),
        (DISTRICT, "2.5", "Điều 6 khoản 2 điểm đ", "Điều 7 khoản 2 điểm đ"),
        (DISTRICT, "3.6", "Điều 6 khoản 3 điểm a", "Điều 7 khoản 3 điểm a"),
        (
            PROVINCE,
            "1.4",
            "Điều 12 khoản 1 (theo Điều 6 khoản 1 điểm d)",
            "Điều 13 khoản 1 (theo Điều 6 khoản 1 điểm d)",
        ),
        (
            PROVINCE,
            "2.5",
            "Điều 12 khoản 2 (theo Điều 6 khoản 2 điểm đ)",
            "Điều 13 khoản 2 (theo Điều 7 khoản 2 điểm đ)",
        ),
        (PROVINCE, "3.5", "Điều 12 khoản 3 điểm đ", "Điều 13 khoản 3 điểm đ"),
    ],
)
def test_the_province_refers_to_the_districts_clauses_where_the_circular_does(
    form: FormSpec, code: str, first: str, second: str
) -> None:
    assert [threshold.clause for threshold in form.indicators[code].parts[0].thresholds] == [first, second]


@pytest.mark.parametrize(("tier", "chair", "head", "authority", "procedure"), SCHEMES)
def test_dates_offices_validity_and_papers(tier: str, chair: str, head: str, authority: int, procedure: int) -> None:
    spec = DEFINITIONS.workflow(f"learning_unit_{tier}", 1)

    assert {d.name: f"{d.day:02d}/{d.month:02d}" for d in spec.deadlines} == {
        "submit_statutory": "15/01",
        "decide_statutory": "15/02",
    }
    assert all(d.layer == "statutory" and not d.included and d.year == "next" for d in spec.deadlines)
    assert (spec.subject, spec.place) == ("agency", tier)
    assert {role.seat for role in spec.roles.values()} == {tier}
    assert spec.outcome is not None
    assert (spec.outcome.deciders, spec.outcome.replier) == ((chair,), head)
    assert (spec.outcome.validity_years, spec.outcome.upgrade_after_months) == (3, 12)
    assert spec.outcome.validity_source.endswith(f"Điều {authority} khoản 4")
    assert spec.outcome.upgrade_source.endswith(f"Điều {authority} khoản 3")
    assert set(spec.outcome.papers) == {"decision", "refusal"}, "the circular knows no certificate"
    assert all(f"Điều {procedure}" in t.source for t in spec.transitions)


@pytest.mark.parametrize("tier", ["district", "province"])
def test_the_council_reports_the_head_puts_forward_and_only_then_the_chair_decides(tier: str) -> None:
    spec = DEFINITIONS.workflow(f"learning_unit_{tier}", 1)
    into = {name: {o for t in spec.transitions if t.target == name for o in t.origins} for name in spec.states}

    assert into["recognised_level_1"] == into["recognised_level_2"] == {"put_forward"}
    assert into["put_forward"] == into["declined"] == {"reported"}
    assert into["reported"] == {"appraising"}
    assert into["appraising"] == {"awaiting_council", "reported", "put_forward"}
    assert not any("meeting_recorded" in t.needs for t in spec.transitions)
