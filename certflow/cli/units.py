"""`certflow units`: the real administrative units from an installed data package, and further resolutions on them."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from certflow.cli.application import application
from certflow.errors import Invalid
from certflow.gateways.resolutions.file import MOST_BYTES
from certflow.gateways.unit_sources.data import UnitRow, legacy_units
from certflow.models.base import db
from certflow.units import importing, preview, resolutions, store
from certflow.units.importing import Imported
from certflow.units.preview import Preview, Share

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_CHANGES = {"rename": "name", "recode": "code", "move": "in"}
_LINKS = {
    "continue": "unit(s) go on, renamed or under another unit",
    "merge": "merged into others, whole or in part",
    "split": "part(s) that became a unit of their own",
    "tier_changed": "district(s) that became communes",
    "tier_removed": "district(s) ended without successor",
}


@click.group("units")
def units_group() -> None:
    """Import the real units, and apply resolutions."""


@units_group.command("import")
@click.option("--province", metavar="NAME", help="Only this province, by name or code; the whole country without it.")
@click.option("--epoch", type=click.Choice(["legacy", "both"]), default="both", show_default=True)
def import_(province: str | None, epoch: str) -> None:
    """Store the units of three tiers and, unless --epoch legacy, those of two since 01/07/2025 with their lineage.

    Known ones stay as they are. A province comes with those that were merged with it.
    """
    console = Console(stderr=True)
    with application():
        store.ensure_country()
        if epoch == "legacy":
            rows = list(legacy_units(province))
            imported = importing.import_units(
                track(rows, description="Importing units", console=console, transient=True)
            )
            db.session.commit()
            click.echo(_legacy_words(rows, imported))
            return
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Importing units", total=importing.ticks(province))
            linked = importing.import_both(province, lambda count: progress.advance(task, count))
            db.session.commit()
        _report(linked)


def _legacy_words(rows: Iterable[UnitRow], imported: Imported) -> str:
    counts = Counter(row.kind for row in rows)
    return (
        f"{counts['province']} province(s), {counts['district']} district(s), {counts['commune']} commune(s): "
        f"{imported.made} new, {imported.kept} already there."
    )


def _report(linked: importing.Linked) -> None:
    click.echo(f"Until 30/06/2025: {linked.legacy.made} unit(s) new, {linked.legacy.kept} already there.")
    click.echo(f"Since 01/07/2025: {len(linked.plan.made)} unit(s) new, {len(linked.plan.ended)} ended.")
    for kind, words in _LINKS.items():
        click.echo(f"  {linked.links[kind]:>6} {words}")
    click.echo(f"The links come from {importing.PACKAGE}, not from the resolutions' own text.")
    for words in importing.unlinked_words(linked.unlinked):
        click.echo(f"Not linked: {words}")
    if not linked.unlinked:
        click.echo("Nothing was left unlinked.")


@units_group.command("apply")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Change nothing and say what would happen.")
def apply(file: Path, dry_run: bool) -> None:
    """Apply a resolution from a CSV file: all of it in one transaction, once, on its day or later."""
    with application(reads=dry_run):
        if file.stat().st_size > MOST_BYTES:
            raise Invalid(f"{file} is larger than {MOST_BYTES // 1024**2} MB.")
        decree = resolutions.read(file.read_bytes())
        view = preview.of(decree)
        _show(view)
        if dry_run:
            _foresee(view)
            return
        resolutions.keep(file.read_bytes())
        resolutions.apply(decree, seen=view.plan.fingerprint)
        db.session.commit()
    click.echo(f"Resolution {decree.number} is applied.")


def _foresee(view: Preview) -> None:
    """What stands against it ends the command with 1."""
    for fault in view.plan.faults:
        click.echo(f"Row {fault.row}: {fault.words}")
    if view.plan.faults:
        raise click.exceptions.Exit(1)
    resolutions.refuse_if_not_open(view.decree)
    click.echo("Nothing was changed.")


def _show(view: Preview) -> None:
    decree, counted = view.decree, view.effects
    click.echo(f"{decree.number}, in force from {decree.effective_on:%d/%m/%Y}: {decree.title}\n")
    console = Console(width=max(Console().width, 100), highlight=False)
    for title, heads, rows in _tables(view):
        if rows:
            table = Table(*heads, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
            for row in rows:
                table.add_row(*row)
            console.print(table)
    click.echo(
        f"{len(view.made)} made, {len(view.ended)} ended, {len(view.changed)} changed. At ended units: "
        f"{counted.dossiers} open dossier(s) keep their places and are finished by the same people; {counted.people} "
        f"person(s) need a new appointment at a successor; {counted.titles} title(s) stay on record; "
        f"{counted.late} dossier(s) were begun since that day."
    )


def _tables(view: Preview) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    new_units: list[tuple[str, ...]] = [
        (unit.code, unit.name, unit.parent, _shares(unit.made_of)) for unit in view.made
    ]
    ended_units: list[tuple[str, ...]] = [
        (
            unit.code,
            unit.name,
            _shares(unit.goes_to) or "-",
            str(unit.at.dossiers),
            str(unit.at.people),
            str(unit.at.titles),
        )
        for unit in view.ended
    ]
    changed_units: list[tuple[str, ...]] = [
        (unit.code, unit.name, "; ".join(f"{_CHANGES[what]}: {was} -> {now}" for what, was, now in unit.pairs))
        for unit in view.changed
    ]
    return [
        ("Made", ("code", "unit", "in", "of"), new_units),
        ("Ended", ("code", "unit", "goes to", "open dossiers", "people", "titles"), ended_units),
        ("Changed", ("code", "unit", "what is new"), changed_units),
    ]


def _shares(shares: Iterable[Share]) -> str:
    return ", ".join(share.name + (" (part)" if share.extent == "part" else "") for share in shares)
