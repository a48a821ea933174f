"""`act()` with its commit, against the very same statements sent by the bare driver.

SQLite waits for the disk at each commit, as in production; the PostgreSQL of the tests does not. What is told to row
security belongs to beginning a transaction, so the driver tells it too.
"""

import statistics
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from certflow.access import access
from certflow.accounts import directory
from certflow.audit.changes import taken
from certflow.dossiers import actions
from certflow.models import row_security
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, HistoryEntry, Meeting, Submission
from certflow.models.people import User
from certflow.models.units import UnitVersion
from tests import make
from tests.benchmarks.places import application

AIMS = {"sqlite": 35, "postgresql": 40}
ROUNDS = 5
AUDITED = "INSERT INTO audit_entry (number,"
Statement = tuple[str, Any]


def measure(database: str, count: int) -> tuple[float, float]:
    """Acts per second through the services, and through the bare driver: both see what the person who acts may see.

    Medians of five rounds, in which one follows the other.
    """
    with application(database) as app, app.app_context():
        ids, rounds = submitted(count), []
        for round_ in range(ROUNDS):
            share = ids[round_::ROUNDS]
            rounds.append([len(share) / seconds for seconds in _round(share)])
        ours, limits = zip(*rounds, strict=True)
        return statistics.median(ours), statistics.median(limits)


def _round(ids: list[int]) -> tuple[float, float]:
    """Seconds of accepting these dossiers through the services, and again through the driver."""
    actor = _officer()
    sight = access.sight(actor)
    make.commit()
    with row_security.seeing(sight):
        recorded, by_services = _by_services(ids, actor)
    _require_accepted(ids)
    _take_back(ids)
    with row_security.seeing(sight):
        by_driver = _by_driver(recorded)
    _require_accepted(ids)
    return by_services, by_driver


def submitted(count: int) -> list[int]:
    """`count` submitted dossiers of communes of one district."""
    return [dossier.id for dossier in alike("submitted", count)]


def alike(state: str, count: int) -> list[Dossier]:
    """`count` dossiers of one district in a state: one made by the real actions, the others copied from it."""
    first = make.dossier(at=state)
    district = first.unit.parent_id
    near = [unit for unit in make.communes(count + 20) if unit.parent_id == district and unit.id != first.unit_id]
    for unit in near[: count - 1]:
        _copy(first, unit.id)
    make.people()
    db.session.commit()
    return list(db.session.scalars(sa.select(Dossier).where(Dossier.state == state).order_by(Dossier.id)))


def _copy(first: Dossier, unit_id: int) -> None:
    place = db.session.scalar(sa.select(UnitVersion.id).where(UnitVersion.unit_id == unit_id))
    row = _values(first, Dossier) | {"unit_id": unit_id, "commune_id": unit_id, "place_id": place}
    row.pop("id")
    dossier_id = db.session.execute(sa.insert(Dossier).values(**row).returning(Dossier.id)).scalar_one()
    for kind in (Claim, Meeting, Submission, HistoryEntry):
        for one in db.session.scalars(sa.select(kind).where(kind.dossier_id == first.id)):
            db.session.execute(sa.insert(kind).values(**_values(one, kind) | {"dossier_id": dossier_id}))


def _values(row: object, kind: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(kind).column_attrs}


def _officer() -> User:
    """Who accepts, loaded as the page of the act loads them."""
    actor = directory.by_sign_in_name(make.person("education_officer").sign_in_name)
    assert actor is not None
    assert all(a.unit is None or a.unit.id for a in actor.appointments)
    make.commit()
    return actor


def _require_accepted(ids: list[int]) -> None:
    """That each dossier was accepted once: otherwise refusals were measured, or updates of nothing."""
    accepted = sa.select(HistoryEntry.dossier_id).join(Dossier, Dossier.id == HistoryEntry.dossier_id)
    accepted = accepted.where(HistoryEntry.action == "accept", Dossier.state == "appraising", Dossier.id.in_(ids))
    assert sorted(db.session.scalars(accepted)) == sorted(ids), "not every dossier was accepted"
    db.session.commit()


def _take_back(ids: list[int]) -> None:
    """Bring these dossiers to where they were before they were accepted."""
    entries = sa.delete(HistoryEntry).where(HistoryEntry.action == "accept", HistoryEntry.dossier_id.in_(ids))
    before = {"state": "submitted", "version": Dossier.version - 1}
    db.session.execute(entries)
    db.session.execute(sa.update(Dossier).where(Dossier.id.in_(ids)).values(**before))
    db.session.commit()


def _by_services(ids: list[int], actor: User) -> tuple[list[list[Statement]], float]:
    """Every statement of every act, and the seconds they took."""
    recorded: list[list[Statement]] = []
    session = db.session()
    session.expire_on_commit = False

    def record(_c: object, _cursor: object, statement: str, values: Any, _x: object, many: bool) -> None:
        assert not many
        if not statement.startswith("BEGIN"):
            recorded[-1].append((statement, values))

    session.commit()
    event.listen(db.engine, "before_cursor_execute", record)
    began = time.perf_counter()
    for dossier_id in ids:
        recorded.append([])
        session.expunge(actions.act(dossier_id, "accept", actor=actor))
        session.commit()
    seconds = time.perf_counter() - began
    event.remove(db.engine, "before_cursor_execute", record)
    return recorded, seconds


def _in_turn(driver: Any, values: Any) -> Any:
    """The values of an entry of the audit, with the number that it gets now; what was changed is asked as well."""
    turn = taken(driver, noted=False)
    assert turn is not None
    number = turn[1] + 1
    return values | {"number": number} if isinstance(values, dict) else (number, *values[1:])


def _by_driver(recorded: list[list[Statement]]) -> float:
    """The seconds of the same transactions: each begins as the application's do and sends the same statements."""
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    cursor = driver.cursor()
    lite = db.engine.dialect.name == "sqlite"
    began = time.perf_counter()
    for statements in recorded:
        if lite:
            cursor.execute("BEGIN IMMEDIATE")
        else:
            row_security.tell(driver)
        for statement, values in statements:
            cursor.execute(statement, _in_turn(driver, values) if statement.startswith(AUDITED) else values)
            if cursor.description:
                cursor.fetchall()
        if lite:
            cursor.execute("COMMIT")
        else:
            driver.commit()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
