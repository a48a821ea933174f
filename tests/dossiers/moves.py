"""Moving a round's dossiers as the pages and the command do, and what it left."""

import sqlalchemy as sa

from certflow.dossiers import moving
from certflow.dossiers.moving import Key, MoveResult
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.people import User
from tests import make


def administrator() -> User:
    """Who moves dossiers."""
    return make.person("administrator")


def moved(round_id: int, target: Key, actor: User | None = None) -> dict[int, MoveResult]:
    """Move as the pages do, committed after each batch; what became of each dossier by its id."""
    by, after = actor or administrator(), 0
    told: dict[int, MoveResult] = {}
    moving.begin(round_id, target, actor=by)
    make.commit()
    while some := moving.move_some(round_id, target, actor=by, after=after):
        make.commit()
        told |= {one.dossier_id: one for one in some}
        after = some[-1].dossier_id
    moving.begin(round_id, target, actor=by)
    make.commit()
    return told


def planned(round_id: int, target: Key) -> dict[int, MoveResult]:
    """What a move would do with each dossier, by its id."""
    return {one.dossier_id: one for one in moving.plan(round_id, target)}


def now(about: Dossier) -> Dossier:
    """The dossier as it is stored."""
    return db.session.get_one(Dossier, about.id, populate_existing=True)


def acts(about: Dossier) -> list[HistoryEntry]:
    """Its history, oldest first."""
    query = sa.select(HistoryEntry).where(HistoryEntry.dossier_id == about.id).order_by(HistoryEntry.number)
    return list(db.session.scalars(query))
