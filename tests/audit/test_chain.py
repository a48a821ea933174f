"""Every transaction that changes something leaves one entry, chained to the one before, whoever else writes."""

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.audit import anchors, chain, changes, verification
from certflow.models.audit import AuditEntry
from certflow.models.base import db
from certflow.models.people import User
from tests import make
from tests.racing import at_once, in_session

WRITERS = 8


def numbers() -> list[int]:
    """The numbers of all entries."""
    return list(db.session.scalars(sa.select(AuditEntry.number).order_by(AuditEntry.number)))


@pytest.mark.usefixtures("inside_the_application")
def test_what_the_application_does_agrees_with_the_chain() -> None:
    make.dossier("recognised_level_2")
    make.commit()

    result = verification.verify()

    assert result.faults == []
    assert result.entries > 3
    assert result.rows > 30


@pytest.mark.usefixtures("inside_the_application")
def test_people_who_write_at_once_get_entries_without_a_gap(app: Flask) -> None:
    people = [make.user(f"person{number}") for number in range(WRITERS)]
    make.commit()
    before = numbers()

    def renamed(person: User) -> str:
        person.position = f"Phó phòng {person.id}"
        db.session.flush()
        return person.position

    answers = at_once(app, [in_session(person.id, renamed) for person in people])

    assert len(set(answers)) == WRITERS
    assert numbers() == [*before, *range(len(before) + 1, len(before) + 1 + WRITERS)]
    assert verification.verify().count == 0


@pytest.mark.usefixtures("inside_the_application")
def test_what_is_rolled_back_leaves_no_entry_and_a_savepoint_leaves_what_stands() -> None:
    person, other = make.user("lan"), make.user("mai")
    make.commit()
    before = numbers()

    person.position = "Trưởng phòng"
    chain.note(chain.STARTED)
    db.session.rollback()
    db.session.commit()
    assert numbers() == before

    nested = db.session.begin_nested()
    person.position = "Trưởng phòng"
    db.session.flush()
    nested.rollback()
    other.position = "Phó phòng"
    db.session.commit()

    head = anchors.last_entry()
    assert head is not None
    assert head.changes.count("user_account") == 1
    assert verification.verify().count == 0


@pytest.mark.usefixtures("inside_the_application")
def test_every_table_is_audited_or_named_as_not() -> None:
    with db.engine.connect() as connection:
        audited = set(changes.audited(connection))

    assert set(db.metadata.tables) - changes.NOT_AUDITED == audited
    assert set(db.metadata.tables) >= changes.VOLATILE
