"""`certflow people import`: many accounts and appointments from a spreadsheet, as the page makes them."""

from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from certflow.cli.application import application
from certflow.models.base import db
from certflow.people import importing
from certflow.people.columns import heading, read
from certflow.people.plan import PeoplePlan, plan_for

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("people")
def people_group() -> None:
    """Make many people at once."""


@people_group.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Tell what would be made, and make nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Make accounts and appointments from FILE (.xlsx, or CSV in UTF-8), all of them or none.

    Ends with 1 when something is wrong with a row, and tells all of it at once. Doing it twice makes nothing twice.
    """
    content = file.read_bytes()
    with application(reads=dry_run):
        if dry_run:
            plan = plan_for(read(content))
        else:
            plan, _sent = importing.create_at_once(content, file.name)
        if plan.faults:
            Console().print(_faults(plan))
            raise click.ClickException(f"{len(plan.faults)} to correct; nothing was made")
        db.session.commit()
        click.echo(_summary(plan, dry_run))


def _summary(plan: PeoplePlan, dry_run: bool) -> str:
    appointments = plan.count("new", "further", "known")
    counts = f"{plan.count('new')} accounts and {appointments} appointments"
    there = f"{plan.count('there')} rows are there already"
    return f"Would make {counts}; {there}." if dry_run else f"Made {counts}; {there}."


def _faults(plan: PeoplePlan) -> Table:
    table = Table(title="To correct", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("Row", "Column", "What stands there", "What to do"):
        table.add_column(head, overflow="fold")
    for fault in plan.faults:
        table.add_row(str(fault.row), heading(fault.column), escape(fault.given), escape(fault.reason))
    return table
