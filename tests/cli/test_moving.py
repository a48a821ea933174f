"""`certflow definitions move`: told first, done on request, finished when it was cut off."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.catalogue import catalogue
from certflow.config import Settings, resource
from certflow.dossiers import moving
from certflow.models import row_security
from certflow.models.base import db
from tests import make, versions
from tests.cli.conftest import Certflow

TARGET = "dong_nai_commune_recognition:3"
FIRST = "Tuyên truyền về học tập suốt đời"


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped definitions with a second version beside them, in which the first question is another one."""
    folders = {name: Path(shutil.copytree(resource(name), tmp_path / name)) for name in ("workflows", "forms")}
    versions.write(folders["workflows"], folders["forms"], lambda text: text.replace(FIRST, "Vận động học tập"))
    monkeypatch.setattr(catalogue, "resource", lambda name: folders.get(name) or resource(name))


@pytest.fixture
def engine(settings: Settings) -> sa.Engine:
    made = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    row_security.prepare(made)
    return made


@pytest.fixture
def round_id(app: Flask, environment: dict[str, str]) -> str:
    """A round with a draft that answers the first question, one that does not, a filed and a decided dossier."""
    with app.app_context():
        made = make.dossier(claims={"1.1": {"value": "yes"}})
        make.dossier()
        make.dossier(at="submitted")
        make.dossier(at="declined")
        make.person("administrator", name="quantri")
        found = made.round_id
        db.session.remove()
        return str(found)


def _moved(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("select workflow_version from dossier order by id")))


def test_without_yes_it_tells_of_each_dossier_and_changes_nothing(
    certflow: Certflow, newer: None, round_id: str, engine: sa.Engine
) -> None:
    told = certflow("definitions", "move", "--round", round_id, "--to", TARGET)

    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[0] == ("dossier 1, Xã Xuân Tây: can move. Answers of the self-assessment to confirm again: 1.1.")
    assert lines[1] == "dossier 2, Xã Sông Ray: can move"
    assert lines[2].endswith("stays. Questions that the unit can no longer answer have changed (1.1): return it first.")
    assert lines[3].endswith("stays. The dossier is decided; a decided dossier never moves.")
    assert lines[4:] == ["2 can move, 2 stays.", "Nothing was changed; --yes --by ADMINISTRATOR does it."]
    assert certflow("definitions", "move", "--round", round_id, "--to", TARGET, "--dry-run").output == told.output
    assert _moved(engine) == [1, 1, 1, 1]


def test_with_yes_it_is_done_in_the_name_of_an_administrator_and_again_is_nothing(
    certflow: Certflow, newer: None, round_id: str, engine: sa.Engine
) -> None:
    command = ("definitions", "move", "--round", round_id, "--to", TARGET, "--yes", "--by", "Quantri")
    first, second = certflow(*command), certflow(*command)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert first.output.splitlines()[-1] == "2 moved, 2 stays."
    assert second.output.splitlines()[-1] == "2 had this version, 2 stays."
    assert _moved(engine) == [3, 3, 1, 1]
    with engine.connect() as connection:
        query = sa.text("select dossier_id, action, note from history_entry where action like 'move:%' order by 1")
        assert [tuple(row) for row in connection.execute(query)] == [(1, "move:1:3", "1.1"), (2, "move:1:3", "")]
        assert connection.scalar(sa.text("select workflow_version from round")) == 3


def test_cut_off_after_any_commit_a_second_time_finishes(
    certflow: Certflow, newer: None, round_id: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 1)
    move_some, command = moving.move_some, ("definitions", "move", "--round", round_id, "--to", TARGET)

    def cut_off(*given: object, after: int = 0, **named: object) -> list[moving.MoveResult]:
        if after == 1:
            move_some(*given, after=after, **named)  # type: ignore[arg-type]
            raise KeyboardInterrupt
        return move_some(*given, after=after, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as cut:
        cut.setattr(moving, "move_some", cut_off)
        certflow(*command, "--yes", "--by", "quantri")
    assert _moved(engine) == [3, 1, 1, 1]

    assert certflow(*command, "--yes", "--by", "quantri").exit_code == 0
    assert _moved(engine) == [3, 3, 1, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_said(certflow: Certflow, newer: None, round_id: str, app: Flask) -> None:
    with app.app_context():
        make.person("commune_officer", name="canbo")
        db.session.remove()
    move = ("definitions", "move", "--round", round_id, "--to")
    wrong = {
        (TARGET, "--yes"): 2,
        (TARGET, "--yes", "--dry-run", "--by", "quantri"): 2,
        (TARGET, "--yes", "--by", "nobody"): 1,
        (TARGET, "--yes", "--by", "canbo"): 1,
        ("nothing", "--dry-run"): 2,
        ("commune_recognition:1",): 1,
        ("dong_nai_commune_recognition:9",): 1,
    }
    for arguments, code in wrong.items():
        told = certflow(*move, *arguments)
        assert told.exit_code == code, (arguments, told.output)
        assert told.stderr
    assert certflow("definitions", "move", "--round", "99", "--to", TARGET).exit_code == 1
