"""One function changes a dossier's state, and history only grows."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITER, FUNCTION, OPENER = "certflow/dossiers/actions.py", "_change_state", "certflow/dossiers/dossiers.py"
SETTERS = ("setattr", "set_committed_value", "set_attribute")


def test_only_act_writes_the_state_of_a_dossier() -> None:
    told = {f"{place}:{line}" for place, line in _state_writes() if place != WRITER}

    assert not told
    assert list(_state_writes()), "this scan finds nothing at all any more"


def test_a_dossier_is_given_its_first_state_in_one_place() -> None:
    made = [place for place, call in _calls() if _name(call.func) == "Dossier"]

    assert made == [OPENER]


@pytest.mark.parametrize(("model", "verb"), [("Dossier", "update"), ("HistoryEntry", "insert")])
def test_each_of_the_two_tables_is_written_by_one_statement_only(model: str, verb: str) -> None:
    told = [(place, _name(call.func)) for place, call in _statements(model)]

    assert told == [(WRITER, verb)]


def test_history_is_never_made_changed_or_removed_as_an_object() -> None:
    told = [place for place, call in _calls() if _name(call.func) == "HistoryEntry"]
    told += [place for place, call in _calls() if _name(call.func) in ("append", "add") and "history" in _words(call)]

    assert not told


def test_state_and_history_are_written_by_the_same_function() -> None:
    tree = ast.parse((ROOT / WRITER).read_text())
    for model in ("Dossier", "HistoryEntry"):
        assert _functions_with(tree, model) == [FUNCTION], model


def test_no_sql_in_the_application_writes_these_tables_past_the_models() -> None:
    told = [
        f"{place}:{node.lineno}: {node.value.strip()}"
        for place, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if _is_writing_sql(node.value.lower().split())
    ]

    assert not told


def _state_writes() -> Iterator[tuple[str, int]]:
    """Assignments to `.state` of something, and calls that give a stored row's state a value."""
    for place, tree in _trees():
        for node in ast.walk(tree):
            yield from ((place, target.lineno) for target in _targets(node) if _is_state(target))
            if isinstance(node, ast.Call) and _gives_state(node):
                yield place, node.lineno


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    given: list[ast.expr] = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
    given = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else given
    for target in given:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _is_state(target: ast.expr) -> bool:
    """A class that keeps a state of its own (`self.state`) is no dossier."""
    if not isinstance(target, ast.Attribute) or target.attr != "state":
        return False
    return not (isinstance(target.value, ast.Name) and target.value.id == "self")


def _gives_state(call: ast.Call) -> bool:
    if _name(call.func) in SETTERS:
        return not all(isinstance(arg, ast.Constant) and arg.value != "state" for arg in call.args[1:2])
    return _name(call.func) == "values" and any(keyword.arg == "state" for keyword in call.keywords)


def _statements(model: str) -> Iterator[tuple[str, ast.Call]]:
    """The calls that build an INSERT, UPDATE or DELETE on the model or on a name given to its table."""
    for place, tree in _trees():
        names = {model, *_names_of_table(tree, model)}
        for call in _calls_in(tree):
            if _name(call.func) in ("insert", "update", "delete") and names & _words_of(call.args):
                yield place, call


def _functions_with(tree: ast.Module, model: str) -> list[str]:
    """The functions in which such a statement stands or that use one kept under a name of the module."""
    names = {model, *_names_of_table(tree, model)}
    built = [c for c in _calls_in(tree) if _name(c.func) in ("insert", "update") and names & _words_of(c.args)]
    kept = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and any(call in ast.walk(node.value) for call in built)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [f.name for f in functions if kept & _words(f) or any(call in ast.walk(f) for call in built)]


def _names_of_table(tree: ast.Module, model: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and {model, "__table__"} <= _words(node.value) and not _words(node) & _VERBS:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


_VERBS = {"insert", "update", "delete", "select"}


def _is_writing_sql(words: list[str]) -> bool:
    pairs = set(pairwise(words))
    tables = ("dossier", "history_entry")
    return any((verb, table) in pairs for table in tables for verb in ("update", "into")) or (
        "delete" in words and any(("from", table) in pairs for table in tables)
    )


def _words(node: ast.AST) -> set[str]:
    inside = list(ast.walk(node))
    return {n.id for n in inside if isinstance(n, ast.Name)} | {n.attr for n in inside if isinstance(n, ast.Attribute)}


def _words_of(nodes: list[ast.expr]) -> set[str]:
    return set().union(*(_words(node) for node in nodes))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for place, tree in _trees():
        for call in _calls_in(tree):
            yield place, call


def _calls_in(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@cache
def _trees() -> list[tuple[str, ast.Module]]:
    files = sorted((ROOT / "certflow").rglob("*.py"))
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(), str(path))) for path in files]
