"""The loaded definitions, and the runnable workflow of a dossier or round."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import inspect

from certflow.catalogue import published
from certflow.config import resource
from certflow.gateways import installation
from certflow.law import catalogue
from certflow.law.catalogue import Catalogue
from certflow.law.guards import GUARDS
from certflow.law.soundness import model_check
from certflow.law.soundness.soundness import Vocabulary
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.law.workflow import Workflow
from certflow.models.base import begin_reading, db
from certflow.models.criteria import PublishedDefinition
from certflow.models.results import FormConfirmation
from certflow.models.units import Unit


class Pinned(Protocol):
    """What keeps the version of the scheme it began with: a round or a dossier; `form` is None for the scheme's own."""

    @property
    def workflow(self) -> str: ...
    @property
    def workflow_version(self) -> int: ...
    @property
    def form(self) -> str | None: ...
    @property
    def form_version(self) -> int | None: ...


@dataclass(slots=True)
class _Loaded:
    """What one application runs on; `known` are the definitions with those published before, once they are read.

    `published` is how many there were when `known` was read.
    """

    definitions: Catalogue
    workflows: dict[tuple[str, int], Workflow]
    known: Catalogue | None = None
    published: int = 0


def vocabulary(effects: Collection[str]) -> Vocabulary:
    """The names a definition may use in this application."""
    templates = {path.stem for path in (resource("templates") / "results" / "documents").glob("*.typ")}
    return Vocabulary(frozenset(GUARDS), frozenset(effects), frozenset(templates))


def read(effects: Collection[str]) -> Catalogue:
    """Read the shipped definitions; raises DefinitionError with all faults."""
    return _read(resource("workflows"), resource("forms"), frozenset(effects))


@cache
def _read(workflows: Path, forms: Path, effects: frozenset[str]) -> Catalogue:
    """Once in a process: the files of an installation stay as they are, and what is read of them is never changed."""
    return read_from(workflows, forms, effects)


def read_from(workflows: Path, forms: Path, effects: Collection[str]) -> Catalogue:
    """Read definitions from two folders, each scheme walked through; raises DefinitionError with all faults."""
    return catalogue.load(workflows, forms, vocabulary(effects), model_check.check)


def use(definitions: Catalogue) -> None:
    """Run the current application on these definitions from now on; it does so once, at its start."""
    installation.keep(_Loaded(definitions, {key: Workflow(spec) for key, spec in definitions.workflows.items()}))


def _loaded() -> _Loaded:
    return installation.kept(_Loaded)


def definitions() -> Catalogue:
    """The definitions in use."""
    return _loaded().definitions


def known() -> Catalogue:
    """The definitions in use and the published ones whose files are gone, for dossiers that began with those."""
    loaded = _loaded()
    if loaded.known is None:
        shipped = loaded.definitions
        retired = published.retired(shipped)
        loaded.workflows |= {key: Workflow(spec) for key, spec in retired.workflows.items()}
        loaded.published = published.count()
        loaded.known = Catalogue(shipped.workflows | retired.workflows, shipped.forms | retired.forms)
    return loaded.known


def renewed() -> Catalogue:
    """The definitions of `known`, read again when this or another process has published since."""
    loaded = _loaded()
    if loaded.known is not None and loaded.published != published.count():
        loaded.known = None
    return known()


def recall() -> None:
    """Read the published definitions once at the start; a database without their table is skipped until its upgrade."""
    if not inspect(db.engine).has_table(PublishedDefinition.__tablename__):
        return
    begin_reading(True)
    try:
        known()
    finally:
        begin_reading(False)
        db.session.rollback()


def workflow_of(pinned: Pinned) -> Workflow:
    """The runnable scheme of a round or dossier; raises NotFound when its version was never published here."""
    key, loaded = (pinned.workflow, pinned.workflow_version), _loaded()
    if key not in loaded.workflows:
        known().workflow(*key)
    return loaded.workflows[key]


def workflows() -> dict[tuple[str, int], Workflow]:
    """All runnable schemes by name and version, including those whose files are gone."""
    known()
    return _loaded().workflows


def newest(scheme: str) -> WorkflowSpec | None:
    """The newest known version of a scheme by its name."""
    versions = [spec for spec in known().workflows.values() if spec.name == scheme]
    return max(versions, key=lambda spec: spec.version, default=None)


def form_of(pinned: Pinned) -> FormSpec:
    """The criteria set of a round or dossier."""
    if pinned.form is not None and pinned.form_version is not None:
        return form_at(pinned.form, pinned.form_version)
    spec = workflow_of(pinned).spec
    return form_at(spec.form, spec.form_version)


def is_sample(pinned: Pinned) -> bool:
    """Whether the criteria set has no legal force, so that nothing official can come of a dossier that uses it."""
    return form_of(pinned).trust == "sample"


def confirmation_for(form: FormSpec, province: Unit) -> FormConfirmation | None:
    """The confirmation of `form` by the education department of `province`, if it was given."""
    return db.session.get(FormConfirmation, (form.name, form.version, province.id))


def form_at(name: str, version: int) -> FormSpec:
    """A shipped or published criteria set, also one that another process has just published; raises NotFound."""
    shipped = definitions().forms.get((name, version)) or known().forms.get((name, version))
    if shipped is None:
        _loaded().known = None
    return shipped or known().form(name, version)
