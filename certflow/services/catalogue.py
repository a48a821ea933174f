"""The loaded definitions, and the runnable workflow of a dossier or round."""

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from certflow.config import resource
from certflow.definitions import catalogue
from certflow.definitions.catalogue import Catalogue
from certflow.definitions.soundness import Vocabulary
from certflow.definitions.specs import FormSpec
from certflow.domain import model_check
from certflow.domain.guards import GUARDS
from certflow.domain.workflow import Workflow


class Pinned(Protocol):
    """What keeps the version of the scheme it began with: a round or a dossier."""

    workflow: str
    workflow_version: int


class _Loaded:
    definitions: Catalogue | None = None
    workflows: dict[tuple[str, int], Workflow]


def vocabulary(effects: Collection[str]) -> Vocabulary:
    """The names a definition may use in this application."""
    templates = {path.stem for path in (resource("templates") / "documents").glob("*.typ")}
    return Vocabulary(frozenset(GUARDS), frozenset(effects), frozenset(templates))


def read(effects: Collection[str]) -> Catalogue:
    """Read the shipped definitions; raises DefinitionError with all faults."""
    return read_from(resource("workflows"), resource("forms"), effects)


def read_from(workflows: Path, forms: Path, effects: Collection[str]) -> Catalogue:
    """Read definitions from two folders, each scheme walked through; raises DefinitionError with all faults."""
    return catalogue.load(workflows, forms, vocabulary(effects), model_check.check)


def use(definitions: Catalogue) -> None:
    """Run on these definitions from now on; the application does so once, at its start."""
    _Loaded.definitions = definitions
    _Loaded.workflows = {key: Workflow(spec) for key, spec in definitions.workflows.items()}


def definitions() -> Catalogue:
    """The definitions in use."""
    if _Loaded.definitions is None:
        raise RuntimeError("the definitions have not been loaded: create the application first")
    return _Loaded.definitions


def workflow_of(pinned: Pinned) -> Workflow:
    """The runnable scheme of a round or dossier; raises NotFound when its version is no longer shipped."""
    definitions().workflow(pinned.workflow, pinned.workflow_version)
    return _Loaded.workflows[pinned.workflow, pinned.workflow_version]


def workflows() -> dict[tuple[str, int], Workflow]:
    """All runnable schemes by name and version."""
    definitions()
    return _Loaded.workflows


def form_of(pinned: Pinned) -> FormSpec:
    """The criteria set of a round or dossier."""
    return definitions().form_of(workflow_of(pinned).spec)
