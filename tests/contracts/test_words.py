"""What may not be written in the project: one machine's paths, package hosts, promises, idle drawers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "certflow", "docs", "forms", "migrations", "templates", "tests", "workflows")
SKIPPED = {".pyc", ".mo", ".png", ".ico", ".jpg", ".woff2"}
DRAWERS = {"utils", "helpers", "common", "constants", "types", "enums", "decorators", "mixins"}
BANNED = {
    "A path of one machine; read it from a setting or from `certflow.config.resource`": (
        r"(?<![\w.])/(?:work|root|farm|home/\w+)/|/tmp/\w+"
    ),
    "A package host; whoever installs chooses where from": (
        r"py[p]i[.]org|python[h]osted|registry[.]npm[j]s|deb[.]deb[i]an[.]org"
    ),
    "A promise for later; do it or leave it out": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b|Not[I]mplementedError",
    "A test that does not run shows nothing; say what is missing instead": (
        r"mark[.](?:skip|xfail)|pytest[.](?:skip|xfail)\("
    ),
    "How the project came about is nobody's need; say what it does": (
        r"(?i)co-authored-by|\b(?:generated|written|built|made) (?:by|with) (?:an? )?(?:ai|assistant|model)\b"
        r"|\b(?:language model|chatbot|copilot|sub-?agent|coding session)\b"
    ),
}


@pytest.mark.parametrize("why", BANNED)
def test_no_file_says_what_has_no_place_in_the_project(why: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in _texts()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(BANNED[why], line)
    ]

    assert not found, f"{why}:\n" + "\n".join(found)


def test_there_is_no_drawer_for_everything() -> None:
    drawers = [
        str(path.relative_to(ROOT))
        for folder in ("certflow", "tests")
        for path in (ROOT / folder).rglob("*")
        if (path.suffix == ".py" or path.is_dir()) and path.stem in DRAWERS
    ]

    assert not drawers, f"Name these after what they do; such a drawer only grows: {drawers}"


def _texts() -> Iterator[Path]:
    """The project's own files, this list of words left out."""
    beside = [path for path in ROOT.iterdir() if path.is_file()]
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted(beside + inside):
        if path.suffix not in SKIPPED and path != Path(__file__) and path.name != ".git":
            yield path
