"""`certflow db`: making the database and bringing it up to date."""

import click
import flask_migrate
from flask import Flask

from certflow.catalogue import catalogue, published
from certflow.cli.application import application, queue_is_ready, revisions
from certflow.errors import SetupError
from certflow.gateways.installation import equipment
from certflow.models.base import db


@click.group("db")
def db_group() -> None:
    """Make the database or bring it up to date."""


@db_group.command()
def upgrade() -> None:
    """Create or update all tables; doing it again changes nothing."""
    with application(current=False) as app:
        before, _newest = revisions(app)
        bring_up_to_date(app)
        after, _newest = revisions(app)
    click.echo(f"The database is at revision {after}" + (" already." if before == after else "."))


@db_group.command()
def status() -> None:
    """Say whether the database is up to date; ends with 2 when it is not."""
    with application(current=False) as app:
        present, newest = revisions(app)
        ready = queue_is_ready()
    click.echo(
        f"database: {present or 'empty'}, application: {newest}, background work: {'ready' if ready else 'missing'}"
    )
    if present != newest or not ready:
        raise SetupError("the database is not up to date", "certflow db upgrade")


def bring_up_to_date(app: Flask) -> None:
    """Run the migrations of the application and of the queue inside its context, and keep its definitions."""
    config = app.extensions["migrate"].migrate.get_config()
    flask_migrate.upgrade(directory=config.get_main_option("script_location"))
    equipment().queue.migrate()
    publish_definitions()


def publish_definitions() -> None:
    """Keep the definitions in use; raises DefinitionError when one that was published before has changed."""
    published.publish(catalogue.definitions())
    db.session.commit()
