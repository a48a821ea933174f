"""`certflow units`: importing both epochs, and applying a resolution from a file."""

from pathlib import Path

import pytest
from flask import Flask

from certflow.catalogue import units
from certflow.models.base import db
from certflow.models.units import Unit
from tests import make
from tests.cli.conftest import Certflow
from tests.resolutions import day, table

pytestmark = pytest.mark.usefixtures("environment")


def test_a_province_is_imported_with_its_counts_and_once(app: Flask, certflow: Certflow) -> None:
    first = certflow("units", "import", "--province", "Lạng Sơn")
    second = certflow("units", "import", "--province", "Lạng Sơn")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "Since 01/07/2025: 65 unit(s) new, 205 ended." in first.output
    assert "not from the resolutions' own text" in first.output
    assert "Nothing was left unlinked." in first.output
    assert "Until 30/06/2025: 0 unit(s) new, 206 already there." in second.output
    assert "Since 01/07/2025: 0 unit(s) new, 0 ended." in second.output
    with app.app_context():
        assert db.session.query(Unit).filter_by(kind="country").count() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_epoch_can_be_imported_alone_and_brought_forward(app: Flask, certflow: Certflow) -> None:
    legacy = certflow("units", "import", "--province", "dong nai", "--epoch", "legacy")
    both = certflow("units", "import", "--province", "dong nai")

    assert "1 province(s), 11 district(s), 159 commune(s): 171 new" in legacy.output
    assert "Until 30/06/2025: 123 unit(s) new, 171 already there." in both.output
    with app.app_context():
        assert len(units.of_kind("province")) == 1


def test_a_resolution_is_told_in_tables_then_applied_once(app: Flask, certflow: Certflow, tmp_path: Path) -> None:
    with app.app_context():
        make.dossier("submitted", unit=make.unit())
    file = tmp_path / "nghị quyết.csv"
    rows = ("merge;26000;commune;90000;Xã Mới;;;", "merge;26001;commune;90000;;;;", "rename;26003;commune;;Xã Ba;;;")
    file.write_bytes(table(*rows))

    dry = certflow("units", "apply", str(file), "--dry-run")
    with app.app_context():
        assert units.by_code("26000").name == "Xã Xuân Tây"
    done = certflow("units", "apply", str(file))
    again = certflow("units", "apply", str(file))

    assert (dry.exit_code, done.exit_code, again.exit_code) == (0, 0, 1), dry.output + done.output
    for words in (
        "Xã Xuân Tây, Xã Sông Ray",
        "name: Xã Bảo Bình -> Xã Ba",
        "1 open dossier(s)",
        "Nothing was changed.",
    ):
        assert words in dry.output
    assert "1 made, 2 ended, 1 changed" in done.output
    assert "was already applied on" in again.output
    with app.app_context():
        assert units.by_code("90000").name == "Xã Mới"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_stands_against_a_file_ends_the_command_with_words(app: Flask, certflow: Certflow, tmp_path: Path) -> None:
    with app.app_context():
        make.units()
    file = tmp_path / "a.csv"
    for content, words in (
        (table("end;740;district;;;;;"), "Row 8: Xã Xuân Tây (26000) would have no unit above it."),
        (table("rename;26000;commune;;;;;"), "Row 8, “new name”"),
        (table("rename;26000;commune;;Xã X;;;", on=day(-1)), "it can be applied from that day on"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ):
        file.write_bytes(content)
        for options in ((), ("--dry-run",)):
            answer = certflow("units", "apply", str(file), *options)
            assert answer.exit_code == 1, answer.output
            assert words in answer.output
