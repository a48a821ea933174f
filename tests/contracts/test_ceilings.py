"""Code stays small enough to be read at one sitting; ruff holds complexity."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE, FUNCTION, TEST, CONFTEST = 300, 30, 60, 150


def test_no_python_file_is_longer_than_its_ceiling() -> None:
    told = []
    for path in _sources():
        lines = len(path.read_text().splitlines())
        ceiling = CONFTEST if path.name == "conftest.py" else FILE
        if lines > ceiling:
            told.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {ceiling}")

    assert not told, "Split these along what they do, not by length:\n" + "\n".join(told)


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
