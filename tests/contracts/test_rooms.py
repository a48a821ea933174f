"""Where the web and the state machine may be imported, and that each package says what it holds.

The order of the rooms themselves is held by import-linter.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "certflow"
WEB = {"flask", "wtforms", "flask_wtf", "flask_login", "flask_babel", "flask_sqlalchemy", "flask_migrate", "werkzeug"}
WEB_FLOORS = {"app", "http", "desk"}
WEB_MODULES = {"pages", "forms", "words", "policy"}
NO_ROOMS = {"models", "law", "gateways", "cli", "demo", "jobs"}
STATE_MACHINE = {"law/workflow.py": {"transitions"}}

# What else imports the web, and why it must.
KNOWN = {
    "gateways/installation.py": ({"flask"}, "keeps with the current application what services use"),
    "models/base.py": ({"flask_sqlalchemy"}, "the session of the current application, and its pagination"),
    "jobs.py": ({"flask"}, "does each job inside an application"),
    "cli/application.py": ({"flask", "flask_babel", "werkzeug"}, "makes the application; speaks English to a terminal"),
    "cli/database.py": ({"flask", "flask_migrate"}, "runs the migrations"),
    "cli/practice.py": ({"flask", "flask_babel"}, "is given an application; speaks English to a terminal"),
    "cli/serving.py": ({"flask"}, "gives an application to the worker"),
}


def test_the_web_is_imported_by_pages_forms_words_and_policy_alone() -> None:
    web = {place: roots for place, roots in _imports(WEB).items() if not _is_web(place)}
    known = {place: roots for place, (roots, _why) in KNOWN.items()}

    assert {place: roots for place, roots in web.items() if roots - known.get(place, set())} == {}, (
        "a service takes as arguments what the web knows; move the rest to pages, forms, words or policy"
    )
    assert web == known, "KNOWN lists what is not imported any more"


def test_one_module_alone_knows_the_state_machine() -> None:
    assert _imports({"transitions"}) == STATE_MACHINE


def test_every_package_says_in_words_of_its_own_what_it_holds() -> None:
    said: dict[str, list[str]] = {}
    for place, tree in _modules():
        if place.endswith("__init__.py"):
            said.setdefault(ast.get_docstring(tree) or "", []).append(place)

    assert said.pop("", []) == [], "a package begins with a docstring"
    assert [places for places in said.values() if len(places) > 1] == [], "these say the same"


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def _is_web(place: str) -> bool:
    """Whether a module is the web's own: on its floors, or a room's pages, forms, words or policy."""
    floor, *rest = Path(place).with_suffix("").parts
    return floor in WEB_FLOORS or (floor not in NO_ROOMS and bool(WEB_MODULES & set(rest)))


def _imports(roots: set[str]) -> dict[str, set[str]]:
    """Which of these top-level packages each module imports anywhere in it; modules that import none are left out."""
    imports = {place: set(_imported(tree)) & roots for place, tree in _modules()}
    return {place: imported for place, imported in imports.items() if imported}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
