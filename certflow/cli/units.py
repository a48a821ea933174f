"""`certflow units`: the real administrative units from an installed data package."""

import click
from rich.console import Console
from rich.progress import track

from certflow.cli.application import application
from certflow.gateways.unit_data import legacy_units
from certflow.models.base import db
from certflow.services import units


@click.group("units")
def units_group() -> None:
    """Import the real administrative units."""


@units_group.command("import")
@click.option("--province", metavar="NAME", help="Only this province, by name or code; the whole country without it.")
def import_(province: str | None) -> None:
    """Store provinces, districts and communes as of 01/01-30/06/2025; known ones stay as they are."""
    with application():
        rows = list(legacy_units(province))
        console = Console(stderr=True)
        units.ensure_country()
        done = units.import_units(track(rows, description="Importing units", console=console, transient=True))
        db.session.commit()
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ("province", "district", "commune")}
    click.echo(
        f"{counts['province']} province(s), {counts['district']} district(s), {counts['commune']} commune(s): "
        f"{done.made} new, {done.kept} already there."
    )
