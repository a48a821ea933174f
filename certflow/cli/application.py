"""The application as the commands use it: created from the settings, speaking English to the terminal."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import inspect
from werkzeug.utils import import_string

from certflow.audit import chain
from certflow.audit.chain import Occasion
from certflow.config import Settings
from certflow.errors import SetupError
from certflow.gateways.queue import is_queue_table
from certflow.models.base import begin_reading, db


def create(settings: Settings | None = None) -> Flask:
    """The application; it stands above the commands, so it is found by its name."""
    create_app: Callable[[Settings | None], Flask] = import_string("certflow.app:create_app")
    return create_app(settings)


@contextmanager
def application(*, current: bool = True, reads: bool = False, as_owner: bool = False) -> Iterator[Flask]:
    """The application with its context; the end commits nothing and closes every connection.

    `current` refuses an outdated database; `reads` leaves SQLite's write lock to others. With `as_owner` it connects as
    the role that owns the tables, where the settings name one.
    """
    settings = Settings.from_environment()
    owner = settings.owner_url if as_owner else ""
    app = create(replace(settings, database_url=owner) if owner else settings)
    with app.app_context(), force_locale("en"), chain.during(_occasion()):
        try:
            if current:
                require_current(app)
            begin_reading(reads)
            yield app
        finally:
            begin_reading(False)
            let_go()


def _occasion() -> Occasion:
    """The command and the account of the operating system that gave it; what was typed behind it may be secret."""
    command = click.get_current_context(silent=True)
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = str(os.getuid())
    return Occasion(command.command_path if command else "command", actor=account)


def let_go() -> None:
    """Give back the database's connections."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def revisions(app: Flask) -> tuple[str, str]:
    """The database's own revision ("" when it has none) and the newest one of the application."""
    scripts = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present or "", scripts.get_current_head() or ""


def queue_is_ready() -> bool:
    """Whether the tables of the background work are there; the worker itself tells when they are old."""
    look = inspect(db.engine)
    schema = None if db.engine.dialect.name == "sqlite" else "dbos"
    return any(is_queue_table(name) for name in look.get_table_names(schema=schema))


def require_current(app: Flask) -> None:
    """Raises SetupError unless the database is as this version needs it."""
    present, newest = revisions(app)
    if present != newest:
        finding = f"is at revision {present}" if present else "is empty"
        raise SetupError(f"the database {finding}, and this version needs revision {newest}", "certflow db upgrade")
    if not queue_is_ready():
        raise SetupError("the tables of the background work are missing", "certflow db upgrade")
