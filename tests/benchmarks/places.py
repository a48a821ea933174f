"""A migrated application on a database of its own, for a measurement."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask

from certflow.app import create_app
from certflow.config import Settings
from certflow.gateways.installation import equipment
from certflow.models.base import db
from tests import postgres


@contextmanager
def application(database: str) -> Iterator[Flask]:
    """The application on an empty "sqlite" or "postgresql" database that vanishes afterwards."""
    with tempfile.TemporaryDirectory(prefix="certflow-bench-") as name:
        folder = Path(name)
        if database == "sqlite":
            with _made(folder, f"sqlite:///{folder / 'certflow.sqlite3'}") as app:
                yield app
            return
        with postgres.server() as server, postgres.database(server, "template1") as url, _made(folder, url) as app:
            yield app


@contextmanager
def _made(folder: Path, url: str) -> Iterator[Flask]:
    files = (folder / "files").as_uri()
    app = create_app(Settings(folder, url, files, secret_key="only-for-benchmarks", testing=True))
    with app.app_context():
        flask_migrate.upgrade()
        queue = equipment().queue
    queue.migrate()
    try:
        yield app
    finally:
        queue.close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
