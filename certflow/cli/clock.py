"""`certflow clock`: the clocks of this machine and of the database."""

import click

from certflow.cli.application import application
from certflow.models.base import db
from certflow.models.running import clocks


@click.command()
@click.option("--accept", is_flag=True, help="The present time is right: forget a later one, which was wrong.")
def clock(accept: bool) -> None:
    """Compare the clocks of server and database.

    Ends with 1 while nothing can be decided because of them.
    """
    with application() as _app:
        if accept:
            clocks.accept(db.session())
            db.session.commit()
        now = clocks.read(db.session())
    click.echo(
        f"The database's clock says {now.at:%Y-%m-%d %H:%M:%S} UTC, {now.ahead.total_seconds():+.3f} s from ours."
    )
    if now.ran_backwards:
        click.echo(f"It was {now.behind.total_seconds():.0f} s later before: set it right, or: certflow clock --accept")
    raise click.exceptions.Exit(0 if now.trusted else 1)
