"""`certflow definitions diff`, `recompute` and `whatif`, and the refusal of a definition that changed silently."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.config import Settings, resource
from certflow.models import row_security
from tests import make
from tests.cli.conftest import Certflow

FORM = "learning_community_commune:1"
FILE = "circular_25_2023/commune.v1.toml"
COMMUNE = "kind = 'form' and name = 'learning_community_commune'"


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """A second version of the criteria in which the shares of level 2 are higher."""
    text = (resource("forms") / FILE).read_text(encoding="utf-8")
    file = tmp_path / "stricter.toml"
    file.write_text(text.replace("version = 1", "version = 2").replace("at_least = [60, 80]", "at_least = [60, 100]"))
    assert "[60, 100]" in file.read_text()
    return file


@pytest.fixture
def engine(settings: Settings) -> sa.Engine:
    made = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    row_security.prepare(made)
    return made


def test_diff_compares_names_and_files_without_a_database(certflow: Certflow, stricter: Path) -> None:
    same = certflow("definitions", "diff", FORM, str(resource("forms") / FILE))
    changed = certflow("definitions", "diff", FORM, str(stricter))
    mixed = certflow("definitions", "diff", FORM, "dong_nai_commune_recognition:1")
    unknown = certflow("definitions", "diff", FORM, "nothing:1")

    assert (same.exit_code, same.output) == (0, "Nothing changes.\n")
    assert "“80”" in changed.output
    assert "“100”" in changed.output
    assert (mixed.exit_code, unknown.exit_code) == (1, 2)
    assert FORM in unknown.stderr
    assert not os.path.exists("certflow-data")


def test_recompute_ends_with_1_when_something_differs(
    certflow: Certflow, environment: dict[str, str], app: Flask, engine: sa.Engine
) -> None:
    with app.app_context():
        round_id = make.dossier(at="recognised_level_1").round_id
    agreed = certflow("recompute", "--round", str(round_id))
    with engine.begin() as connection:
        connection.execute(sa.text("update submission set claimed_level = 2"))
    differing = certflow("recompute", "--round", str(round_id))

    assert (agreed.exit_code, agreed.output) == (0, "1 dossier(s) computed anew, 0 with differences.\n")
    assert differing.exit_code == 1
    assert "Xã Xuân Tây: filing 1 reaches level 1, but level 2 was recorded" in differing.output
    assert certflow("recompute", "--round", "99").exit_code == 1


def test_whatif_says_which_level_each_dossier_would_reach(
    certflow: Certflow, environment: dict[str, str], app: Flask, stricter: Path
) -> None:
    with app.app_context():
        round_id = make.dossier(at="recognised_level_2").round_id
        make.dossier()

    told = certflow("whatif", "--round", str(round_id), "--definition", str(stricter))

    assert told.exit_code == 0, told.output
    assert "1 dossier(s): level 2 becomes 1" in told.output
    assert "2 dossier(s), 1 would reach another level." in told.output


def test_a_published_definition_that_changed_is_refused_at_upgrade_and_at_the_start(
    certflow: Certflow, environment: dict[str, str], engine: sa.Engine
) -> None:
    first = certflow("db", "upgrade")
    with engine.begin() as connection:
        content = connection.scalar(sa.text(f"select content from published_definition where {COMMUNE}"))
        changed = str(content).replace('"at_least":[60,80]', '"at_least":[60,70]')
        query = sa.text(f"update published_definition set hash = 'x', content = :content where {COMMUNE}")
        connection.execute(query, {"content": changed})

    assert first.exit_code == 0
    for command in (("db", "upgrade"), ("serve",), ("worker",)):
        refused = certflow(*command)
        assert refused.exit_code == 1, refused.output
        assert f"forms/{FILE}: version 1 of learning_community_commune was published" in refused.stderr
        assert "from “70” to “80”" in refused.stderr
    assert certflow("check").exit_code == 0
