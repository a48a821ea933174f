"""Every change past the application shows: of any field, of whole rows, of the chain itself and of files."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from certflow.assessment import evidence
from certflow.audit import anchors, changes, verification
from certflow.audit.verification import Verification
from certflow.gateways.installation import equipment
from certflow.models.base import db
from tests import make
from tests.audit.tampering import Intruder, intruder
from tests.gateways import samples

pytestmark = pytest.mark.usefixtures("inside_the_application")


SWAPPED = """
UPDATE audit_entry SET number = number - 7 WHERE number IN (3, 4);
UPDATE audit_entry SET number = -number WHERE number < 0
"""
COPIED = """
INSERT INTO audit_entry SELECT 1 + (SELECT max(number) FROM audit_entry), at, kind, what, subject, dossier_id, actor_id,
actor, source, notes, changes, key_id, mac FROM audit_entry WHERE number = 3
"""


def _audited() -> dict[str, tuple[str, ...]]:
    with db.engine.connect() as connection:
        return changes.audited(connection)


def _told(result: Verification) -> set[str]:
    return {fault.words.removesuffix(" without an entry") for fault in result.faults}


def _column_rounds() -> list[list[tuple[str, str]]]:
    """Every field but keys and what is not audited, in rounds that change no table twice."""
    look, rounds = sa.inspect(db.engine), list[list[tuple[str, str]]]()
    for table, keys in _audited().items():
        excepted = {*keys, *changes.VOLATILE_COLUMNS.get(table, ())}
        names = [column["name"] for column in look.get_columns(table) if column["name"] not in excepted]
        for place, name in enumerate(names):
            rounds.extend([] for _missing in range(place + 1 - len(rounds)))
            rounds[place].append((table, name))
    return rounds


def _where(someone: Intruder, table: str, keys: tuple[str, ...]) -> str:
    """A condition for one row of a table; "" for an empty table."""
    rows = someone.rows(f"SELECT {', '.join(keys)} FROM {table} ORDER BY {', '.join(keys)} LIMIT 1")
    return " AND ".join(f"{key} = '{value}'" for key, value in zip(keys, rows[0], strict=True)) if rows else ""


def test_every_field_of_every_table_that_is_changed_past_the_application_shows() -> None:
    make.dossier("recognised_level_2")
    make.commit()
    audited, tried, missed = _audited(), 0, list[str]()
    assert verification.verify().count == 0

    with intruder() as someone:
        for fields in _column_rounds():
            changed = dict[str, tuple[str, str, str]]()
            for table, column in fields:
                where = _where(someone, table, audited[table])
                before = someone.change(table, column, where) if where else None
                if before is not None:
                    changed[table] = column, where, before
            edited = {words.split()[0] for words in _told(verification.verify())}
            tried += len(changed)
            missed += [f"{table}.{changed[table][0]}" for table in changed.keys() - edited]
            for table, (column, where, before) in changed.items():
                someone.run(f"UPDATE {table} SET {column} = {before} WHERE {where}")

    assert missed == []
    assert tried >= 150
    assert verification.verify().count == 0


def test_rows_that_are_added_deleted_or_given_another_key_show() -> None:
    dossier = make.dossier("submitted")
    make.commit()
    with intruder() as someone:
        copied = "answer, explanation, saved_at, version, to_confirm, writers, saved_by_id, saved_by_name"
        someone.run(
            f"INSERT INTO finding (dossier_id, indicator, {copied}) "
            f"SELECT dossier_id, indicator, {copied} FROM claim WHERE indicator = '1.1'"
        )
        someone.run("DELETE FROM claim WHERE indicator = '1.2'")
        someone.run("UPDATE history_entry SET number = 40 WHERE number = 2")

    assert _told(verification.verify()) == {
        f"finding {dossier.id}:1.1 was added",
        f"claim {dossier.id}:1.2 was deleted",
        f"history_entry {dossier.id}:2 was deleted",
        f"history_entry {dossier.id}:40 was added",
    }


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        ("UPDATE audit_entry SET {column} = {other} WHERE number = 3", "entry 3 or the one before it was changed"),
        ("DELETE FROM audit_entry WHERE number = 3", "entries 3 to 3 are missing"),
        ("DELETE FROM audit_entry WHERE number >= 4", "the chain ends at 3"),
        (SWAPPED, "entry 3 or the one before it was changed"),
        (COPIED, "or the one before it was changed, added or moved"),
    ],
)
def test_every_change_of_the_chain_shows(attack: str, words: str) -> None:
    make.dossier("submitted")
    make.commit()
    anchors.tell()
    make.commit()
    columns = [each["name"] for each in sa.inspect(db.engine).get_columns("audit_entry") if each["name"] != "number"]

    for column in columns if "{column}" in attack else [""]:
        with intruder() as someone:
            if column:
                before = someone.change("audit_entry", column, "number = 3")
            for statement in () if column else attack.split(";"):
                someone.run(statement)

            told = _told(verification.verify(anchors.read(anchors.usual_files())))

            assert any(words in each for each in told) or column == "key_id", (column, told)
            assert told
            if column:
                someone.run(f"UPDATE audit_entry SET {column} = {before} WHERE number = 3")


def test_an_older_copy_and_a_rewritten_chain_are_told_by_the_anchors(tmp_path: Path) -> None:
    make.dossier("submitted")
    make.commit()
    told = anchors.tell()
    make.commit()
    assert told is not None
    ahead, other = tmp_path / "ahead", tmp_path / "other"
    ahead.write_text(anchors.Anchor(told.number + 50, told.mac, told.at).line())
    other.write_text(anchors.Anchor(told.number, "0" * 64, told.at).line() + '{"number": 1, "mac')

    older = _told(verification.verify(anchors.read([ahead])))
    rewritten = _told(verification.verify(anchors.read([other])))

    assert verification.verify(anchors.read(anchors.usual_files())).count == 0
    assert len(older) == 1
    assert "The end was cut off, or the database is an older copy" in older.pop()
    assert rewritten == {f"entry {told.number} is not the one that was anchored at {told.at.isoformat()}"}


def test_an_exchanged_and_a_missing_file_show() -> None:
    dossier = make.dossier()
    officer, pictures = make.person_for("commune_officer", dossier), [samples.picture("PNG", width) for width in (8, 9)]
    files = [
        evidence.attach(dossier.id, "1.1", io.BytesIO(sent), f"{len(sent)}.png", actor=officer) for sent in pictures
    ]
    make.commit()
    folder = Path(equipment().settings.data_dir / "files")
    assert verification.verify(files=True).count == 0

    (folder / files[0].storage_key).write_bytes(pictures[1])
    (folder / files[1].storage_key).unlink()

    told = _told(verification.verify(files=True))
    assert f"the file {files[0].storage_key} of evidence {files[0].id} has other content" in told
    assert len(told) == 2
