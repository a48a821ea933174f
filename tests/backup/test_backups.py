"""A backup made while people work is restored into an empty place, where everything is opened and hashed."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.backup import backups
from certflow.config import Settings
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from tests import make, postgres
from tests.assessment.test_evidence import attach
from tests.cli.conftest import Certflow, certflow, environment  # noqa: F401 - fixtures
from tests.gateways import samples

pytestmark = pytest.mark.usefixtures("environment", "_postgres_programs")
FILES = 6


@pytest.fixture
def _postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTFLOW_PG_BIN", str(postgres.programs()))


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of another installation, whose data folder, storage and database are empty."""
    variables = {"CERTFLOW_DIR": str(tmp_path / "elsewhere"), "CERTFLOW_AUDIT_KEY": ""}
    if settings.database_url.startswith("sqlite"):
        yield variables | {"CERTFLOW_DATABASE_URL": ""}
        return
    with postgres.beside(settings.database_url) as superuser:
        name = f"elsewhere_{uuid.uuid4().hex[:12]}"
        superuser.exec_driver_sql(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0")
        url = sa.make_url(settings.database_url).set(database=name).render_as_string(hide_password=False)
        yield variables | {"CERTFLOW_DATABASE_URL": url}
        superuser.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def filled(app: Flask) -> None:
    """A decided dossier, and one with files."""
    with app.app_context():
        make.dossier("recognised_level_2")
        dossier = make.dossier()
        for width in range(8, 8 + FILES):
            attach(dossier, samples.picture("PNG", width), f"{width}.png")
        db.session.remove()


def moved(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("filled")
def test_a_backup_is_restored_into_an_empty_place_and_everything_agrees_there(
    certflow: Certflow,  # noqa: F811
    elsewhere: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: Settings,
) -> None:
    place = str(tmp_path / "backup")

    made = [certflow("backup", place) for _twice in range(2)]
    moved(monkeypatch, elsewhere)
    done = certflow("restore", place)
    whole = certflow("doctor", "--hashes")
    again = certflow("restore", place)

    assert [each.exit_code for each in made] == [0, 0], made[0].stderr
    assert f"{FILES} files" in made[0].output
    assert done.exit_code == 0, done.stderr
    assert "keys: secret-key, audit-key" in done.output
    assert whole.exit_code == 0, whole.output
    assert f"{FILES} files" in whole.output
    assert "Everything is whole." in whole.output
    assert again.exit_code == 2
    assert "the database is not empty" in again.stderr
    assert len(certflow("restore", place, "--list").output.split()) == 2
    key = tmp_path / "elsewhere" / "audit-key"
    assert key.read_text() == settings.audit_key
    assert key.stat().st_mode & 0o077 == 0
    assert json.loads((settings.data_dir / "last-backup.json").read_text())["where"] == place


@pytest.mark.usefixtures("filled")
def test_what_is_written_while_a_backup_is_made_does_not_disturb_it(
    certflow: Certflow,  # noqa: F811
    app: Flask,
    elsewhere: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    place, take, meanwhile = str(tmp_path / "backup"), backups.FileFolder.take, list[int]()

    def working(target: backups.FileFolder, key: str, sha256: str, source: backups.FileFolder) -> None:
        """Before the first file is copied, somebody attaches one more and changes a claim."""
        if not meanwhile:
            with app.app_context():
                dossier = db.session.scalars(sa.select(Dossier).order_by(Dossier.id.desc())).first()
                assert dossier is not None
                meanwhile.append(attach(dossier, samples.picture("PNG", 99), "99.png").id)
        take(target, key, sha256, source)

    monkeypatch.setattr(backups.FileFolder, "take", working)
    made = certflow("backup", place)
    moved(monkeypatch, elsewhere)
    done, whole = certflow("restore", place), certflow("doctor", "--hashes")

    assert meanwhile
    assert (made.exit_code, done.exit_code, whole.exit_code) == (0, 0, 0), whole.output
    assert f"{FILES} files" in whole.output


@pytest.mark.usefixtures("filled")
def test_a_dump_or_a_file_that_was_exchanged_in_the_backup_is_not_restored(
    certflow: Certflow,  # noqa: F811
    elsewhere: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    place = tmp_path / "backup"
    assert certflow("backup", str(place)).exit_code == 0
    moved(monkeypatch, elsewhere)
    (dump,) = place.glob("backups/*/database.dump")
    file = next(path for path in (place / "files").rglob("*") if path.is_file())
    whole = dump.read_bytes(), file.read_bytes()

    file.write_bytes(b"other")
    by_file = certflow("restore", str(place))
    file.write_bytes(whole[1])
    dump.write_bytes(whole[0][:-1] + b"x")
    by_dump = certflow("restore", str(place))
    dump.write_bytes(whole[0])

    assert "is not what was stored" in by_file.stderr
    assert "the dump is not what its manifest says" in by_dump.stderr
    assert certflow("restore", str(place)).exit_code == 0
    assert certflow("doctor", "--hashes").exit_code == 0


@pytest.mark.usefixtures("filled")
def test_the_doctor_names_missing_exchanged_and_superfluous_files(
    certflow: Certflow,  # noqa: F811
    app: Flask,
    settings: Settings,
) -> None:
    assert certflow("doctor").exit_code == 0
    first, second = sorted((settings.data_dir / "files" / "evidence").rglob("*/*"))[:2]
    first.unlink()
    second.write_bytes(b"other")
    with app.app_context():
        equipment().storage.put(superfluous := equipment().storage.new_key("evidence"), [b"left"])

    quick, thorough = certflow("doctor"), certflow("doctor", "--hashes")

    assert (quick.exit_code, thorough.exit_code) == (1, 1)
    assert f"no file: the file evidence/{first.parent.name}/{first.name} is missing" in quick.output
    assert f"no row: the file {superfluous} is named by no row" in quick.output
    assert "2 fault(s)." in quick.output
    assert "has other content" in thorough.output
    assert "3 fault(s)." in thorough.output
