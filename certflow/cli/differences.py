"""`certflow definitions diff`: what changed between two versions."""

from itertools import groupby
from pathlib import Path

import click

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.dossiers.effects import EFFECTS
from certflow.http.typed_numbers import plain_number
from certflow.law.difference.difference import Definition, difference
from certflow.law.reading import catalogue as loading
from certflow.law.reading.catalogue import Catalogue


@click.group("definitions")
def definitions_group() -> None:
    """Compare versions, and move dossiers to a newer one."""


@definitions_group.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Say what NEW changes against OLD, in sentences.

    Each is a shipped NAME:VERSION or a TOML file. Needs no database.
    """
    shipped = loading.load(resource("workflows"), resource("forms"), catalogue.vocabulary(EFFECTS))
    changes = difference(_definition(old, shipped), _definition(new, shipped))
    if not changes:
        click.echo("Nothing changes.")
    for section, those in groupby(changes, key=lambda change: change.section):
        click.echo(f"{section}:")
        for change in those:
            click.echo(f"  {change.sentence}")


def _definition(given: str, shipped: Catalogue) -> Definition:
    path = Path(given)
    if path.is_file():
        return loading.read_file(path)
    name, _colon, version = given.rpartition(":")
    key = name, plain_number(version) or 0
    found = shipped.workflows.get(key) or shipped.forms.get(key)
    if found is None:
        known = ", ".join(f"{name}:{version}" for name, version in sorted({**shipped.workflows, **shipped.forms}))
        raise click.UsageError(f"{given!r} is neither a file nor one of {known}")
    return found
