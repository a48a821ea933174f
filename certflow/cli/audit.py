"""`certflow audit`: the chain of entries compared with the database, and its anchors."""

from pathlib import Path

import click

from certflow.audit import anchors, roles, verification
from certflow.audit.verification import Verification
from certflow.cli.application import application
from certflow.gateways.installation import equipment
from certflow.models.base import db

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TOLD = 100
_OWNER = """Warning: the application's own role owns the tables, so whoever has it can take their triggers away.
  -> set CERTFLOW_OWNER_URL, and CERTFLOW_DATABASE_URL to an ordinary role; then certflow db upgrade"""


@click.group("audit")
def audit_group() -> None:
    """Show that nothing was changed but by acts on record."""


@audit_group.command()
@click.option("--anchors", "files", multiple=True, type=_FILE, help="A file of anchors; without it, the setting's.")
@click.option("--storage", is_flag=True, help="Read every stored file, too.")
def verify(files: tuple[Path, ...], storage: bool) -> None:
    """Compare the whole chain, every audited row and the anchors.

    Ends with 1 when something does not agree.
    """
    with application(reads=True):
        told = anchors.read(files or anchors.usual_files())
        result = verification.verify(told, files=storage, progress=_progress)
        if roles.owns_tables(db.session.connection()):
            click.echo(_OWNER, err=True)
    tell(result, "The audit agrees.")


@audit_group.command()
def anchor() -> None:
    """Anchor the chain outside now."""
    with application():
        told = anchors.tell()
        db.session.commit()
        place = equipment().settings.anchors
    click.echo(f"Entry {told.number} is anchored in {place}." if told else "There is nothing to anchor yet.")


def tell(result: Verification, whole: str) -> None:
    """Say what was compared and what does not agree; ends the command with 1, or says that all is `whole`."""
    click.echo(
        f"{result.entries} entries, {result.rows} rows, {result.files} files and {result.anchors} anchors compared."
    )
    for fault in result.faults[:_TOLD]:
        click.echo(f"{fault.kind}: {fault.words}")
    if result.count > _TOLD:
        click.echo(f"... and {result.count - _TOLD} more")
    if result.count:
        click.echo(f"{result.count} fault(s).")
        raise click.exceptions.Exit(1)
    click.echo(whole)


def _progress(step: str, count: int) -> None:
    click.echo(f"{step}: {count}", err=True)
