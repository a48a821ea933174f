"""Code stays small enough to be read at one sitting; ruff holds complexity.

Files have no ceiling, for what belongs together stays together; functions, tests and folders have one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.contracts import measures

ROOT = Path(__file__).parents[2]
FUNCTION, TEST, MODULES = 30, 60, 15


def test_no_room_has_more_modules_than_its_ceiling() -> None:
    room, modules = measures.largest_folder(measures.PACKAGE)

    assert modules <= MODULES, f"{room} has {modules} modules, at most {MODULES}: split this room by its nouns"


def test_no_modules_import_each_other() -> None:
    circles = [" and ".join(circle) for circle in measures.cycles(measures.PACKAGE)]

    assert not circles, "Turn one of these imports round, or put its names together:\n" + "\n".join(circles)


def test_no_function_is_longer_than_its_ceiling() -> None:
    told = []
    for path in _sources():
        for function in _functions(path):
            lines = (function.end_lineno or 0) - function.lineno + 1
            is_test = path.name.startswith("test_") and function.name.startswith("test_")
            ceiling = TEST if is_test else FUNCTION
            if lines > ceiling:
                place = f"{path.relative_to(ROOT)}:{function.lineno}"
                told.append(f"{place} {function.name}: {lines} lines, at most {ceiling}")

    assert not told, "Give a part of these a name of its own:\n" + "\n".join(told)


def _sources() -> Iterator[Path]:
    """All Python files but the migrations themselves, which nobody shortens after they ran."""
    for folder in ("certflow", "tests", "migrations"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if path.parent.name != "versions")


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
