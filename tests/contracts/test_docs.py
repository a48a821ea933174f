"""README and the pages under docs/ name only what exists, and the reference names every key of a definition."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from certflow.dossiers.effects import EFFECTS
from certflow.law.guards import GUARDS
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import IndicatorKind
from certflow.law.specs.outcome import PAPERS, PLACEHOLDERS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"(?:\.ci|certflow|docs|forms|migrations|templates|tests|workflows)/\S*\Z")
PLACEHOLDER = re.compile(r"<\w+>")
READS = {name for name in vars(Reader) if not name.startswith("_")} - {"fault", "part", "whole"}

on_every_document = pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)


@on_every_document
def test_every_path_that_a_page_names_exists(document: Path) -> None:
    """A placeholder such as `<room>` stands for any name."""
    paths = {word for code in CODE.findall(_prose(document)) for word in code.split() if PATH.match(word)}
    missing = [path for path in sorted(paths) if not any(ROOT.glob(PLACEHOLDER.sub("*", path).rstrip("/")))]

    assert not missing, f"{document.name} names what is not there: {missing}"


@on_every_document
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    broken = [link for link in LINK.findall(_prose(document)) if "://" not in link and not _leads(document, link)]

    assert not broken, f"{document.name} has links that lead nowhere: {broken}"


def test_the_list_of_pages_names_each_page_and_the_readme_leads_to_it() -> None:
    listed = set(LINK.findall((DOCS / "README.md").read_text()))

    assert listed == {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    assert "docs/README.md" in LINK.findall((ROOT / "README.md").read_text())


def test_the_readme_is_read_at_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 200, "move what is long to a page under docs/"


def test_the_reference_names_every_word_of_the_definition_language() -> None:
    words = {
        word for code in CODE.findall(_prose(DOCS / "definition-language.md")) for word in re.findall(r"\w+", code)
    }
    known = {*_keys(), *GUARDS, *EFFECTS, *PAPERS, *PLACEHOLDERS}
    known |= {kind for kinds in get_args(IndicatorKind) for kind in get_args(kinds) or (kinds,)}

    assert not known - words, f"say in docs/definition-language.md what these mean: {sorted(known - words)}"


def test_every_name_in_code_that_the_glossary_gives_exists() -> None:
    rows = [line.split("|") for line in (DOCS / "glossary.md").read_text().splitlines() if line.startswith("| ")]
    names = {name for row in rows for name in CODE.findall(row[3])}
    words = set(re.findall(r"\w+", "\n".join(path.read_text() for path in _code())))

    assert names, "the third column holds the names"
    assert not names - words, f"no code says these any more: {sorted(names - words)}"


def _prose(page: Path) -> str:
    """The page without its blocks of code, which hold examples."""
    return FENCED.sub("", page.read_text())


def _leads(page: Path, link: str) -> bool:
    name, _hash, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.is_file() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _keys() -> Iterator[str]:
    """The keys that the readers of definitions and of cases ask for, as far as they are written out."""
    for folder in ("reading", "cases"):
        for path in (ROOT / "certflow" / "law" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield from _key(node)


def _key(call: ast.Call) -> Iterator[str]:
    """The key in `reader.words("key")` or `_helper(reader, "key")`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in READS:
        places = call.args[:1]
    elif call.args and isinstance(call.args[0], ast.Name) and call.args[0].id == "reader":
        places = call.args[1:2]
    else:
        places = []
    yield from (place.value for place in places if isinstance(place, ast.Constant) and isinstance(place.value, str))


def _code() -> Iterator[Path]:
    for folder, pattern in (("certflow", "*.py"), ("workflows", "*.toml"), ("forms", "*.toml")):
        yield from (ROOT / folder).rglob(pattern)
