"""The commands as a person types them: in this process, or each in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from certflow.cli import main
from certflow.config import Settings
from tests import snapshots

Certflow = Callable[..., Result]


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The surrounding environment has no say, and nothing is made in the folder the tests run in."""
    for name in [name for name in os.environ if name.startswith("CERTFLOW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def certflow() -> Certflow:
    """Runs a command in this process; `typed` is what its standard input holds."""

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)

    return run


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that name this test's database, set for this process and its children."""
    snapshots.not_for(settings.database_url)
    given = {"CERTFLOW_DIR": str(settings.data_dir), "CERTFLOW_DATABASE_URL": settings.database_url}
    given["CERTFLOW_AUDIT_KEY"] = settings.audit_key
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **given}


def in_its_own_process(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with further environment variables."""
    command = [sys.executable, "-m", "certflow", *arguments]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
