"""`certflow db`, `clock`, `units` and `user`, on both databases."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from certflow import clock
from certflow.config import Settings
from certflow.models.running.clocks import ClockNote
from tests.cli.conftest import Certflow, in_its_own_process

PASSWORD = "một hai ba bốn năm\n"


@pytest.fixture
def engine(settings: Settings) -> sa.Engine:
    return sa.create_engine(settings.database_url, poolclass=sa.NullPool)


def _scalar(engine: sa.Engine, query: str) -> object:
    with engine.connect() as connection:
        return connection.scalar(sa.text(query))


def test_upgrade_makes_an_empty_database_and_a_repeat_changes_nothing(
    certflow: Certflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CERTFLOW_DIR", str(tmp_path / "new"))

    before = certflow("db", "status")
    first, second = certflow("db", "upgrade"), certflow("db", "upgrade")
    after = certflow("db", "status")

    assert before.exit_code == 2
    assert "-> certflow db upgrade" in before.stderr
    assert [done.exit_code for done in (first, second, after)] == [0, 0, 0]
    assert "already" in second.output
    assert "background work: ready" in after.output


@pytest.mark.parametrize(
    "command", [("units", "import"), ("serve",), ("worker",), ("user", "appoint", "a", "--role", "b")]
)
def test_a_database_that_is_not_upgraded_is_refused_with_the_command(
    certflow: Certflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CERTFLOW_DIR", str(tmp_path / "new"))

    done = certflow(*command)

    assert done.exit_code == 2
    assert "the database is empty" in done.stderr
    assert "-> certflow db upgrade" in done.stderr


def test_an_outdated_database_is_refused(certflow: Certflow, environment: dict[str, str], engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0000'"))

    assert "is at revision 0000" in certflow("serve").stderr


def test_a_database_that_does_not_answer_is_told_in_words() -> None:
    done = in_its_own_process("db", "status", CERTFLOW_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert done.returncode == 2
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_told_in_words(certflow: Certflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTFLOW_PDF_ENGINE", "quill")

    done = certflow("db", "status")

    assert done.exit_code == 2
    assert "set CERTFLOW_PDF_ENGINE=typst or pdfkit" in done.stderr


def test_units_of_a_province_are_imported_once(
    certflow: Certflow, environment: dict[str, str], engine: sa.Engine
) -> None:
    first = certflow("units", "import", "--province", "Đồng Nai", "--epoch", "legacy")
    second = certflow("units", "import", "--province", "dong nai", "--epoch", "legacy")

    assert "1 province(s), 11 district(s), 159 commune(s): 171 new, 0 already there." in first.output
    assert "0 new, 171 already there." in second.output
    assert _scalar(engine, "select count(*) from unit") == 172, "the units and the country"


def test_a_province_that_does_not_exist_is_refused(certflow: Certflow, environment: dict[str, str]) -> None:
    done = certflow("units", "import", "--province", "Đồng Nia")

    assert done.exit_code == 1
    assert "Đồng Nia" in done.stderr


def test_the_first_administrator_is_made_from_the_command_line(
    certflow: Certflow, environment: dict[str, str], engine: sa.Engine
) -> None:
    done = certflow(
        "user", "add-administrator", "QuanTri", "--full-name", "Đào Quang Minh", "--password-stdin", typed=PASSWORD
    )

    assert done.exit_code == 0, done.output
    assert _scalar(engine, "select role from appointment") == "administrator"
    kept = str(_scalar(engine, "select password_hash from user_account where sign_in_name = 'quantri'"))
    assert kept.startswith("$argon2id$")


def test_a_password_is_asked_twice_and_not_shown(
    certflow: Certflow, environment: dict[str, str], engine: sa.Engine
) -> None:
    done = certflow("user", "add", "canbo", "--full-name", "Trần Thị Thử", typed=PASSWORD * 2)

    assert done.exit_code == 0, done.output
    assert PASSWORD.strip() not in done.output
    assert _scalar(engine, "select count(*) from appointment") == 0


def test_a_person_is_appointed_at_a_unit(certflow: Certflow, environment: dict[str, str], engine: sa.Engine) -> None:
    certflow("units", "import", "--province", "75", "--epoch", "legacy")
    certflow("user", "add", "truongphong", "--full-name", "Lê Văn Thử", "--password-stdin", typed=PASSWORD)

    done = certflow(
        "user", "appoint", "truongphong", "--role", "education_head", "--unit", "739", "--from", "01/02/2024"
    )

    assert "truongphong is education_head at Huyện Cẩm Mỹ." in done.output
    assert str(_scalar(engine, "select starts_on from appointment")) == "2024-02-01"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "x", "--full-name", "Người Thử", "--password-stdin"), "at least 3 letters"),
        (("add", "canbo", "--full-name", "Người Thử", "--password-stdin"), "This sign-in name is taken"),
        (("appoint", "nobody", "--role", "administrator"), "Nobody signs in as nobody"),
        (("appoint", "canbo", "--role", "mayor"), "commune_chair"),
        (("appoint", "canbo", "--role", "commune_chair", "--unit", "75"), "Choose the unit"),
        (("appoint", "canbo", "--role", "commune_chair", "--unit", "000"), "There is no unit with code 000"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    certflow: Certflow, environment: dict[str, str], arguments: tuple[str, ...], told: str
) -> None:
    certflow("units", "import", "--province", "75", "--epoch", "legacy")
    certflow("user", "add", "canbo", "--full-name", "Trần Thị Thử", "--password-stdin", typed=PASSWORD)

    done = certflow("user", *arguments, typed=PASSWORD)

    assert done.exit_code in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_each_command_in_one_line(certflow: Certflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = certflow("--help").output.partition("Commands:\n")[2].splitlines()

    names = [
        "audit",
        "backup",
        "check",
        "clock",
        "db",
        "definitions",
        "demo",
        "doctor",
        "draw",
        "people",
        "recompute",
        "restore",
        "serve",
        "units",
        "user",
        "whatif",
        "worker",
    ]
    assert [line.split()[0] for line in listed] == names
    assert all(line.endswith(".") and not line.endswith("...") for line in listed), listed


def test_a_clock_that_was_set_back_is_told_and_the_time_that_is_right_is_accepted(
    certflow: Certflow, environment: dict[str, str], engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(ClockNote).values(latest=clock.now() + dt.timedelta(hours=1)))

    told = certflow("clock")
    assert (told.exit_code, "s later before: set it right, or: certflow clock --accept" in told.output) == (1, True)
    assert certflow("clock", "--accept").exit_code == 0
    assert certflow("clock").exit_code == 0
