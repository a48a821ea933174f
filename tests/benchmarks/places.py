"""The application on a database of its own, for a measurement; each kind of database is migrated once in a process."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from certflow.app import create_app
from certflow.gateways.installation import equipment
from certflow.models.base import db
from tests import postgres
from tests.applications import migrate, settings_in

_until_the_end = ExitStack()
atexit.register(_until_the_end.close)


@contextmanager
def application(database: str) -> Iterator[Flask]:
    """The application on an empty "sqlite" or "postgresql" database that vanishes afterwards."""
    with tempfile.TemporaryDirectory(prefix="certflow-bench-") as name:
        folder = Path(name)
        if database == "sqlite":
            path = shutil.copyfile(_migrated_file(), folder / "certflow.sqlite3")
            with _made(folder, f"sqlite:///{path}") as app:
                yield app
            return
        with postgres.database(_server(), _migrated_database()) as url, _made(folder, url) as app:
            yield app


@contextmanager
def _made(folder: Path, url: str) -> Iterator[Flask]:
    app = create_app(settings_in(folder, url))
    with app.app_context():
        queue = equipment().queue
    try:
        yield app
    finally:
        queue.close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@cache
def _folder() -> Path:
    return Path(_until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="certflow-bench-")))


@cache
def _migrated_file() -> Path:
    path = _folder() / "template.sqlite3"
    migrate(settings_in(_folder(), f"sqlite:///{path}"))
    return path


@cache
def _server() -> sa.URL:
    return _until_the_end.enter_context(postgres.server())


@cache
def _migrated_database() -> str:
    migrated = postgres.template(_server(), lambda url: migrate(settings_in(_folder(), url)))
    return _until_the_end.enter_context(migrated)
