"""The loaded definitions, and the runnable workflow of a dossier or round."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import inspect

from certflow.catalogue import published
from certflow.config import resource
from certflow.law.guards import GUARDS
from certflow.law.reading import catalogue
from certflow.law.reading.catalogue import Catalogue
from certflow.law.soundness import model_check
from certflow.law.soundness.soundness import Vocabulary
from certflow.law.specs.form import FormSpec
from certflow.law.workflow import Workflow
from certflow.models.base import begin_reading, db
from certflow.models.catalogue import PublishedDefinition
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


class _Loaded:
    definitions: Catalogue | None = None
    workflows: dict[tuple[str, int], Workflow]
    known: Catalogue | None = None
    published = 0


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
    """Run on these definitions from now on; the application does so once, at its start."""
    _Loaded.definitions = definitions
    _Loaded.workflows = {key: Workflow(spec) for key, spec in definitions.workflows.items()}
    _Loaded.known = None


def definitions() -> Catalogue:
    """The definitions in use."""
    if _Loaded.definitions is None:
        raise RuntimeError("the definitions have not been loaded: create the application first")
    return _Loaded.definitions


def known() -> Catalogue:
    """The definitions in use, and those published before whose files are gone; for reading what began with them."""
    if _Loaded.known is None:
        shipped = definitions()
        gone = published.retired(shipped)
        _Loaded.workflows |= {key: Workflow(spec) for key, spec in gone.workflows.items()}
        _Loaded.published = published.count()
        _Loaded.known = Catalogue(shipped.workflows | gone.workflows, shipped.forms | gone.forms)
    return _Loaded.known


def renewed() -> Catalogue:
    """As `known`, read anew when something was published meanwhile, here or by another process."""
    if _Loaded.known is not None and _Loaded.published != published.count():
        _Loaded.known = None
    return known()


def recall() -> None:
    """Read once, at the start, what was published before; a database without that table is left for its upgrade."""
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
    key = pinned.workflow, pinned.workflow_version
    if key not in _Loaded.workflows:
        known().workflow(*key)
    return _Loaded.workflows[key]


def workflows() -> dict[tuple[str, int], Workflow]:
    """All runnable schemes by name and version, those whose files are gone among them."""
    known()
    return _Loaded.workflows


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
    """A criteria set, shipped or published; one published meanwhile elsewhere is read anew. Raises NotFound."""
    shipped = definitions().forms.get((name, version)) or known().forms.get((name, version))
    if shipped is None:
        _Loaded.known = None
    return shipped or known().form(name, version)
