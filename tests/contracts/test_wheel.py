"""The wheel is the whole application: unpacked anywhere, it finds definitions, pages, migrations, words."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUNDLED = ("workflows", "forms", "templates", "migrations")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which a freshly built wheel is unpacked."""
    built = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(built), cwd=ROOT)
    unpacked = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("certflow-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_the_wheel_carries_every_file_of_the_application(installed: Path) -> None:
    expected = {str(path.relative_to(ROOT)) for path in _files(ROOT / "certflow")}
    for folder in BUNDLED:
        expected |= {f"certflow/bundled/{path.relative_to(ROOT)}" for path in _files(ROOT / folder)}
    carried = {str(path.relative_to(installed)) for path in _files(installed / "certflow")}

    assert expected - carried == set(), "left behind; see [tool.hatch.build.targets.wheel] in pyproject.toml"
    assert carried - expected == set(), "in the wheel, but not in the project"


def test_the_unpacked_wheel_loads_its_own_definitions_in_another_folder(installed: Path, tmp_path: Path) -> None:
    loaded = _run(sys.executable, "-c", "import certflow; print(certflow.__file__)", cwd=tmp_path, path=installed)
    table = _run(sys.executable, "-m", "certflow", "check", cwd=tmp_path, path=installed)

    assert loaded.startswith(str(installed)), "the checkout was used instead of the wheel"
    assert "commune_recognition" in table


def _files(folder: Path) -> list[Path]:
    """What is kept in the repository: no caches, no template of the catalogue."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".pot"))
    return [path for path in files if not path.name.startswith(".")]


def _run(*command: str, cwd: Path, path: Path | None = None) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CERTFLOW_")}
    environment |= {"PYTHONPATH": str(path or ""), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
