"""`certflow db`: making the database and bringing it up to date."""

import click
import flask_migrate
from flask import Flask
from sqlalchemy import inspect, make_url

from certflow.audit import anchors, roles, verification
from certflow.catalogue import catalogue, published
from certflow.cli.application import application, queue_is_ready, revisions
from certflow.config import Settings
from certflow.errors import SetupError
from certflow.gateways.installation import equipment
from certflow.models.base import db


@click.group("db")
def db_group() -> None:
    """Make the database or bring it up to date."""


@db_group.command()
@click.option("--despite-audit", is_flag=True, help="Take rows that the audit does not explain as they are.")
def upgrade(despite_audit: bool) -> None:
    """Create or update all tables; doing it again changes nothing.

    Where tables change, the audit is verified before and takes the changed rows in after.
    """
    with application(current=False, as_owner=True) as app:
        before, newest = revisions(app)
        if before != newest and not despite_audit:
            _require_audit()
        bring_up_to_date(app)
        after, _newest = revisions(app)
        _give_rights()
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


def _give_rights() -> None:
    """Where another role owns the tables, let the application's own role work with the rows."""
    own = Settings.from_environment()
    if own.owner_url:
        roles.give(db.session.connection(), make_url(own.database_url).username or "")
        db.session.commit()


def _require_audit() -> None:
    """Raise SetupError when rows were changed without an entry: a migration would hide that."""
    if not inspect(db.engine).has_table("audit_entry"):
        return
    result = verification.verify(anchors.read(anchors.usual_files()))
    if result.count:
        raise SetupError(
            f"the audit does not agree with the database ({result.count} faults, the first: {result.faults[0].words})",
            "certflow audit verify, and when it is explained: certflow db upgrade --despite-audit",
        )


def bring_up_to_date(app: Flask) -> None:
    """Run the migrations of the application and of the queue inside its context, and keep its definitions."""
    before, _newest = revisions(app)
    config = app.extensions["migrate"].migrate.get_config()
    flask_migrate.upgrade(directory=config.get_main_option("script_location"))
    equipment().queue.migrate()
    present, _newest = revisions(app)
    if before != present:
        verification.adopt(f"{before or 'empty'} to {present}")
        db.session.commit()
    publish_definitions()


def publish_definitions() -> None:
    """Keep the definitions in use; raises DefinitionError when one that was published before has changed."""
    published.publish(catalogue.definitions())
    db.session.commit()
