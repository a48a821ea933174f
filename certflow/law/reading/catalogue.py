"""All definitions by name and version, loaded together or not at all."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from certflow.errors import DefinitionError, NotFound
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


def load(workflows: Path, forms: Path, known: Vocabulary, prove: Proof | None = None) -> Catalogue:
    """Read every *.toml but the cases under the two folders; raises DefinitionError with all faults at once.

    `prove` looks further into a scheme that holds together by itself and reports its faults likewise.
    """
    faults: list[str] = []
    read_forms = _read_all(forms, read_form, faults)
    read_workflows = _read_all(workflows, read_workflow, faults)
    for spec in read_workflows.values():
        form = read_forms.get((spec.form, spec.form_version))
        if not _faulty(spec, faults) and not (form and _faulty(form, faults)):
            check(spec, read_forms, known, _noting(spec.path, faults))
            if prove and not _faulty(spec, faults):
                prove(spec, _noting(spec.path, faults))
    _check_roles(read_workflows.values(), faults)
    if not read_workflows and not faults:
        faults.append(f"{workflows}: there is no definition (*.toml) in this folder")
    if faults:
        raise DefinitionError(tuple(faults))
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


def _faulty(spec: FormSpec | WorkflowSpec, faults: list[str]) -> bool:
    return any(fault.startswith(f"{spec.path}:") for fault in faults)


def _noting(path: str, faults: list[str]) -> Callable[[str, str], None]:
    return lambda key, reason: faults.append(f"{path}: {key}: {reason}")


def _read_all(folder: Path, read: Callable[[Reader], Spec], faults: list[str]) -> dict[tuple[str, int], Spec]:
    specs: dict[tuple[str, int], Spec] = {}
    for file in sorted(folder.rglob("*.toml")):
        if file.name.endswith(CASES):
            continue
        path = file.relative_to(folder.parent).as_posix()
        table = parse(file, path, faults)
        if table is None:
            continue
        spec = _signed(read(Reader(path, table, faults)), table)
        key = (spec.name, spec.version)
        if key in specs:
            faults.append(f"{path}: name: {spec.name} version {spec.version} is already in {specs[key].path}")
        specs[key] = spec
    return specs


def _signed(spec: Spec, table: Mapping[str, Any]) -> Spec:
    """The spec with the canonical text it was read from, and its hash."""
    content = canonical(table)
    return replace(spec, content=content, fingerprint=fingerprint(content))


def read_one(table: Mapping[str, Any], path: str) -> FormSpec | WorkflowSpec:
    """One parsed definition by itself, a criteria set if it has criteria; raises DefinitionError with its faults."""
    faults: list[str] = []
    read: Callable[[Reader], FormSpec | WorkflowSpec] = read_form if "criteria" in table else read_workflow
    spec = read(Reader(path, table, faults))
    if faults:
        raise DefinitionError(tuple(faults))
    return _signed(spec, table)


def read_file(file: Path) -> FormSpec | WorkflowSpec:
    """One definition from a file anywhere, as `read_one`."""
    faults: list[str] = []
    table = parse(file, file.name, faults)
    if table is None:
        raise DefinitionError(tuple(faults))
    return read_one(table, file.name)


def parse(file: Path, path: str, faults: list[str]) -> dict[str, Any] | None:
    """The table in `file`, or None and a fault when it is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        faults.append(f"{path}: cannot be read as TOML: {fault}")
        return None
