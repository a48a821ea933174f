"""The application under test: made once per process and kind of database, then moved from test to test.

The application is imported by what makes one, so that tests of pure rules start without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from certflow.config import Settings

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_NO_ONE = CHEAP.hash("nobody has this password")


class Applications:
    """The applications of this process that wait for a test, by the kind of their database."""

    def __init__(self) -> None:
        self._waiting: dict[str, Flask] = {}

    @contextmanager
    def at(self, settings: Settings, snapshots: Path) -> Iterator[Flask]:
        """An application on the database, the files and the queue of `settings`, with its configuration as made."""
        from tests.snapshots import used

        kind = settings.database_url.partition(":")[0]
        waiting = self._waiting.pop(kind, None)
        app = _installed(waiting, settings) if waiting else _movable(_created(settings))
        configured = dict(app.config)
        with _cheap_hashes(), patch("os.fsync", _at_once), used(app, snapshots, settings.data_dir / "files"):
            yield app
        app.config.clear()
        app.config.update(configured)
        if _connections(app):  # a test that keeps a connection keeps its application with it
            _let_go(app)
        else:
            self._waiting[kind] = app

    def close(self) -> None:
        """Give back all connections."""
        for app in self._waiting.values():
            _let_go(app)


@contextmanager
def _cheap_hashes() -> Iterator[None]:
    """A password is hashed in no time: what it costs in earnest is asked in tests/accounts/test_accounts.py."""
    from certflow.accounts import accounts

    with patch.multiple(accounts, _hasher=CHEAP, _NO_ONE=_NO_ONE):
        yield


def _at_once(_file: int) -> None:
    """No test cuts the power: nothing waits for the disk, on either database."""


def settings_in(folder: Path, database_url: str, public_url: str = "http://127.0.0.1") -> Settings:
    """Settings for tests, with the files in `folder`."""
    files = (folder / "files").as_uri()
    keys = "only-for-tests", "only-for-tests-too"
    return Settings(folder, database_url, files, *keys, public_url=public_url, testing=True)


def migrate(settings: Settings) -> None:
    """Bring an empty database to the newest version and leave no connection: a copied file must be whole."""
    import flask_migrate

    from certflow.gateways.queue import open_queue

    app = _created(settings)
    with app.app_context():
        flask_migrate.upgrade()
    queue = open_queue(settings.database_url)
    queue.migrate()
    queue.close()
    _let_go(app)


def _created(settings: Settings) -> Flask:
    from certflow.app import create_app

    return create_app(settings)


def _movable(app: Flask) -> Flask:
    """`app`, which opens each connection to the database that its configuration names at that moment."""
    from certflow.models.base import db

    def here(dialect: sa.Dialect, _record: object, arguments: list[object], named: dict[str, object]) -> None:
        arguments[:], further = dialect.create_connect_args(sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"]))
        named.update(further)

    def at_once(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    with app.app_context():
        sa.event.listen(db.engine, "do_connect", here)
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", at_once)
    return app


def _installed(app: Flask, settings: Settings) -> Flask:
    from certflow.app import install

    if app.config["SQLALCHEMY_DATABASE_URI"] != settings.database_url:
        _let_go(app)
        app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    install(app, settings)
    return app


def _connections(app: Flask) -> int:
    """How many connections are in use."""
    from certflow.models.base import db

    with app.app_context():
        pool = db.engine.pool
    assert isinstance(pool, sa.QueuePool)
    return pool.checkedout()


def _let_go(app: Flask) -> None:
    """Close the connections that are not in use."""
    from certflow.models.base import db

    with app.app_context():
        db.engine.dispose()
