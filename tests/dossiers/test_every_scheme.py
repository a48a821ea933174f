"""Every shipped scheme from its first act to each of its ends: the right people, generated answers, both databases."""

import pytest

from certflow import clock
from certflow.catalogue import catalogue, units
from certflow.demo import walking
from certflow.dossiers import dossiers, recomputing
from certflow.law.specs.workflow import StateSpec, WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document, NumberBook, Recognition
from certflow.models.units import Unit
from certflow.rounds import rounds
from tests import make, make_two_tier, tiers
from tests.definitions.shipped import DEFINITIONS

pytestmark = pytest.mark.usefixtures("inside_the_application")

HOLDER = "Trung tâm học tập cộng đồng Xuân Tây"
AWARDS = {"recognise", "rate", "approve", "record_recognition"}
MADE = {"recognise": {"decision"}, "rate": {"decision"}, "approve": {"decision"}, "decline": {"refusal"}}


NEWEST = dict(sorted(DEFINITIONS.workflows))  # by name


@pytest.mark.parametrize("key", NEWEST.items(), ids=lambda key: key[0])
def test_a_scheme_leads_from_its_first_act_to_each_of_its_ends(key: tuple[str, int]) -> None:
    spec = catalogue.definitions().workflow(*key)
    unit = _place(spec)
    _prepare(spec)
    for end in _ends(spec):
        dossier = _walked(spec, unit, end)

        assert dossier.state == end.name
        _check_history(dossier)
        _check_result(dossier)
        assert [told.differences for told in recomputing.recompute(dossier.round_id)] == [()]


def _ends(spec: WorkflowSpec) -> list[StateSpec]:
    """The final states, the highest level first: a lower one may follow it at once, not the other way round."""
    return sorted((state for state in spec.states.values() if state.final), key=lambda state: -state.level)


def _place(spec: WorkflowSpec) -> Unit:
    """A unit where the scheme runs, with the tiers that it asks for."""
    tiers.place("")
    if spec.tiers == ("province", "commune"):
        return make_two_tier.units()[make_two_tier.COMMUNES[0]]
    names = {"province": tiers.PROVINCE, "district": tiers.DISTRICT, "commune": tiers.COMMUNE}
    return tiers.place(names[spec.place])


def _prepare(spec: WorkflowSpec) -> None:
    """What must be so before: the lower units recognised that a share is counted of, a rule where law names nobody."""
    counted = {i.units for i in catalogue.definitions().form_of(spec).indicators.values() if i.computed}
    if counted:
        tiers.walk(tiers.opened(tiers.COMMUNES, tiers.COMMUNE), "recognised_level_2")
    if "district" in counted:
        tiers.walk(tiers.opened(tiers.DISTRICTS, tiers.DISTRICT), "recognised_level_2")
    if spec.outcome and spec.outcome.by_rule:
        make_two_tier.rule(spec.outcome.deciders[0], scheme=spec.name)


def _walked(spec: WorkflowSpec, unit: Unit, end: StateSpec) -> Dossier:
    found = rounds.open_round(
        actor=make.person("administrator"),
        scheme=spec.key,
        unit_id=units.seat_of(unit, "province").id,
        assessed_year=clock.today().year - 1,
        title=f"Đợt đến {end.name}",
    )
    officer = make.person(spec.states[spec.initial].turn, unit)
    name = HOLDER if spec.about_holders else ""
    dossier = dossiers.open_dossier(found.id, actor=officer, unit_id=unit.id, holder_name=name)
    make.commit()
    for transition in walking.way(spec, end.name, _level(spec, end)):
        walking.step(dossier, transition, _course(dossier, _level(spec, end)), make.person)
    make.commit()
    return dossier


def _level(spec: WorkflowSpec, end: StateSpec) -> int:
    """The level to reach: the state's own, of a rating the highest class, otherwise none."""
    form = catalogue.definitions().form_of(spec)
    return end.level or (form.levels if form.method == "points" else 0)


def _course(dossier: Dossier, level: int) -> walking.Course:
    form = catalogue.form_of(dossier)
    claimed = max(level, 1) if form.method == "levels" else level
    return walking.Course(
        walking.answers(form, claimed),
        walking.answers(form, level),
        make.minutes(),
        note=lambda transition: make.REASON if transition.note == "required" or transition.level else "",
        document=tiers.ANSWER,
    )


def _check_history(dossier: Dossier) -> None:
    """One entry for each act, by somebody in the part whose step it was, each from where the last one led."""
    spec = catalogue.workflow_of(dossier).spec
    state = spec.initial
    for number, entry in enumerate(dossiers.history(dossier), 2):
        (step,) = (t for t in spec.transitions if t.action == entry.action and entry.from_state in t.origins)
        assert (entry.number, entry.from_state, entry.to_state) == (number, state, step.target)
        assert entry.acting_as in step.by
        assert bool(entry.document_number) == step.document
        state = entry.to_state
    assert state == dossier.state


def _check_result(dossier: Dossier) -> None:
    """What the scheme's effects promise is there, and nothing else: the result, its papers, their numbers."""
    spec = catalogue.workflow_of(dossier).spec
    done = {(entry.action, entry.from_state) for entry in dossiers.history(dossier)}
    effects = {e for t in spec.transitions for e in t.effects if any((t.action, o) in done for o in t.origins)}
    result = db.session.query(Recognition).filter_by(dossier_id=dossier.id).one_or_none()
    papers = db.session.query(Document).filter_by(dossier_id=dossier.id).all()
    certificate = {"certificate"} if "recognise" in effects and spec.outcome and spec.outcome.certificate else set()

    assert (result is not None) == bool(effects & AWARDS)
    assert {paper.kind for paper in papers} == set().union(certificate, *(MADE.get(e, set()) for e in effects))
    sample = catalogue.form_of(dossier).trust == "sample"
    assert all((paper.number is None) == sample for paper in papers)
    assert bool(db.session.query(NumberBook).filter(NumberBook.notation.in_(_notations(papers))).count()) == bool(
        papers and not sample
    )
    if result is not None and spec.outcome is not None:
        assert (result.kind, result.holder_id) == (spec.outcome.award, dossier.holder_id)
        assert bool(result.grade) == ("rate" in effects)
        assert bool(result.valid_until) == bool(spec.outcome.validity_years)
        assert bool(result.outside_decision) == ("record_recognition" in effects)


def _notations(papers: list[Document]) -> set[str]:
    return {paper.notation for paper in papers}
