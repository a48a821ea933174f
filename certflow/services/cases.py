"""The cases beside the definitions, run."""

from pathlib import Path

from certflow.definitions.case_loader import load_cases
from certflow.definitions.catalogue import Catalogue
from certflow.domain.case_runner import Outcome, run_form, run_workflow
from certflow.domain.guards import GUARDS
from certflow.services.working_days import of_law


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
