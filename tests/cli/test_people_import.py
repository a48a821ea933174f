"""`certflow people import`, on both databases."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from certflow.config import Settings
from tests import lists
from tests.cli.conftest import Certflow

ADMINISTRATOR = {"role": "administrator", "unit": ""}


@pytest.mark.usefixtures("environment")
def test_a_list_is_tried_made_and_not_made_twice(certflow: Certflow, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(lists.people_csv(lists.person(**ADMINISTRATOR), lists.person(sign_in="hai", **ADMINISTRATOR)))

    tried = certflow("people", "import", str(file), "--dry-run")
    between = _accounts(settings)
    made, again = certflow("people", "import", str(file)), certflow("people", "import", str(file))

    assert [done.exit_code for done in (tried, made, again)] == [0, 0, 0]
    assert "Would make 2 accounts and 2 appointments; 0 rows are there already." in tried.output
    assert "Made 2 accounts and 2 appointments" in made.output
    assert "Made 0 accounts and 0 appointments; 2 rows are there already." in again.output
    assert (between, _accounts(settings)) == (0, 2)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_faults_end_with_1_and_are_all_told(certflow: Certflow, settings: Settings, tmp_path: Path) -> None:
    file, none = tmp_path / "people.xlsx", tmp_path / "none.xlsx"
    file.write_bytes(
        lists.people_xlsx(lists.person(**ADMINISTRATOR), lists.person(name="[red]", role="king", first="[/x]"))
    )
    none.write_bytes(b"%PDF")

    for options in ((), ("--dry-run",)):
        refused = certflow("people", "import", str(file), *options)
        assert refused.exit_code == 1
        assert "There is no such role" in refused.output
        assert "[/x]" in refused.output
        assert "2 to correct; nothing was made" in refused.output
    no_list = certflow("people", "import", str(none))

    assert no_list.exit_code == 1
    assert "No headings" in no_list.output
    assert _accounts(settings) == 0


def _accounts(settings: Settings) -> object:
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM user_account"))
