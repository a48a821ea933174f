"""Numbers by which the layout and the names of the code are judged: `python -m tests.contracts.measures [FOLDER]`.

FOLDER is the package to measure (certflow here by default), so that an earlier state can be compared with this one.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "certflow"
VAGUE = frozenset(
    {
        *("asked", "done", "entered", "found", "given", "gone", "held", "kept", "known", "made", "named", "one"),
        *("put", "said", "shown", "some", "stored", "taken", "told", "typed", "wanted", "written"),
    }
)


def largest_folder(package: Path) -> tuple[str, int]:
    """The folder with the most modules, `__init__` among them, and how many it has."""
    counts = Counter(path.parent for path in package.rglob("*.py"))
    folder, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    return folder.relative_to(package.parent).as_posix(), count


def classes_named_twice(package: Path) -> dict[str, list[str]]:
    """The names that classes of more than one module have, with those modules."""
    modules: dict[str, list[str]] = defaultdict(list)
    for path, tree in trees(package):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name != "Meta":
                modules[node.name].append(path)
    return {name: places for name, places in sorted(modules.items()) if len(set(places)) > 1}


def vague_locals(package: Path) -> dict[str, int]:
    """How often a local name or an argument that says nothing is bound, by module."""
    return {path: count for path, tree in trees(package) if (count := sum(1 for _name in _vague(tree)))}


def _vague(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE:
            yield node.id
        elif isinstance(node, ast.arg) and node.arg in VAGUE:
            yield node.arg


def lines(package: Path) -> int:
    """The lines of all Python files."""
    return sum(len(path.read_text().splitlines()) for path in package.rglob("*.py"))


def cycles(package: Path) -> list[list[str]]:
    """The groups of modules that import each other, imports for types among them."""
    graph = {_module(package, path): set(_imports(package, tree)) for path, tree in _paths(package)}
    return [sorted(group) for group in _components(graph) if len(group) > 1]


def trees(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package as a syntax tree, by its path in it."""
    for path, tree in _paths(package):
        yield path.relative_to(package).as_posix(), tree


@cache
def _paths(package: Path) -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text())) for path in sorted(package.rglob("*.py")))


def _module(package: Path, path: Path) -> str:
    return ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")


def _imports(package: Path, tree: ast.Module) -> Iterator[str]:
    modules = {_module(package, path) for path, _tree in _paths(package)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                yield module if module in modules else node.module


def _components(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """The strongly connected components: modules that reach each other."""
    reached = {module: _reach(graph, module) for module in graph}
    left = set(graph)
    while left:
        module = min(left)
        group = {other for other in left if other in reached[module] and module in reached[other]} | {module}
        left -= group
        yield group


def _reach(graph: dict[str, set[str]], module: str) -> set[str]:
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        for target in graph.get(waiting.pop(), set()) - reached:
            reached.add(target)
            waiting.append(target)
    return reached


def main(package: Path = PACKAGE) -> None:
    """Print the numbers."""
    folder, modules = largest_folder(package)
    count = lines(package)
    vague = sum(vague_locals(package).values())
    rows = [
        ("modules in the largest folder", f"{modules} ({folder})"),
        ("import cycles", str(len(cycles(package)))),
        ("class names of more than one module", str(len(classes_named_twice(package)))),
        ("vague locals per 1,000 lines", f"{1000 * vague / count:.1f}"),
        ("lines of Python", f"{count:,}"),
    ]
    sys.stdout.writelines(f"{name}: {value}\n" for name, value in rows)


if __name__ == "__main__":
    main(*(Path(argument).resolve() for argument in sys.argv[1:2]))
