"""What every test may ask for: settings, the application on either database, a client, a served application.

A test that asks for `app`, `client` or `served` runs twice, on SQLite and on PostgreSQL, each time on an empty
database that was migrated once per process. To keep to one of them:
`@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.

The application is made once per process and kind of database, for its routes, templates and compiled statements are
the same in every test; what lives outside of it (database, files, queue, settings) is each test's own.

SQLite has one writer: commit what a test makes before asking `client` or `served`, which otherwise wait.

No application context is pushed here, so that code which forgets one fails; tests of services ask for
`inside_the_application`. pytest-flask would push a request context wherever a fixture is called `app`, which hides such
faults: `_push_request_context` below takes that back.
"""

import gc
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from certflow.config import Settings
from tests import postgres
from tests.applications import Applications, migrate, settings_in

pytest_plugins = ["tests.browser", "tests.mailbox", "tests.network", "tests.properties"]


# Each of these takes a minute or more, the longest first. Other journeys are not among them: several browsers at once
# hold each other up.
LONG = ("journeys/test_every_page", "cli/test_demo", "contracts/test_policy_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every process begin with its share of the longest tests, so that none works on alone at the end.

    xdist gives each process as many of the tests, one after the other, before it lets them take from each other.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    tests = Path(__file__).parent
    paths = {item: item.path.relative_to(tests).as_posix() for item in items}
    long = [item for start in LONG for item in items if paths[item].startswith(start)]
    others = iter([item for item in items if not paths[item].startswith(LONG)])
    count, ordered = len(items), list[pytest.Item]()
    for process in range(processes):
        end = len(ordered) + (count - len(ordered)) // (processes - process)
        ordered.extend(long[process::processes])
        ordered.extend(islice(others, max(end - len(ordered), 0)))
    items[:] = [*ordered, *others]


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.sqlite3"
    migrate(settings_in(folder, f"sqlite:///{path}"))
    assert not path.with_name(path.name + "-wal").exists(), "the migration left a connection open"
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    with postgres.server() as at:
        yield at


@pytest.fixture(scope="session")
def postgres_template(postgres_server: sa.URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.template(postgres_server, lambda url: migrate(settings_in(folder, url))) as name:
        yield name


@pytest.fixture(scope="session")
def postgres_copy(postgres_server: sa.URL, postgres_template: str) -> Iterator[postgres.Copy]:
    copy = postgres.Copy(postgres_server, postgres_template)
    yield copy
    copy.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database that only this test uses."""
    if request.param == "sqlite":
        path = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "certflow.sqlite3")
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres_copy").given() as url:
        yield url


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A free port of this machine, held from the start so that `settings.public_url` can name it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def settings(tmp_path: Path, database_url: str, listener: socket.socket) -> Settings:
    return settings_in(tmp_path, database_url, f"http://127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture(scope="session")
def applications() -> Iterator[Applications]:
    made = Applications()
    yield made
    made.close()


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of tests/snapshots.py, which all processes of a run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder / "snapshots" if worker_id == "master" else folder.parent / "snapshots"


@pytest.fixture
def app(settings: Settings, applications: Applications, snapshots: Path) -> Iterator[Flask]:
    with applications.at(settings, snapshots) as app:
        yield app


@pytest.fixture
def inside_the_application(app: Flask) -> Iterator[None]:
    """Services need the application's session and nothing of a request: the test runs inside one context."""
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Stands in for pytest-flask's fixture of this name, which would hide a missing context."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def served(app: Flask, settings: Settings, listener: socket.socket) -> Iterator[str]:
    """The address at which `app` answers over HTTP, from threads of this process, while the test runs."""
    host, port = listener.getsockname()
    server = make_server(host, port, app, threaded=True, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.public_url
    server.shutdown()
    thread.join()
    server.server_close()
