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
    "FilingReceipt",
    "SupplementRequest",
    "SupplementItem",
    "HistoryEntry",
    "Sequel",
    "Document",
    "Recognition",
}
ASKS = {"select", "exists", "where", "get", "get_one", "query"}
FILTERS = {"visible", "dossier", "sees", "whole_round"}
PAGES = {"pages", "forms", "words"}
NO_ROOMS = {"models", "law", "gateways", "http", "cli", "demo", "jobs.py", "app.py"}

# What asks otherwise, and why nothing leaks by it.
KNOWN = {
    "access/access.py:<module>": "builds the look-up of one dossier, with the filter in it",
    "results/documents.py:confirm": "the background worker's: says that a file is there",
    "results/documents.py:note_fault": "the background worker's: says why a file is not there",
    "assessment/evidence_files.py:_unnamed": "keys that rows name, for the worker that sweeps",
    "results/documents.py:pending_count": "a number, for the operator",
    "assessment/evidence.py:attached": "of dossiers that the caller holds, by their ids",
    "assessment/evidence.py:sweep_removed": "files taken out and never filed, for the worker that deletes them",
    "assessment/evidence.py:under": "by a key of the storage that no address names, of an upload that the actor began",
    "dossiers/moving.py:_answers": "of the dossiers of a batch from `whole_round`",
    "dossiers/recomputing.py:_answers": "of the dossiers of a batch",
    "access/vacancies.py:_named": "a part of the question that `_vacant` asks by `whole_round`",
    "access/access.py:_parts_about": "which scheme a dossier is of, before it is looked up with the filter",
    "access/access.py:sight": "the dossiers of the reader's councils, as the filter says them",
    "impartiality/impartiality.py:_ties": "who took part in dossiers that the caller holds",
    "rules/inheritance.py:_held": "what units hold, which is the same whoever asks",
    "results/titles.py:_published": "published results of units, which are public",
    "impartiality/conflicts.py:filed": "for administrators: which dossiers have a unit's name, and nothing in them",
    "impartiality/conflicts.py:get_dossier": "for administrators: whose dossier it is, and nothing in it",
    "results/revocations.py:_carry_out": "of a proposal about a dossier that the actor sees",
    "units/preview.py:_late": "for administrators: how many dossiers there are at units",
    "units/preview.py:_open_dossiers": "for administrators: how many dossiers there are at units",
    "units/preview.py:_effects": "for administrators: how many titles there are at units",
    "dossiers/dates.py:<module>": "which steps stand: a part of questions about dossiers, each filtered by its caller",
    "dossiers/dates.py:first_reached": "of dossiers that the caller holds",
    "results/documents.py:make_file": "the background worker's: a document by its id, which no page names",
    "results/documents.py:pending": "the background worker's: the ids of papers that wait",
    "dossiers/dossiers.py:in_batches": "the ids of a selection, which was made with the filter",
    "dossiers/lists.py:_columns": "what a list that its caller filters is ordered by",
    "dossiers/lists.py:_level": "a column of a list that its caller filters",
    "dossiers/dossiers.py:open_dossier": "after `may_open`: whether the actor's own unit has one already",
    "assessment/evidence.py:_counts": "of dossiers that the caller holds, by their ids",
    "units/holders.py:without_dossier": "after `may_open`: which holders of the actor's own unit have none yet",
    "assessment/lower_units.py:coverage": "what was recognised below a unit, counted for who sees that unit's dossier",
    "dossiers/moving.py:_steps": "of the dossiers of a batch from `whole_round`",
    "dossiers/moving.py:_files": "of the dossiers of a batch from `whole_round`",
    "results/recognitions.py:by_code": "public by a code of 100 random bits, and only once it is issued",
    "dossiers/recomputing.py:_batches": "narrowed by its caller to `whole_round`, or to one that is held",
    "dossiers/recomputing.py:_decided": "of the dossiers of a batch",
    "dossiers/recomputing.py:_submissions": "of the dossiers of a batch",
    "rounds/rounds.py:open_for": "of the unit at which the reader opens dossiers: which rounds have one already",
}


def test_everything_that_asks_for_dossiers_is_filtered_holds_one_or_is_listed() -> None:
    found = dict(_asking())
    unfiltered = {name for name, node in found.items() if not (_filtered(node) or _holds(node))}

    assert unfiltered - set(KNOWN) == set(), "ask through access.visible or access.dossier, or say here why not"
    assert set(KNOWN) - unfiltered == set(), "these need no line any more"


def test_pages_ask_the_database_for_nothing_of_it_themselves() -> None:
    assert [name for name, _node in _asking() if PAGES & set(Path(name.split(":")[0]).with_suffix("").parts)] == []


def _asking() -> Iterator[tuple[str, ast.AST]]:
    """Every function of a room with a question about what is guarded, by file and name."""
    for path in sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in NO_ROOMS):
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
