"""How long it takes to search all units of the country through time, and to read a level of their tree."""

import datetime as dt
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from certflow.models.base import db
from certflow.units import importing, register
from tests.benchmarks import places

TODAY, THREE_TIERS = dt.date(2026, 7, 1), dt.date(2025, 6, 30)
WORDS = ("dong nai", "đồng nai", "xuan tay", "xã tân", "phuong", "an", "26350", "Hà Nội", "khongcoai", "binh duong")


def measure(database: str, rounds: int = 20) -> dict[str, float]:
    """The 95th percentile in milliseconds of a search and of each level of the tree, with both epochs stored."""
    with places.application(database) as app, app.app_context():
        importing.import_both()
        db.session.commit()
        _settle()
        provinces = [one.version.unit_id for one in register.provinces(THREE_TIERS)]
        searches = [partial(register.search, words, TODAY) for words in WORDS]
        below = [partial(register.below, one, THREE_TIERS) for one in provinces[:10]]
        heads: list[Callable[[], object]] = [
            partial(register.provinces, TODAY),
            partial(register.counts, TODAY),
        ]
        return {
            "search": _slow(searches, rounds),
            "provinces": _slow(heads, rounds),
            "below": _slow(below, rounds),
        }


def _settle() -> None:
    """What a server does by itself in time: know how many rows there are."""
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()


def _slow(calls: Sequence[Callable[[], object]], rounds: int) -> float:
    times = []
    for _round in range(rounds):
        for call in calls:
            started = time.perf_counter()
            call()
            times.append((time.perf_counter() - started) * 1000)
            db.session.rollback()
    return statistics.quantiles(times, n=20)[-1]
