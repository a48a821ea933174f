"""Cases from the *.cases.toml beside each definition, read as carefully as the definitions themselves."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from certflow.errors import DefinitionError
from certflow.law.case_keys import Key, Keyed
from certflow.law.cases.form_cases import read_form_cases
from certflow.law.cases.specs import (
    NOT_THE_ROLE,
    NOT_THE_STATE,
    ActionCase,
    Cases,
    DeadlineCase,
    FormCases,
    WorkflowCases,
)
from certflow.law.catalogue import CASES, Catalogue, parse
from certflow.law.reading.extending import Sources, reported
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

Facts = dict[str, Any]
ReadFacts = Callable[[Reader], Facts]
Spec = TypeVar("Spec", FormSpec, WorkflowSpec)
Read = TypeVar("Read", FormCases, WorkflowCases)


def load_cases(workflows: Path, forms: Path, definitions: Catalogue, guards: Mapping[str, Keyed]) -> Cases:
    """Read every *.cases.toml under the two folders; raises DefinitionError with all faults at once.

    A case may name the `guards`, and states what is known of the dossier under their keys.
    """
    faults: list[str] = []

    def read_workflow(reader: Reader, spec: WorkflowSpec) -> WorkflowCases:
        return _workflow_cases(reader, spec, definitions.form_of(spec), guards)

    cases = Cases(
        _read_all(forms, definitions.forms.values(), read_form_cases, faults),
        _read_all(workflows, definitions.workflows.values(), read_workflow, faults),
    )
    if faults:
        raise DefinitionError(tuple(faults))
    return cases


def _read_all(
    folder: Path, specs: Iterable[Spec], read: Callable[[Reader, Spec], Read], faults: list[str]
) -> tuple[Read, ...]:
    by_path = {_beside(spec): spec for spec in specs}
    tables = {}
    for file in sorted(folder.rglob(f"*{CASES}")):
        path = file.relative_to(folder.parent).as_posix()
        table = parse(file, path, faults)
        if path not in by_path:
            faults.append(f"{path}: there is no definition {path.removesuffix(CASES)}.toml beside it")
        elif table is not None:
            tables[path] = table
    own: list[str] = []
    wholes = Sources(tables, {(spec.name, spec.version): path for path, spec in by_path.items()}).wholes(own).values()
    books = tuple(read(whole.reader(own), by_path[whole.path]) for whole in wholes)
    faults += reported(own, wholes)
    return books


def _beside(spec: FormSpec | WorkflowSpec) -> str:
    """The path of the cases of a definition."""
    return spec.path.removesuffix(".toml") + CASES


def _workflow_cases(reader: Reader, spec: WorkflowSpec, form: FormSpec, guards: Mapping[str, Keyed]) -> WorkflowCases:
    keys = {key.name: key for guard in guards.values() for key in guard.keys}
    read = partial(_facts_in, keys=keys.values(), spec=spec, form=form)
    with reader.whole():
        parts = reader.named_tables("bases") if reader.has("bases") else {}
        bases = {name: read(part) for name, part in parts.items()}
        actions = tuple(_action(part, spec, bases, read, guards) for part in reader.tables("actions"))
        deadlines = tuple(_deadline(part, spec) for part in reader.tables("deadlines", optional=True))
    names = [case.name for case in actions] + [case.name for case in deadlines]
    for name, times in Counter(names).items():
        if times > 1:
            reader.fault("name", f"{times} cases are called {name!r}; name them apart")
    return WorkflowCases(reader.path, spec.key, actions, deadlines)


def _facts_in(reader: Reader, keys: Iterable[Key], spec: WorkflowSpec, form: FormSpec) -> Facts:
    """The facts that one table gives; what it leaves out keeps the value it has elsewhere."""
    with reader.whole():
        return {key.name: key.read(reader, key.name, spec, form) for key in keys if reader.has(key.name)}


def _action(
    reader: Reader, spec: WorkflowSpec, bases: Mapping[str, Facts], read: ReadFacts, guards: Collection[str]
) -> ActionCase:
    with reader.whole():
        case = ActionCase(
            name=reader.words("name"),
            state=_named(reader, "state", spec.states, "state"),
            action=_named(reader, "action", {t.action for t in spec.transitions}, "action"),
            role=_named(reader, "role", spec.roles, "role"),
            facts=_facts(reader, bases, read),
            target=_named(reader, "to", spec.states, "state") if reader.has("to") else "",
            refused=reader.list_of_words("refused", optional=True),
        )
    if bool(case.target) == bool(case.refused):
        reader.fault("to", "give either the state that is reached, or under `refused` what refuses")
    for name in case.refused:
        reader.require_known("refused", name, {*guards, NOT_THE_ROLE, NOT_THE_STATE}, "guard")
    return case


def _facts(reader: Reader, bases: Mapping[str, Facts], read: ReadFacts) -> Facts:
    base = bases.get(_named(reader, "base", bases, "base"), {}) if reader.has("base") else {}
    return base | (read(reader.table_at("change")) if reader.has("change") else {})


def _deadline(reader: Reader, spec: WorkflowSpec) -> DeadlineCase:
    counted = {deadline.name for deadline in spec.deadlines if deadline.counted}
    with reader.whole():
        deadline = _named(reader, "deadline", {d.name for d in spec.deadlines}, "deadline")
        return DeadlineCase(
            name=reader.words("name"),
            deadline=deadline,
            assessed_year=0 if deadline in counted else reader.number("assessed_year", least=1),
            instant=reader.instant("instant"),
            on_time=reader.truth("on_time"),
            after=reader.instant("after") if deadline in counted else None,
        )


def _named(reader: Reader, key: str, names: Collection[str], what: str) -> str:
    name = reader.words(key)
    if name:
        reader.require_known(key, name, names, what)
    return name
