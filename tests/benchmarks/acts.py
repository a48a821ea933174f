"""`act()` with its commit, against the very same statements sent by the bare driver."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from certflow.accounts import directory
from certflow.dossiers import actions
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, HistoryEntry, Meeting, Submission
from certflow.models.units import UnitVersion
from tests import make
from tests.benchmarks.places import application

AIMS = {"sqlite": 25, "postgresql": 35}
Statement = tuple[str, Any]


def measure(database: str, count: int) -> tuple[float, float]:
    """Acts per second through the services, and through the bare driver."""
    with application(database) as app, app.app_context():
        ids = submitted(count)
        recorded, seconds = _by_services(ids)
        db.session.execute(sa.delete(HistoryEntry).where(HistoryEntry.action == "accept"))
        before = {"state": "submitted", "version": Dossier.version - 1}
        db.session.execute(sa.update(Dossier).where(Dossier.state == "appraising").values(**before))
        db.session.commit()
        return count / seconds, count / _by_driver(recorded)


def submitted(count: int) -> list[int]:
    """`count` submitted dossiers: one made by the real actions, the others copied from it row by row."""
    first = make.dossier(at="submitted")
    district = first.unit.parent_id
    near = [unit for unit in make.communes(count + 20) if unit.parent_id == district and unit.id != first.unit_id]
    for unit in near[: count - 1]:
        _copy(first, unit.id)
    make.people()
    db.session.commit()
    return list(db.session.scalars(sa.select(Dossier.id).order_by(Dossier.id)))


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


def _by_services(ids: list[int]) -> tuple[list[list[Statement]], float]:
    """Every statement of every act, and the seconds they took."""
    recorded: list[list[Statement]] = []
    actor = directory.by_sign_in_name(make.person("education_officer").sign_in_name)
    assert actor is not None
    assert all(a.unit is None or a.unit.id for a in actor.appointments)
    make.commit()
    session = db.session()
    session.expire_on_commit = False

    def record(_c: object, _cursor: object, statement: str, values: Any, _x: object, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            recorded[-1].append((statement, values))

    event.listen(db.engine, "before_cursor_execute", record)
    began = time.perf_counter()
    for dossier_id in ids:
        recorded.append([])
        session.expunge(actions.act(dossier_id, "accept", actor=actor))
        session.commit()
    seconds = time.perf_counter() - began
    event.remove(db.engine, "before_cursor_execute", record)
    return recorded, seconds


def _by_driver(recorded: list[list[Statement]]) -> float:
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    cursor = driver.cursor()
    lite = db.engine.dialect.name == "sqlite"
    began = time.perf_counter()
    for statements in recorded:
        if lite:
            cursor.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            cursor.execute(statement, values)
            if cursor.description:
                cursor.fetchall()
        if lite:
            cursor.execute("COMMIT")
        else:
            driver.commit()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
