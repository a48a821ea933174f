"""No record of an act without the name and the position of its day: they are written with the account, all three."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from certflow.models.base import db

ROOT = Path(__file__).parents[2]

NO_ACT = {
    "account_event.user_id": "the account that the line is about, on whose page it stands",
    "account_link.user_id": "whose link it is",
    "account_link.made_by_id": "no page shows it; the act is the line `link_given` of the account's history",
    "appointment.user_id": "who holds the part today; its acts are lines of the account's history",
    "delegation.delegate_id": "whose rights they are; the names of its day stand in delegate_name and principal_name",
    "kept_form.user_id": "whose form it is, shown to nobody else",
    "outgoing_mail.user_id": "whom the mail is for",
    "proposal.user_id": "who is to be appointed; the appointment is a line of the account's history",
    "recognition.decided_by_id": "no page shows it; the facts of the paper and the history keep the name of the day",
    "recovery_code.user_id": "whose code it is",
    "second_factor.user_id": "whose second factor it is",
    "sign_in_entry.user_id": "the account that the line is about, on whose page it stands",
    "sign_in_session.user_id": "who is signed in",
    "sign_in_step.user_id": "who is signing in",
    "user_account.same_person_as_id": "the other account of the same person",
}


def test_every_account_that_did_something_has_name_and_position_of_the_day_beside_it() -> None:
    missing = {f"{column.table.name}.{column.name}" for column in _accounts() if not _signed(column)}

    assert missing == NO_ACT.keys(), "keep them by `signed`, or say above why this is no record of an act"


def test_a_name_is_missing_only_where_nobody_has_acted_yet() -> None:
    for column in filter(_signed, _accounts()):
        words = [column.table.c[name] for name in _words_of(column)]

        assert [word.nullable for word in words] == [column.nullable] * 2, column


def test_nobody_writes_an_account_that_acted_without_its_name() -> None:
    ids = {column.name for column in _accounts() if _signed(column)} - {"user_id", "actor_id"}
    told = [f"{place}:{line}" for place, line, name in _written() if name in ids]

    assert "saved_by_id" in ids
    assert not told, "write the whole signature: row.saved_by = actor.signature"


def _accounts() -> Iterator[sa.Column[int]]:
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "user_account" for key in column.foreign_keys):
                yield column


def _words_of(column: sa.Column[int]) -> tuple[str, str]:
    act = column.name.removesuffix("_id").replace("dissolved", "withdrawn")
    return f"{act}_name", f"{act}_position"


def _signed(column: sa.Column[int]) -> bool:
    return all(name in column.table.columns for name in _words_of(column))


def _written() -> Iterator[tuple[str, int, str]]:
    """What the application assigns to, passes by keyword or puts into a dictionary, by its name."""
    for path in sorted((ROOT / "certflow").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            line = getattr(node, "lineno", 0)
            yield from ((path.relative_to(ROOT).as_posix(), line, name) for name in _names_in(node))


def _names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    if isinstance(node, ast.Call) and not _asks(node):
        yield from (keyword.arg for keyword in node.keywords if keyword.arg)
    if isinstance(node, ast.Dict):
        yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def _asks(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "filter_by"
