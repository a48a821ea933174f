"""What units inherit: by the rule of their province, the lowest of what all their predecessors hold, or nothing."""

import datetime as dt

import pytest

from certflow import clock
from certflow.assessment import lower_units
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.models.units import Unit
from certflow.results import recognitions, titles
from certflow.rules import inheritance, inheritance_rules
from certflow.rules.inheritance import Inherited
from certflow.rules.outcomes import Title
from tests import make, merging
from tests.earlier import decided_earlier

pytestmark = pytest.mark.usefixtures("inside_the_application")

A, B = "Xã Xuân Tây", "Xã Sông Ray"


def titled(name: str, level: int, *, year: int = 2025, practice: bool = False) -> Recognition:
    """A title of a commune, earned by the real actions."""
    found = make.round_(assessed_year=year, practice=practice, title=f"Đợt {year}{practice}")
    dossier = make.dossier(f"recognised_level_{level}", unit=make.unit(name), round_=found)
    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    return recognition


def inherited(unit: Unit, *, on: dt.date | None = None, practice: bool = False) -> Inherited | None:
    about = {"within": unit, "form": make.scheme().form, "practice": practice}
    found = inheritance.of_units([unit.id], on or clock.today(), **about)  # type: ignore[arg-type]
    return found.get(unit.id)


def title(unit: Unit, **about: object) -> Title | None:
    found = inherited(unit, **about)  # type: ignore[arg-type]
    return found.title if found else None


def test_without_a_rule_it_is_not_decided_and_counts_nowhere() -> None:
    titled(A, 2), titled(B, 2)
    new = merging.merged([A, B])

    found = inherited(new)

    assert found is not None
    assert (found.outcome.treatment, found.title, found.cited) == ("undecided", None, "")
    below = lower_units.coverage(make.unit(merging.DISTRICT), "commune", clock.today(), form=make.scheme().form)
    assert (below.numerator(1), below.denominator) == (0, 5)


def test_the_lowest_level_of_all_is_inherited_until_the_earliest_end() -> None:
    high, low = titled(A, 2, year=2024), titled(B, 1)
    decided_earlier(high, days=400)
    new = merging.merged([A, B])
    merging.rule()

    assert title(new) == Title(1, low.recognised_on, high.valid_until)
    assert high.valid_until is not None
    assert title(new, on=high.valid_until) is not None
    assert title(new, on=high.valid_until + dt.timedelta(days=1)) is None
    assert [held.level for held in recognitions.held(make.dossier(unit=new), clock.today())] == [1]


def test_one_predecessor_without_a_title_leaves_the_successor_without() -> None:
    titled(A, 2)
    new = merging.merged([A, B])
    merging.rule()

    found = inherited(new)
    assert found is not None
    assert (found.outcome.treatment, found.title) == ("inherited", None)


@pytest.mark.parametrize("treatment", ["suspended", "reassess"])
def test_what_is_suspended_or_to_be_assessed_anew_counts_nowhere(treatment: str) -> None:
    titled(A, 2), titled(B, 2)
    new = merging.merged([A, B])
    merging.rule(treatment)

    found = inherited(new)
    assert found is not None
    assert (found.outcome.treatment, found.title) == (treatment, None)
    assert recognitions.held(make.dossier(unit=new), clock.today()) == ()


def test_a_share_counts_what_is_inherited_and_says_from_whom() -> None:
    titled(A, 2), titled(B, 1)
    merging.merged([A, B])
    merging.rule()

    found = lower_units.coverage(make.unit(merging.DISTRICT), "commune", clock.today(), form=make.scheme().form)

    (one,) = found.counted(1)
    assert (one.name, one.level, one.inherited_from) == (merging.NEW, 1, f"{B}, {A}")
    assert found.numerator(2) == 0


def test_practice_is_inherited_in_practice_alone() -> None:
    titled(A, 2, practice=True), titled(B, 2, practice=True)
    new = merging.merged([A, B])
    merging.rule()

    assert title(new) is None
    passed = title(new, practice=True)
    assert passed is not None
    assert passed.level == 2


