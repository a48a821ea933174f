"""The rule of impartiality in every shipped scheme: which acts judge, who files, and what ties a person."""

import pytest

from certflow.law.councils import Sitting, shortcomings
from certflow.law.impartiality import NONE, Belonging, Impartiality, Involvement
from certflow.law.specs.outcome import DECIDING
from certflow.law.specs.workflow import WorkflowSpec
from tests.definitions.shipped import DEFINITIONS

SCHEMES = sorted(DEFINITIONS.workflows)
WHOLE = frozenset({"chair", "secretary", "member"})


@pytest.mark.parametrize("key", SCHEMES, ids=lambda key: key[0])
def test_in_every_scheme_whoever_signs_or_finds_judges_and_whoever_writes_does_not(key: tuple[str, int]) -> None:
    spec = DEFINITIONS.workflows[key]
    rule = Impartiality(spec)

    for transition in spec.transitions:
        writes = any(spec.states[origin].edits == "claims" for origin in transition.origins)
        if set(DECIDING) & set(transition.effects):
            assert rule.judges(transition), transition.action
        if writes or "freeze_submission" in transition.effects:
            assert not rule.judges(transition), transition.action
    for state in spec.states.values():
        assert rule.judged_in(state.name) or state.edits != "findings", state.name
        assert not (rule.judged_in(state.name) and state.edits == "claims")


@pytest.mark.parametrize("key", SCHEMES, ids=lambda key: key[0])
def test_in_every_scheme_a_tie_of_each_kind_refuses_every_act_that_judges(key: tuple[str, int]) -> None:
    spec = DEFINITIONS.workflows[key]
    rule = Impartiality(spec)
    filer = sorted(rule.filers)[0]

    for transition in (t for t in spec.transitions if rule.judges(t)):
        assert not rule.refusals(transition.by, NONE)
        for involved, tie in (
            (Involvement(parts=frozenset({filer})), "not_own_dossier"),
            (Involvement(belongings=frozenset({Belonging(filer)})), "not_own_unit"),
            (Involvement(belongings=frozenset({Belonging("x", "same")})), "not_own_unit"),
            (Involvement(conflict=True), "no_conflict"),
        ):
            assert set(rule.refusals(transition.by, involved)) == {tie}, transition.action


def test_where_people_of_the_same_unit_judge_only_those_who_file_belong_to_whom_it_is_about() -> None:
    near, far = _scheme("lai_chau_centre_rating"), _scheme("lang_giang_centre_inspection")

    for belonging, keeps in (
        (Belonging("commune_chair"), False),
        (Belonging("centre_director"), True),
        (Belonging("centre_director", "other"), False),
        (Belonging("commune_chair", "same"), True),
    ):
        involved = Involvement(belongings=frozenset({belonging}))
        assert bool(Impartiality(near).ties({"commune_appraiser"}, involved)) is keeps, belonging
        assert Impartiality(far).ties({"association_inspector"}, involved) == ("not_own_unit",)


@pytest.mark.parametrize(
    ("sitting", "lacks"),
    [
        (None, set()),
        (Sitting(5, WHOLE), set()),
        (Sitting(7, WHOLE), set()),
        (Sitting(4, WHOLE), {"council_number"}),
        (Sitting(6, WHOLE), {"council_number"}),
        (Sitting(3, WHOLE), {"council_number"}),
        (Sitting(5, WHOLE - {"chair"}), {"council_chair"}),
        (Sitting(0), {"council_number", "council_chair", "council_secretary"}),
        (Sitting(4, WHOLE, counted=False), set()),
        (Sitting(recorded=False), {"council_recorded"}),
    ],
)
def test_a_council_is_whole_when_it_is_odd_at_least_five_and_has_its_chair_and_secretary(
    sitting: Sitting | None, lacks: set[str]
) -> None:
    assert set(shortcomings(sitting)) == lacks


def _scheme(name: str) -> WorkflowSpec:
    return DEFINITIONS.workflows[name, 1]
