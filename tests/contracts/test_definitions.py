"""Every shipped definition loads, cites its law on every line that decides something, and is drawn as it is."""

import re
from collections.abc import Iterator

import pytest

from certflow.catalogue.catalogue import read
from certflow.config import resource
from certflow.dossiers.effects import EFFECTS
from certflow.law import catalogue as loading
from certflow.law.catalogue import Catalogue
from certflow.law.drawing.diagram import diagram
from certflow.law.guards import GUARDS
from certflow.law.impartiality import Impartiality
from certflow.law.specs.form import FormSpec, IndicatorSpec
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import WorkflowSpec

CITED = re.compile(r"(Điều \d|art\. \d|Kế hoạch \d|[IVX]+\.\d|Phụ lục)")


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read(EFFECTS)


def test_every_file_of_definitions_is_loaded(shipped: Catalogue) -> None:
    files = {
        path.relative_to(resource(folder).parent).as_posix()
        for folder in ("workflows", "forms")
        for path in resource(folder).rglob("*.toml")
        if not path.name.endswith(loading.CASES)
    }
    loaded = [spec.path for spec in shipped.workflows.values()] + [spec.path for spec in shipped.forms.values()]

    assert sorted(files) == sorted(loaded)
    assert files


def test_every_rule_of_a_scheme_cites_its_article(shipped: Catalogue) -> None:
    without = [place for place, source in _scheme_sources(shipped) if not CITED.search(source)]

    assert not without


def test_every_indicator_cites_its_article_at_every_level(shipped: Catalogue) -> None:
    without = [
        f"{form.path}: {code} level {level}"
        for form in shipped.forms.values()
        for code, indicator in form.indicators.items()
        for level, clause in _clauses(indicator)
        if not CITED.search(clause)
    ]

    assert not without
    by_levels = [form for form in shipped.forms.values() if form.method == "levels"]
    assert all(len(list(_clauses(i))) >= f.levels for f in by_levels for i in f.indicators.values())


def test_everything_that_rates_cites_its_source_or_says_that_it_is_a_sample(shipped: Catalogue) -> None:
    without = [
        f"{form.path}: {source}"
        for form in shipped.forms.values()
        for source in _rating_sources(form)
        if not CITED.search(source) and not (form.trust == "sample" and source.strip())
    ]

    assert not without


def test_every_state_in_which_something_remains_to_be_done_says_whose_turn_it_is(shipped: Catalogue) -> None:
    for spec in shipped.workflows.values():
        left = {origin for transition in spec.transitions for origin in transition.origins}
        for state in spec.states.values():
            assert bool(state.turn) == (state.name in left), f"{spec.path}: {state.name}"
            movers = {role for t in spec.transitions if state.name in t.origins for role in t.by}
            assert not state.turn or state.turn in movers, f"{spec.path}: {state.name}"


def test_every_guard_is_used_or_it_would_guard_nothing(shipped: Catalogue) -> None:
    used = {need for spec in shipped.workflows.values() for t in spec.transitions for need in t.needs}

    assert used == set(GUARDS)


def test_a_decision_about_a_level_always_looks_at_the_findings_and_at_who_decides(shipped: Catalogue) -> None:
    for spec in shipped.workflows.values():
        for transition in spec.transitions:
            if "recognise" in transition.effects:
                assert "findings_reach_the_level" in transition.needs, transition.action
                assert Impartiality(spec).judges(transition), transition.action
                assert spec.states[transition.target].level == transition.level


def test_every_text_of_a_definition_is_in_both_languages(shipped: Catalogue) -> None:
    for spec in shipped.workflows.values():
        for text in _texts(spec):
            assert text.vi.strip(), spec.path
            assert text.en.strip(), spec.path
            assert text.vi != text.en, f"{spec.path}: {text.vi}"


def test_every_diagram_beside_a_scheme_shows_the_scheme_as_it_is(shipped: Catalogue) -> None:
    root = resource("workflows").parent
    stale = [
        spec.path
        for spec in shipped.workflows.values()
        if (root / spec.path).with_suffix(".md").read_text(encoding="utf-8") != diagram(spec)
    ]

    assert not stale, "run `certflow draw`"


def _scheme_sources(shipped: Catalogue) -> Iterator[tuple[str, str]]:
    for spec in shipped.workflows.values():
        yield f"{spec.path}: source", spec.source
        for transition in spec.transitions:
            yield f"{spec.path}: {transition.action}", transition.source
        for deadline in spec.deadlines:
            yield f"{spec.path}: {deadline.name}", deadline.source
        if spec.outcome is not None:
            yield f"{spec.path}: outcome", spec.outcome.source
            if spec.outcome.validity_years or spec.outcome.validity:
                yield f"{spec.path}: validity", spec.outcome.validity_source
            if spec.outcome.upgrade_after_months:
                yield f"{spec.path}: upgrade", spec.outcome.upgrade_source


def _rating_sources(form: FormSpec) -> Iterator[str]:
    if form.method == "points":
        yield from (band.source for band in form.bands)
        yield from (cap.source for cap in form.caps)
        yield from (criterion.source for criterion in form.criteria)


def _clauses(indicator: IndicatorSpec) -> Iterator[tuple[int, str]]:
    for part in indicator.parts:
        for level, threshold in enumerate(part.thresholds, 1):
            yield level, threshold.clause


def _texts(spec: WorkflowSpec) -> Iterator[Text]:
    yield spec.title
    yield from (role.title for role in spec.roles.values())
    yield from (state.title for state in spec.states.values())
    yield from (stage.title for stage in spec.stages)
    yield from (transition.title for transition in spec.transitions)
    yield from (deadline.title for deadline in spec.deadlines)
