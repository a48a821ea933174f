"""The cases beside the definitions, run."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.gateways import installation
from certflow.law.cases.case_runner import CaseOutcome, run_form, run_workflow
from certflow.law.cases.specs import ActionCase, Cases, DeadlineCase, FormCase
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.catalogue import Catalogue
from certflow.law.guards import GUARDS
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.rounds.working_days import of_law

Tried = tuple[FormCase | ActionCase | DeadlineCase, CaseOutcome]


@dataclass(frozen=True, slots=True)
class _LoadedCases:
    """The cases of the definitions in use, and what came of those that were run, by definition."""

    definitions: Catalogue
    books: Cases
    tried: dict[str, Sequence[Tried]] = field(default_factory=dict)


def run(definitions: Catalogue, workflows: Path, forms: Path) -> dict[str, tuple[CaseOutcome, ...]]:
    """The outcomes by the definition's path; () for one without cases. Raises DefinitionError for faulty case files."""
    cases = load_cases(workflows, forms, definitions, GUARDS)
    paths = [form.path for form in definitions.forms.values()] + [spec.path for spec in definitions.workflows.values()]
    outcomes: dict[str, tuple[CaseOutcome, ...]] = dict.fromkeys(paths, ())
    for form_book in cases.forms:
        form = definitions.form(*form_book.key)
        outcomes[form.path] = run_form(form, form_book)
    for book in cases.workflows:
        spec = definitions.workflow(*book.key)
        outcomes[spec.path] = run_workflow(spec, definitions.form_of(spec), book, of_law)
    return outcomes


def tried(spec: FormSpec | WorkflowSpec) -> Sequence[Tried]:
    """Each case of a definition with its outcome, run once in an application; () for one whose file is gone.

    Raises DefinitionError for faulty case files.
    """
    loaded, key = _loaded(), f"{type(spec).__name__} {spec.name} {spec.version}"
    if key not in loaded.tried:
        loaded.tried[key] = _of_form(spec, loaded) if isinstance(spec, FormSpec) else _of_workflow(spec, loaded)
    return loaded.tried[key]


def _loaded() -> _LoadedCases:
    definitions = catalogue.definitions()
    with suppress(LookupError):  # the first time
        if (loaded := installation.kept(_LoadedCases)).definitions is definitions:
            return loaded
    books = load_cases(resource("workflows"), resource("forms"), definitions, GUARDS)
    return installation.keep(_LoadedCases(definitions, books))


def _of_form(form: FormSpec, loaded: _LoadedCases) -> Sequence[Tried]:
    books = [book for book in loaded.books.forms if book.key == (form.name, form.version)]
    return [pair for book in books for pair in zip(book.cases, run_form(form, book), strict=True)]


def _of_workflow(spec: WorkflowSpec, loaded: _LoadedCases) -> Sequence[Tried]:
    tried: list[Tried] = []
    for book in loaded.books.workflows:
        if book.key == spec.key:
            cases: tuple[ActionCase | DeadlineCase, ...] = (*book.actions, *book.deadlines)
            tried += zip(cases, run_workflow(spec, loaded.definitions.form_of(spec), book, of_law), strict=True)
    return tried
