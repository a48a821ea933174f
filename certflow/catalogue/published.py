"""Published definitions: stored when they first run, refused when changed, still read when their file is gone."""

import json
import logging
from collections.abc import Iterator

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import defer

from certflow import clock
from certflow.errors import ActionNotOpen, DefinitionError
from certflow.law.catalogue import Catalogue, read_one
from certflow.law.difference.difference import difference
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db, refusing
from certflow.models.criteria import PublishedDefinition
from certflow.wording import _

Definition = FormSpec | WorkflowSpec
Key = tuple[str, str, int]

_log = logging.getLogger(__name__)


def publish(shipped: Catalogue) -> int:
    """Store the definitions not published yet, in the caller's transaction; returns how many.

    Raises DefinitionError, having stored nothing, when a published version no longer says what it said, or when one
    whose file is gone cannot be read any more.
    """
    hashes = {(kind, name, version): hash_ for kind, name, version, hash_ in db.session.execute(_hashes())}
    specs = {_key(spec): spec for spec in _specs(shipped)}
    faults = [*_changed(specs, hashes), *_unreadable(set(hashes) - set(specs))]
    if faults:
        raise DefinitionError(tuple(faults))
    new = [spec for key, spec in specs.items() if key not in hashes]
    if new:
        _store(new)
        return publish(shipped) + len(new)
    return 0


def _hashes() -> Select[str, str, int, str]:
    return select(
        PublishedDefinition.kind, PublishedDefinition.name, PublishedDefinition.version, PublishedDefinition.hash
    )


def _specs(shipped: Catalogue) -> Iterator[Definition]:
    yield from shipped.forms.values()
    yield from shipped.workflows.values()


def _key(spec: Definition) -> Key:
    return ("form" if isinstance(spec, FormSpec) else "workflow", spec.name, spec.version)


def _store(specs: list[Definition]) -> None:
    """Insert the definitions; a row inserted by another process meanwhile stays, and `publish` compares again."""
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    now = clock.now()
    rows = [
        {
            **dict(zip(("kind", "name", "version"), _key(spec), strict=True)),
            "hash": spec.fingerprint,
            "content": spec.content,
            "published_at": now,
        }
        for spec in specs
    ]
    db.session.execute(dialect.insert(PublishedDefinition).on_conflict_do_nothing(), rows)


def add(form: FormSpec) -> None:
    """Store a department's own set for ever; raises ActionNotOpen when its version was published before."""
    row = PublishedDefinition(
        kind="form",
        name=form.name,
        version=form.version,
        hash=form.fingerprint,
        content=form.content,
        published_at=clock.now(),
    )
    if db.session.get(PublishedDefinition, (row.kind, row.name, row.version)) is not None:
        raise _published()
    with refusing("pk_published_definition", _published()):
        db.session.add(row)


def _published() -> ActionNotOpen:
    return ActionNotOpen(_("This version was published before."))


def count() -> int:
    """How many definitions have been published here."""
    return db.session.scalar(select(func.count()).select_from(PublishedDefinition)) or 0


def _changed(specs: dict[Key, Definition], hashes: dict[Key, str]) -> Iterator[str]:
    for key, spec in specs.items():
        if hashes.get(key, spec.fingerprint) != spec.fingerprint:
            yield _(
                "%(file)s: version %(version)s of %(name)s was published and cannot change; "
                "restore the file and give the change a new version. What changed: %(changes)s",
                file=spec.path,
                version=spec.version,
                name=spec.name,
                changes=" ".join(_sentences(key, spec)),
            )


def _sentences(key: Key, spec: Definition) -> list[str]:
    try:
        changes = difference(read(*key), spec)
    except DefinitionError as fault:
        return [_("The published version can no longer be read: %(faults)s", faults="; ".join(fault.faults))]
    return [change.sentence for change in changes] or [_("Only the wording changed, not the meaning.")]


def _unreadable(keys: set[Key]) -> Iterator[str]:
    for key in sorted(keys):
        try:
            read(*key)
        except DefinitionError as fault:
            yield from fault.faults


def read(kind: str, name: str, version: int) -> Definition:
    """A stored definition; raises DefinitionError when this application cannot read it."""
    row = db.session.get_one(PublishedDefinition, (kind, name, version))
    return read_one(json.loads(row.content), _("published %(name)s version %(version)s", name=name, version=version))


def retired(shipped: Catalogue) -> Catalogue:
    """The published definitions that are no longer shipped."""
    definitions = Catalogue({}, {})
    keys = {_key(spec) for spec in _specs(shipped)}
    for kind, name, version, _hash in db.session.execute(_hashes()).all():
        if (kind, name, version) in keys:
            continue
        try:
            spec = read(kind, name, version)
        except DefinitionError as fault:
            _log.error("a published definition cannot be read: %s", fault)
            continue
        if isinstance(spec, FormSpec):
            definitions.forms[spec.name, spec.version] = spec
        else:
            definitions.workflows[spec.name, spec.version] = spec
    return definitions


def publications(spec: Definition) -> dict[int, PublishedDefinition]:
    """When each version of a definition was published here and with which hash, by version."""
    kind, name, _version = _key(spec)
    query = select(PublishedDefinition).options(defer(PublishedDefinition.content))
    rows = db.session.scalars(query.where(PublishedDefinition.kind == kind, PublishedDefinition.name == name))
    return {row.version: row for row in rows}
