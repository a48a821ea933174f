"""Whatever asks for dossiers or what is in them asks through `access`, is about one that is held, or is listed here."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "certflow"
GUARDED = {
    "Dossier",
    "Claim",
    "Finding",
    "Evidence",
    "Meeting",
    "Submission",
    "HistoryEntry",
    "Document",
    "Recognition",
}
ASKS = {"select", "exists", "where", "get", "get_one", "query"}
FILTERS = {"visible", "dossier", "sees", "whole_round"}

# What asks otherwise, and why nothing leaks by it.
KNOWN = {
    "services/access.py:<module>": "builds the look-up of one dossier, with the filter in it",
    "services/documents.py:confirm": "the background worker's: says that a file is there",
    "services/documents.py:note_fault": "the background worker's: says why a file is not there",
    "services/documents.py:pending_count": "a number, for the operator",
    "services/evidence.py:attached": "of dossiers that the caller holds, by their ids",
    "services/moving.py:_answers": "of the dossiers of a batch from `whole_round`",
    "services/recomputing.py:_answers": "of the dossiers of a batch",
    "services/access.py:_parts_about": "which scheme a dossier is of, before it is looked up with the filter",
    "services/access.py:sight": "the dossiers of the reader's councils, as the filter says them",
    "services/impartiality.py:_ties": "who took part in dossiers that the caller holds",
    "services/inheritance.py:_held": "what units hold, which is the same whoever asks",
    "services/unit_lines.py:_published": "published results of units, which are public",
    "services/recusals.py:filed": "for administrators: which dossiers have a unit's name, and nothing in them",
    "services/recusals.py:get_dossier": "for administrators: whose dossier it is, and nothing in it",
    "services/revocations.py:_carry_out": "of a proposal about a dossier that the actor sees",
    "services/unit_effects.py:_late": "for administrators: how many dossiers there are at units",
    "services/unit_effects.py:_open_dossiers": "for administrators: how many dossiers there are at units",
    "services/unit_effects.py:effects": "for administrators: how many titles there are at units",
    "services/dates.py:first_reached": "of dossiers that the caller holds",
    "services/documents.py:make_file": "the background worker's: a document by its id, which no page names",
    "services/documents.py:pending": "the background worker's: the ids of papers that wait",
    "services/dossiers.py:open_dossier": "after `may_open`: whether the actor's own unit has one already",
    "services/evidence.py:_counts": "of dossiers that the caller holds, by their ids",
    "services/holders.py:without_dossier": "after `may_open`: which holders of the actor's own unit have none yet",
    "services/lower_units.py:coverage": "what was recognised below a unit, counted for who sees that unit's dossier",
    "services/moving.py:_steps": "of the dossiers of a batch from `whole_round`",
    "services/moving.py:_files": "of the dossiers of a batch from `whole_round`",
    "services/recognitions.py:by_code": "public by a code of 100 random bits, and only once it is issued",
    "services/recomputing.py:_batches": "narrowed by its caller to `whole_round`, or to one that is held",
    "services/recomputing.py:_decided": "of the dossiers of a batch",
    "services/recomputing.py:_submissions": "of the dossiers of a batch",
    "services/rounds.py:open_for": "of the unit at which the reader opens dossiers: which rounds have one already",
}


def test_everything_that_asks_for_dossiers_is_filtered_holds_one_or_is_listed() -> None:
    found = dict(_asking())
    unfiltered = {name for name, node in found.items() if not (_filtered(node) or _holds(node))}

    assert unfiltered - set(KNOWN) == set(), "ask through access.visible or access.dossier, or say here why not"
    assert set(KNOWN) - unfiltered == set(), "these need no line any more"


def test_pages_ask_the_database_for_nothing_of_it_themselves() -> None:
    assert [name for name, _node in _asking() if name.startswith("web/")] == []


def _asking() -> Iterator[tuple[str, ast.AST]]:
    """Every function of services and pages with a question about what is guarded, by file and name."""
    for path in sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "web").rglob("*.py")]):
        tree = ast.parse(path.read_text())
        inside: set[ast.AST] = set()
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                inside |= set(ast.walk(node))
                if any(_asks(one) for one in ast.walk(node)):
                    yield f"{place}:{node.name}", node
        if any(_asks(one) for one in ast.walk(tree) if one not in inside):
            yield f"{place}:<module>", tree


def _asks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or _name(node.func) not in ASKS:
        return False
    asked = GUARDED | {"kind"} if _name(node.func) == "select" else GUARDED  # `kind` stands for claims or findings
    return any(isinstance(one, ast.Name) and one.id in asked for arg in node.args for one in ast.walk(arg))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _filtered(node: ast.AST) -> bool:
    """Whether a filter of `access` stands in it."""
    return any(
        isinstance(one, ast.Attribute)
        and one.attr in FILTERS
        and isinstance(one.value, ast.Name)
        and one.value.id == "access"
        for one in ast.walk(node)
    )


def _holds(node: ast.AST) -> bool:
    """Whether it is given a thing that its caller has found already."""
    if not isinstance(node, ast.FunctionDef):
        return False
    arguments = [*node.args.args, *node.args.kwonlyargs]
    given = {name for a in arguments if a.annotation for name in _named(a.annotation)}
    return bool(given & (GUARDED | {"Paper"}))


def _named(annotation: ast.expr) -> Iterator[str]:
    """The classes of which an argument is an instance; `type[Claim]` is none."""
    if isinstance(annotation, ast.Name):
        yield annotation.id
    elif isinstance(annotation, ast.BinOp):
        yield from _named(annotation.left)
        yield from _named(annotation.right)
    elif isinstance(annotation, ast.Subscript) and not (
        isinstance(annotation.value, ast.Name) and annotation.value.id == "type"
    ):
        yield from _named(annotation.slice)
