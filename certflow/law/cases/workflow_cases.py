"""Cases from the *.cases.toml beside each definition, read as carefully as the definitions themselves."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from certflow.errors import DefinitionError
from certflow.law.cases.form_cases import read_form_cases
from certflow.law.cases.specs import (
    NOT_THE_ROLE,
    NOT_THE_STATE,
    ActionCase,
    CaseFacts,
    Cases,
    DeadlineCase,
    FormCases,
    WorkflowCases,
)
from certflow.law.reading.catalogue import CASES, Catalogue, parse
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

Facts = dict[str, Any]
Spec = TypeVar("Spec", FormSpec, WorkflowSpec)
Read = TypeVar("Read", FormCases, WorkflowCases)


def load_cases(workflows: Path, forms: Path, definitions: Catalogue, guards: Collection[str]) -> Cases:
    """Read every *.cases.toml under the two folders; raises DefinitionError with all faults at once."""
    faults: list[str] = []

    def read_workflow(reader: Reader, spec: WorkflowSpec) -> WorkflowCases:
        return _workflow_cases(reader, spec, definitions.form_of(spec).levels, guards)

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
    by_path = {spec.path: spec for spec in specs}
    found = []
    for file in sorted(folder.rglob(f"*{CASES}")):
        path = file.relative_to(folder.parent).as_posix()
        beside = path.removesuffix(CASES) + ".toml"
        table = parse(file, path, faults)
        if beside not in by_path:
            faults.append(f"{path}: there is no definition {beside} beside it")
        elif table is not None:
            found.append(read(Reader(path, table, faults), by_path[beside]))
    return tuple(found)


def _workflow_cases(reader: Reader, spec: WorkflowSpec, levels: int, guards: Collection[str]) -> WorkflowCases:
    with reader.whole():
        bases = {name: _facts_in(part, spec, levels) for name, part in _bases(reader).items()}
        actions = tuple(_action(part, spec, bases, levels, guards) for part in reader.tables("actions"))
        deadlines = tuple(_deadline(part, spec) for part in reader.tables("deadlines", optional=True))
    names = [case.name for case in actions] + [case.name for case in deadlines]
    for name, times in Counter(names).items():
        if times > 1:
            reader.fault("name", f"{times} cases are called {name!r}; name them apart")
    return WorkflowCases(reader.path, spec.key, actions, deadlines)


def _bases(reader: Reader) -> dict[str, Reader]:
    return reader.named_tables("bases") if reader.has("bases") else {}


def _facts_in(reader: Reader, spec: WorkflowSpec, levels: int) -> Facts:
    """The facts that one table gives; what it leaves out keeps the value it has elsewhere."""
    facts: Facts = {}
    with reader.whole():
        for key in ("claims_level", "findings_level", "proposed_level", "held_level"):
            if reader.has(key):
                facts[key] = _level(reader, key, levels)
        if reader.has("meeting_recorded"):
            facts["meeting_recorded"] = reader.truth("meeting_recorded")
        facts |= {key: reader.words(key, "") for key in ("note", "document_number", "authority") if reader.has(key)}
        facts |= {key: reader.day(key) for key in ("held_since", "today") if reader.has(key)}
        if reader.has("document_date"):
            facts["document_date"] = reader.day("document_date", "")
        if reader.has("took_part_as"):
            parts = reader.list_of_words("took_part_as", optional=True)
            for role in parts:
                _known(reader, "took_part_as", role, spec.roles, "role")
            facts["took_part_as"] = parts
    return facts


def _level(reader: Reader, key: str, levels: int) -> int:
    level = reader.number(key)
    if level > levels:
        reader.fault(key, f"{level} is above the form's {levels} levels")
    return level


def _action(
    reader: Reader, spec: WorkflowSpec, bases: Mapping[str, Facts], levels: int, guards: Collection[str]
) -> ActionCase:
    with reader.whole():
        case = ActionCase(
            name=reader.words("name"),
            state=_named(reader, "state", spec.states, "state"),
            action=_named(reader, "action", {t.action for t in spec.transitions}, "action"),
            role=_named(reader, "role", spec.roles, "role"),
            facts=_facts(reader, spec, bases, levels),
            target=_named(reader, "to", spec.states, "state") if reader.has("to") else "",
            refused=reader.list_of_words("refused", optional=True),
        )
    if bool(case.target) == bool(case.refused):
        reader.fault("to", "give either the state that is reached, or under `refused` what refuses")
    for name in case.refused:
        _known(reader, "refused", name, {*guards, NOT_THE_ROLE, NOT_THE_STATE}, "guard")
    return case


def _facts(reader: Reader, spec: WorkflowSpec, bases: Mapping[str, Facts], levels: int) -> CaseFacts:
    given: Facts = {}
    if reader.has("base"):
        given |= bases.get(_named(reader, "base", bases, "base"), {})
    if reader.has("change"):
        given |= _facts_in(reader.table_at("change"), spec, levels)
    return CaseFacts(**given)


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
        _known(reader, key, name, names, what)
    return name


def _known(reader: Reader, key: str, name: str, names: Collection[str], what: str) -> None:
    if name not in names:
        reader.fault(key, f"{name!r} is no {what}; choose one of {', '.join(sorted(names))}")
