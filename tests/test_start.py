"""The start refuses what could lose a decision or break a rule, with all reasons at once."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from certflow import app as application
from certflow import config
from certflow.config import Settings
from certflow.errors import DefinitionError, SetupError
from certflow.models.base import db, prepare, require_strict_sqlite

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_sqlite_runs_as_strictly_as_decisions_need(settings: Settings) -> None:
    with application.create_app(settings).app_context():
        with db.engine.connect() as connection:
            pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        db.engine.dispose()

    assert pragmas == PRAGMAS


@pytest.fixture
def weakened(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'weak.sqlite3'}")
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("pragma", ["synchronous = NORMAL", "foreign_keys = OFF", "journal_mode = DELETE"])
def test_a_weaker_sqlite_is_refused_with_what_to_do(weakened: sa.Engine, pragma: str) -> None:
    @event.listens_for(weakened, "connect")
    def weaken(connection: sqlite3.Connection, _record: object) -> None:
        connection.cursor().execute(f"PRAGMA {pragma}")

    with weakened.connect() as connection, pytest.raises(SetupError) as refusal:
        require_strict_sqlite(connection)

    assert pragma.split()[0] in refusal.value.what
    assert "CERTFLOW_DIR" in refusal.value.command


@on_sqlite
def test_broken_definitions_stop_the_start_with_every_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {name: tmp_path / "broken" / name for name in ("workflows", "forms")}
    for name, folder in folders.items():
        for file in config.resource(name).rglob("*.v1.toml"):
            text = file.read_text(encoding="utf-8")
            copy = folder / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace("version = 1\n", "version = 0\n").replace("levels  = 2", ""), encoding="utf-8")
    monkeypatch.setattr("certflow.catalogue.catalogue.resource", lambda name: folders.get(name, config.resource(name)))

    with pytest.raises(DefinitionError) as refusal:
        application.create_app(settings)

    assert {fault.split(":")[0] for fault in refusal.value.faults} >= {
        f"workflows/{file.name}" for file in folders["workflows"].iterdir()
    } | {f"forms/{file.name}" for file in folders["forms"].iterdir()}


@on_sqlite
def test_a_storage_folder_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    with pytest.raises(SetupError) as refusal:
        application.create_app(replace(settings, storage_url=(tmp_path / "a-file" / "files").as_uri()))

    assert refusal.value.command
