"""Computing levels: one dossier in memory, and a whole round from the database as `certflow recompute` does."""

import json
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.dossiers import recomputing
from certflow.dossiers.effects import EFFECTS
from certflow.law.scoring.scoring import score
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding, Submission
from certflow.models.results import Recognition
from tests import make
from tests.benchmarks.places import application
from tests.definitions.shipped import DEFINITIONS, FORM

COMMUNES = 3321  # so many there are since July 2025
ANSWERS: dict[str, Any] = {
    **{code: {"value": True} for code, indicator in FORM.indicators.items() if indicator.kind == "yes_no"},
    "4.2": {"value": 3},
    "4.3": {"value": 3},
    "4.4": {"value": 2},
    "5.1": {"denominator": 1000, "share": 800, "definition": "Công dân từ 15 tuổi"},
    "5.2": {"denominator": 1000, "technical": 600, "degree": 150, "definition": "Công dân từ 15 tuổi"},
}


def scored(count: int) -> tuple[float, float]:
    """Dossiers of a commune scored per second of one core, and how often their answers are read from JSON meanwhile."""
    text = json.dumps(ANSWERS)
    assert score(FORM, ANSWERS).level == 2
    return _rate(lambda: score(FORM, ANSWERS), count), _rate(lambda: json.loads(text), count)


def _rate(act: Any, count: int) -> float:
    """The best of five, per second of the processor's time."""
    best = 0.0
    for _round in range(5):
        began = time.process_time()
        for _n in range(count):
            act()
        best = max(best, count / (time.process_time() - began))
    return best


def loaded() -> float:
    """Processor seconds to read all shipped definitions anew, each scheme walked through."""
    began = time.process_time()
    definitions = catalogue.read_from(resource("workflows"), resource("forms"), EFFECTS)
    seconds = time.process_time() - began
    assert definitions.forms.keys() == DEFINITIONS.forms.keys()
    assert not any(form is DEFINITIONS.forms[key] for key, form in definitions.forms.items()), "a cache was measured"
    return seconds


def recomputed(
    database: str, count: int = COMMUNES, *, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """Decided dossiers of one round computed anew per second of `clock`, and how many per second are merely read."""
    with application(database) as app, app.app_context():
        round_id = decided(count)
        began = clock()
        found = list(recomputing.recompute(round_id))
        seconds = clock() - began
        assert (len(found), [one for one in found if one.differences]) == (count, [])
        return count / seconds, count / _merely_read(clock)


def decided(count: int) -> int:
    """A round of `count` dossiers recognised at level 2: one walked by the real actions, the others copied from it."""
    first = make.dossier(at="recognised_level_2", unit=make.communes(count)[0])
    others = [unit.id for unit in make.communes(count)[1:]]
    ids = range(first.id + 1, first.id + count)
    _copies(Dossier, Dossier.id == first.id, [{"id": i, "unit_id": unit} for i, unit in zip(ids, others, strict=True)])
    for kind in (Claim, Finding, Submission):
        _copies(kind, kind.dossier_id == first.id, [{"dossier_id": i} for i in ids])
    recognition = [
        {"id": 1_000_000 + i, "dossier_id": i, "unit_id": unit, "verify_code": f"C{i}"}
        for i, unit in zip(ids, others, strict=True)
    ]
    _copies(Recognition, Recognition.dossier_id == first.id, recognition)
    db.session.commit()
    return first.round_id


def _copies(kind: Any, of_first: sa.ColumnElement[bool], changes: list[dict[str, Any]]) -> None:
    columns = [column.key for column in sa.inspect(kind).column_attrs]
    rows = [
        {name: getattr(row, name) for name in columns} for row in db.session.scalars(sa.select(kind).where(of_first))
    ]
    if changes:
        db.session.execute(sa.insert(kind), [_larger(row | change) for row in rows for change in changes])


def _larger(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose share, if it holds one, is of larger numbers than any other dossier's and equal all the same."""
    answer = row.get("answer", {})
    if "denominator" not in answer:
        return row
    times = row["dossier_id"]
    return row | {"answer": {k: v * times if isinstance(v, int) else v for k, v in answer.items()}}


def _merely_read(clock: Callable[[], float]) -> float:
    """Seconds to fetch every answer and manifest and parse its JSON, with nothing computed."""
    began = clock()
    for query in (
        "SELECT dossier_id, indicator, answer FROM claim",
        "SELECT dossier_id, indicator, answer FROM finding",
    ):
        for _dossier, _indicator, answer in db.session.execute(sa.text(query)):
            json.loads(answer) if isinstance(answer, str) else answer
    for (manifest,) in db.session.execute(sa.text("SELECT manifest FROM submission")):
        json.loads(manifest)
    return clock() - began
