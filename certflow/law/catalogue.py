"""All definitions by name and version, loaded together or not at all."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from certflow.errors import DefinitionError, NotFound
from certflow.law.reading.extending import EXTENDS, Sources, Whole, reported
from certflow.law.reading.fingerprint import canonical, fingerprint
from certflow.law.reading.form_loader import read_form
from certflow.law.reading.reading import Reader
from certflow.law.reading.workflow_loader import read_workflow
from certflow.law.soundness.soundness import Fault, Vocabulary, check
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import RoleSpec, WorkflowSpec

CASES = ".cases.toml"
Spec = TypeVar("Spec", bound=FormSpec | WorkflowSpec)
Proof = Callable[[WorkflowSpec, Fault], None]


@dataclass(frozen=True)
class Catalogue:
    """Every scheme and criteria set that the application runs; keys are (name, version)."""

    workflows: dict[tuple[str, int], WorkflowSpec]
    forms: dict[tuple[str, int], FormSpec]

    @cached_property
    def roles(self) -> dict[str, RoleSpec]:
        """Every role of the schemes by its name."""
        return {role.name: role for spec in self.workflows.values() for role in spec.roles.values()}

    def workflow(self, name: str, version: int) -> WorkflowSpec:
        """The scheme; raises NotFound."""
        try:
            return self.workflows[name, version]
        except KeyError:
            raise NotFound(f"scheme {name} version {version}") from None

    def form(self, name: str, version: int) -> FormSpec:
        """The criteria set; raises NotFound."""
        try:
            return self.forms[name, version]
        except KeyError:
            raise NotFound(f"criteria set {name} version {version}") from None

    def form_of(self, workflow: WorkflowSpec) -> FormSpec:
        """The criteria set a scheme uses."""
        return self.form(workflow.form, workflow.form_version)


def load(workflows: Path, forms: Path, vocabulary: Vocabulary, prove: Proof | None = None) -> Catalogue:
    """Read every *.toml but the cases under the two folders; raises DefinitionError with all faults at once.

    `prove` looks further into a scheme that holds together by itself and reports its faults likewise.
    """
    faults: list[str] = []
    of_forms, of_workflows = _wholes(forms, faults), _wholes(workflows, faults)
    read_forms = _read_all(of_forms, read_form, faults)
    read_workflows = _read_all(of_workflows, read_workflow, faults)
    for spec in read_workflows.values():
        whole, form = of_workflows[spec.path], read_forms.get((spec.form, spec.form_version))
        if not whole.faulty(faults) and not (form and of_forms[form.path].faulty(faults)):
            note = whole.noting(faults)
            check(spec, read_forms, vocabulary, note)
            if prove and not whole.faulty(faults):
                prove(spec, note)
    _check_roles(read_workflows.values(), faults)
    if not read_workflows and not faults:
        faults.append(f"{workflows}: there is no definition (*.toml) in this folder")
    if faults:
        raise DefinitionError(reported(faults, [*of_forms.values(), *of_workflows.values()]))
    return Catalogue(read_workflows, read_forms)


def _check_roles(schemes: Iterable[WorkflowSpec], faults: list[str]) -> None:
    """People hold a role by its name, so that the same name must mean the same seat in every scheme."""
    seats: dict[str, tuple[str, str]] = {}
    for spec in schemes:
        for role in spec.roles.values():
            seat, path = seats.setdefault(role.name, (role.seat, spec.path))
            if seat != role.seat:
                words = f"is {role.seat!r} here and {seat!r} in {path}; give the role another name"
                faults.append(f"{spec.path}: roles.{role.name}.seat: {words}")


def _wholes(folder: Path, faults: list[str]) -> dict[str, Whole]:
    return Sources(_tables(folder, faults)).wholes(faults)


def _tables(folder: Path, faults: list[str]) -> dict[str, dict[str, Any]]:
    """What each file of a definition in a folder says by itself, by its path; a fault for what is no TOML."""
    tables = {}
    for file in sorted(folder.rglob("*.toml")):
        path = file.relative_to(folder.parent).as_posix()
        if not file.name.endswith(CASES) and (table := parse(file, path, faults)) is not None:
            tables[path] = table
    return tables


def _read_all(
    wholes: dict[str, Whole], read: Callable[[Reader], Spec], faults: list[str]
) -> dict[tuple[str, int], Spec]:
    specs: dict[tuple[str, int], Spec] = {}
    for whole in wholes.values():
        spec = _signed(read(whole.reader(faults)), whole.table)
        key = (spec.name, spec.version)
        if key in specs:
            faults.append(f"{spec.path}: name: {spec.name} version {spec.version} is already in {specs[key].path}")
        specs[key] = spec
    return specs


def _signed(spec: Spec, table: Mapping[str, Any]) -> Spec:
    """The spec with the canonical text it was read from, and its hash."""
    content = canonical(table)
    return replace(spec, content=content, fingerprint=fingerprint(content))


def read_one(table: Mapping[str, Any], path: str) -> FormSpec | WorkflowSpec:
    """One whole table by itself, a criteria set if it has criteria; raises DefinitionError with its faults."""
    if EXTENDS in table:
        raise DefinitionError(
            (f"{path}: {EXTENDS}: is followed only under workflows/ and forms/; write out the whole definition",)
        )
    return _read_whole(Whole(path, table, ((path, table),)))


def read_file(file: Path, workflows: Path, forms: Path) -> FormSpec | WorkflowSpec:
    """One definition from a file anywhere, which may extend one under the two folders; raises DefinitionError."""
    faults: list[str] = []
    table = parse(file, file.name, faults)
    whole = _extending(file.name, table, (forms, workflows), faults) if table is not None else None
    if whole is None or faults:
        raise DefinitionError(tuple(faults))
    return _read_whole(whole)


def _extending(path: str, table: dict[str, Any], folders: Iterable[Path], faults: list[str]) -> Whole | None:
    """The whole definition; where both folders have what it extends, of the kind that has more of its keys."""
    attempts = []
    for folder in folders:
        of_folder: list[str] = []
        whole = Sources({**_tables(folder, []), path: table}).whole(path, of_folder)
        keys = {key for _path, layer in whole.layers[1:] for key in layer} if whole else {}
        attempts.append((bool(whole), len(table.keys() & keys), whole, of_folder))
    _made, _known, whole, of_folder = max(attempts, key=lambda attempt: attempt[:2])
    faults += of_folder
    return whole


def _read_whole(whole: Whole) -> FormSpec | WorkflowSpec:
    faults: list[str] = []
    read: Callable[[Reader], FormSpec | WorkflowSpec] = read_form if "criteria" in whole.table else read_workflow
    spec = read(whole.reader(faults))
    if faults:
        raise DefinitionError(tuple(faults))
    return _signed(spec, whole.table)


def parse(file: Path, path: str, faults: list[str]) -> dict[str, Any] | None:
    """The table in `file`, or None and a fault when it is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        faults.append(f"{path}: cannot be read as TOML: {fault}")
        return None
