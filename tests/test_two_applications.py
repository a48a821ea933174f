"""Two applications in one process: each has its own settings, files, database and definitions."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from certflow.catalogue import catalogue, published
from certflow.config import Settings
from certflow.criteria import cases
from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.law.catalogue import Catalogue
from certflow.models.base import db
from tests import make

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def other(settings: Settings, sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """A second application, made after the first, that shares nothing with it."""
    from certflow.app import create_app

    folder = tmp_path / "other"
    folder.mkdir()
    url = f"sqlite:///{shutil.copyfile(sqlite_template, folder / 'certflow.sqlite3')}"
    files = (folder / "files").as_uri()
    other = create_app(
        replace(settings, data_dir=folder, database_url=url, storage_url=files, public_url="http://other")
    )
    yield other
    with other.app_context():
        db.engine.dispose()


def test_each_application_has_its_own_settings_and_files(app: Flask, other: Flask, settings: Settings) -> None:
    for key in ("first", "second"):
        with app.app_context():
            assert equipment().settings == settings
            equipment().storage.put(key, iter([b"of one"]))
            with other.app_context():
                assert equipment().settings.public_url == "http://other"
                assert not equipment().storage.exists(key)
            assert equipment().storage.exists(key)


def test_each_application_runs_on_its_own_definitions_and_their_cases(app: Flask, other: Flask) -> None:
    with app.app_context():
        shipped = catalogue.definitions()
        strict = shipped.workflow(*make.SCHEME)
    lax = replace(strict, transitions=tuple(replace(each, needs=()) for each in strict.transitions))
    with other.app_context():
        catalogue.use(Catalogue(shipped.workflows | {lax.key: lax}, shipped.forms))

    for _turn in range(2):
        with app.app_context():
            assert catalogue.workflows()[make.SCHEME].spec == strict
            assert all(outcome.passed for _case, outcome in cases.tried(strict))
            with other.app_context():
                assert catalogue.workflows()[make.SCHEME].spec == lax
                assert not all(outcome.passed for _case, outcome in cases.tried(lax))
            assert catalogue.definitions() is shipped


def test_what_one_application_publishes_the_other_does_not_know(app: Flask, other: Flask) -> None:
    with app.app_context():
        shipped = catalogue.definitions()
        published.publish(shipped)
        db.session.commit()
    for each in (app, other):
        with each.app_context():
            catalogue.use(Catalogue({}, {}))

    with app.app_context():
        assert catalogue.known().workflow(*make.SCHEME).states == shipped.workflow(*make.SCHEME).states
    with other.app_context(), pytest.raises(NotFound):
        catalogue.known().workflow(*make.SCHEME)
