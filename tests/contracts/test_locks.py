"""What is installed is locked: every package by version and hash, and nobody is told to fetch another `certflow`."""

import re
import tomllib
from contextlib import suppress
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)[^\n\\]*((?:\\\n +--hash=sha256:[0-9a-f]{64} ?)*)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9._-]+")


def test_both_locks_have_a_hash_for_every_package_and_agree() -> None:
    everything, production = _pins("constraints.txt"), _pins(".ci/production.txt")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]

    assert production.items() <= everything.items()
    assert _names([*project["dependencies"], *extras["units"], "hatchling", "editables"]) <= production.keys()
    assert _names(extras["test"]) <= everything.keys()
    assert "pytest" not in production


def test_no_instruction_fetches_the_unrelated_program_of_the_same_name() -> None:
    files = [path for folder in ("certflow", "docs", "templates", ".ci") for path in (ROOT / folder).rglob("*")]
    texts = {
        path: path.read_text()
        for path in [*files, ROOT / "README.md"]
        if path.suffix in ("", ".py", ".md", ".html", ".po") and path.is_file()
    }
    fetching = re.compile(r"pip[x3]? install [^\n#]*?(?<![/\w.-])'?certflow\b(?!/)")

    assert [str(path) for path, text in texts.items() if fetching.search(text)] == []


def test_the_readme_names_each_package_of_production_that_is_under_the_gpl() -> None:
    """The bill of materials takes licences from the same place."""
    copyleft = set()
    for package in _pins(".ci/production.txt"):
        with suppress(metadata.PackageNotFoundError):  # for other systems
            about = metadata.metadata(package)
            words = " ".join([about["License-Expression"] or "", *(about.get_all("Classifier") or [])])
            if re.search(r"(?<!L)GPL|General Public License", words) and not re.search(r"LGPL|Lesser", words):
                copyleft.add(about["Name"])

    assert copyleft == {"Unidecode"}
    assert "Unidecode (GPL" in (ROOT / "README.md").read_text()


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    pins = PIN.findall(text)
    assert len(pins) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)), "a line that is no pin"
    assert [package for package, _version, hashes in pins if "--hash=" not in hashes] == []
    return {_plain(package): version for package, version, _hashes in pins}


def _names(requirements: list[str]) -> set[str]:
    return {_plain(NAME.match(line)[0]) for line in requirements if NAME.match(line)}  # type: ignore[index]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
