"""The cases beside the definitions, run."""

from collections.abc import Sequence
from pathlib import Path

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.law.cases.case_runner import Outcome, run_form, run_workflow
from certflow.law.cases.specs import ActionCase, Cases, DeadlineCase, FormCase
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.catalogue import Catalogue
from certflow.law.guards import GUARDS
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.rounds.working_days import of_law

Tried = tuple[FormCase | ActionCase | DeadlineCase, Outcome]


class _Kept:
    """What was read and run for the definitions in use, which never change while the process runs."""

    definitions: Catalogue | None = None
    books: Cases
    tried: dict[str, Sequence[Tried]]


def run(definitions: Catalogue, workflows: Path, forms: Path) -> dict[str, tuple[Outcome, ...]]:
    """The outcomes by the definition's path; () for one without cases. Raises DefinitionError for faulty case files."""
    cases = load_cases(workflows, forms, definitions, GUARDS)
    paths = [form.path for form in definitions.forms.values()] + [spec.path for spec in definitions.workflows.values()]
    outcomes: dict[str, tuple[Outcome, ...]] = dict.fromkeys(paths, ())
    for form_book in cases.forms:
        form = definitions.form(*form_book.key)
        outcomes[form.path] = run_form(form, form_book)
    for book in cases.workflows:
        spec = definitions.workflow(*book.key)
        outcomes[spec.path] = run_workflow(spec, definitions.form_of(spec), book, of_law)
    return outcomes


def tried(spec: FormSpec | WorkflowSpec) -> Sequence[Tried]:
    """Each case of a definition with its outcome, run once in a process; () for one whose file is gone.

    Raises DefinitionError for faulty case files.
    """
    definitions = catalogue.definitions()
    if _Kept.definitions is not definitions:
        _Kept.books = load_cases(resource("workflows"), resource("forms"), definitions, GUARDS)
        _Kept.definitions, _Kept.tried = definitions, {}
    key = f"{type(spec).__name__} {spec.name} {spec.version}"
    if key not in _Kept.tried:
        _Kept.tried[key] = _of_form(spec) if isinstance(spec, FormSpec) else _of_workflow(spec, definitions)
    return _Kept.tried[key]


def _of_form(form: FormSpec) -> Sequence[Tried]:
    books = [book for book in _Kept.books.forms if book.key == (form.name, form.version)]
    return [pair for book in books for pair in zip(book.cases, run_form(form, book), strict=True)]


def _of_workflow(spec: WorkflowSpec, definitions: Catalogue) -> Sequence[Tried]:
    tried: list[Tried] = []
    for book in _Kept.books.workflows:
        if book.key == spec.key:
            cases: tuple[ActionCase | DeadlineCase, ...] = (*book.actions, *book.deadlines)
            tried += zip(cases, run_workflow(spec, definitions.form_of(spec), book, of_law), strict=True)
    return tried