def test_titles_pass_through_two_mergers_and_a_division() -> None:
    titled(A, 2), titled(B, 2), titled("Xã Lâm San", 1)
    yesterday = clock.today() - dt.timedelta(days=1)
    merging.merged([A, B], on=yesterday)
    new = merging.merged([merging.NEW, "Xã Lâm San"], "Xã Lâm Xuân", code="26991")
    merging.rule()

    passed = title(new)
    assert passed is not None
    assert passed.level == 1
    shown = titles.titles(new, clock.today())
    assert {(one.name, one.steps) for one in shown.former} == {
        (merging.NEW, 1),
        ("Xã Lâm San", 1),
        (A, 2),
        (B, 2),
    }


def test_both_parts_of_a_divided_unit_inherit() -> None:
    titled(A, 2)
    parts = merging.divided(A, [("Xã Xuân Đông", "26980"), ("Xã Xuân Đoài", "26981")])
    merging.rule()

    assert [found.level if (found := title(one)) else 0 for one in parts] == [2, 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_unit_that_goes_on_keeps_its_own_title_and_takes_over_none() -> None:
    own, other = titled(A, 1), titled(B, 2)
    goes_on = merging.joined(B, A)
    merging.rule()
    db.session.refresh(other.unit)

    assert inherited(goes_on) is None
    assert own.unit_id == goes_on.id
    below = lower_units.coverage(make.unit(merging.DISTRICT), "commune", clock.today(), form=make.scheme().form)
    assert [(one.name, one.level, one.inherited_from) for one in below.counted(1)] == [(A, 1, "")]
    (fate,) = titles.fates(other, clock.today())
    assert (fate.joined, fate.inherited) == (True, None)


def test_a_rule_of_another_scheme_or_one_withdrawn_decides_nothing() -> None:
    titled(A, 2), titled(B, 2)
    new = merging.merged([A, B])
    merging.rule(scheme="commune_recognition")
    assert title(new) is None

    rule = merging.rule()
    assert title(new) is not None
    inheritance_rules.withdraw(rule.id, reason="Nhầm.", actor=make.person("administrator"))
    assert title(new) is None


def test_what_became_of_a_title_is_told_until_the_successor_and_by_which_rule() -> None:
    found, other = titled(A, 2), titled(B, 1)
    assert titles.fates(found, clock.today()) == []
    new = merging.merged([A, B])
    merging.rule()
    db.session.refresh(found.unit)

    assert other.level == 1
    (fate,) = titles.fates(found, clock.today())
    assert (fate.link.successor_id, fate.joined) == (new.id, False)


def entry(**changes: object) -> inheritance_rules.InheritanceEntry:
    usual: dict[str, object] = {
        "unit_id": make.province().id,
        "scheme": make.SCHEME[0],
        "treatment": "inherited",
        "starts_on": dt.date(2025, 7, 1),
        "source": "Biên bản họp Ban chỉ đạo",
    }
    return inheritance_rules.InheritanceEntry(**(usual | changes))  # type: ignore[arg-type]


def test_a_rule_is_entered_by_administrators_once_for_a_day_and_withdrawn_with_a_reason() -> None:
    administrator = make.person("administrator")
    with pytest.raises(NotPermitted):
        inheritance_rules.enter(entry(), actor=make.person("province_reviewer"))
    made = inheritance_rules.enter(entry(), actor=administrator)
    make.commit()

    with pytest.raises(Invalid) as refusal:
        inheritance_rules.enter(entry(treatment="suspended"), actor=administrator)
    assert list(refusal.value.fields) == ["starts_on"]
    with pytest.raises(Invalid):
        inheritance_rules.withdraw(made.id, reason=" . ", actor=administrator)
    inheritance_rules.withdraw(made.id, reason="Nhầm tỉnh.", actor=administrator)
    with pytest.raises(ActionNotOpen):
        inheritance_rules.withdraw(made.id, reason="Lần nữa.", actor=administrator)
    assert inheritance_rules.enter(entry(treatment="suspended"), actor=administrator).cited.startswith("Biên bản")
    with pytest.raises(NotFound):
        inheritance_rules.get(10**6)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_id": 0}, "unit_id"),
        ({"scheme": "test_person_commendation"}, "scheme"),
        ({"treatment": "undecided"}, "treatment"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": dt.date(2025, 6, 1)}, "ends_on"),
        ({"source": ""}, "document_number"),
        ({"document_number": "Số 1"}, "document_date"),
        ({"source": "x" * 301}, "source"),
    ],
)
def test_a_faulty_rule_is_refused_at_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        inheritance_rules.enter(entry(**changes), actor=make.person("administrator"))

    assert field in refusal.value.fields
