"""`certflow recompute` and `certflow whatif`: the results of a round computed anew."""

from collections import Counter
from pathlib import Path

import click

from certflow.catalogue import catalogue
from certflow.cli.application import application
from certflow.config import resource
from certflow.dossiers import recomputing
from certflow.dossiers.recomputing import Comparison
from certflow.law.catalogue import read_file
from certflow.law.specs.form import FormSpec

_ROUND = click.option("--round", "round_id", required=True, type=click.IntRange(1), help="The round's number.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@_ROUND
def recompute(round_id: int) -> None:
    """Compute a round's results anew and report differences.

    From the stored claims, findings and submissions and the rules each dossier began with. Ends with 1 when something
    recorded does not follow from them.
    """
    counted = differing = 0
    with application(reads=True):
        for dossier in recomputing.recompute(round_id):
            counted += 1
            differing += bool(dossier.differences)
            for difference in dossier.differences:
                click.echo(f"dossier {dossier.dossier_id}, {dossier.unit}: {difference}")
    click.echo(f"{counted} dossier(s) computed anew, {differing} with differences.")
    if differing:
        raise click.exceptions.Exit(1)


@click.command()
@_ROUND
@click.option("--definition", required=True, type=_FILE, help="A criteria set, or a scheme that names one in use.")
def whatif(round_id: int, definition: Path) -> None:
    """Say which level new rules would give each dossier."""
    moves: Counter[tuple[int, int]] = Counter()
    with application(reads=True):
        form = _form(definition)
        click.echo(f"By {form.name} version {form.version}; * where its findings are used, the claims elsewhere.\n")
        click.echo(f"{'dossier':>8}  {'now':>4}  {'new':>4}  {'unanswered':>10}    unit")
        for dossier in recomputing.what_if(round_id, form):
            moves[dossier.level, dossier.new_level] += 1
            click.echo(_line(dossier))
    click.echo("")
    for (old, new), count in sorted(moves.items()):
        click.echo(f"{count} dossier(s): level {old}" + (f" becomes {new}" if old != new else " stays"))
    changed = sum(count for (old, new), count in moves.items() if old != new)
    click.echo(f"{moves.total()} dossier(s), {changed} would reach another level.")


def _line(one: Comparison) -> str:
    mark = "*" if one.by_findings else " "
    classes = f" ({' -> '.join(title or '-' for title in one.classes)})" if any(one.classes) else ""
    levels = f"{one.level:>4}  {one.new_level:>4}  {one.unanswered or '-':>10}"
    return f"{one.dossier_id:>8}{mark} {levels}    {one.unit}{classes}"


def _form(file: Path) -> FormSpec:
    """The criteria set in a file, or the one its scheme names."""
    spec = read_file(file, resource("workflows"), resource("forms"))
    return spec if isinstance(spec, FormSpec) else catalogue.known().form_of(spec)
