"""Importing the units of both epochs, finding one among all of them, and reading their register and its tree."""

import datetime as dt
import statistics
import time
from collections.abc import Sequence, Sized
from functools import partial
from typing import Any

import sqlalchemy as sa

from certflow.catalogue import units
from certflow.models.base import db
from certflow.models.units import Unit
from certflow.units import importing, register, store
from tests.benchmarks.places import application

TODAY, THREE_TIERS = dt.date(2026, 7, 1), dt.date(2025, 6, 30)
WORDS = ("xuan", "dong nai", "Đồng Nai", "xã", "phuong 1", "tan van", "an", "zzz")
IN_REGISTER = ("dong nai", "đồng nai", "xuan tay", "xã tân", "phuong", "an", "26350", "Hà Nội", "binh duong", "zzz")
NOWHERE = "zzz"
LEAST = 10_000  # communes alone that stood in the first half of 2025


def measure(database: str, rounds: int) -> tuple[float, dict[str, float]]:
    """Seconds of importing the whole country in both epochs, then the 95th percentile in ms of each way to look."""
    with application(database) as app, app.app_context():
        began = time.perf_counter()
        store.ensure_country()
        importing.import_both()
        db.session.commit()
        imported = time.perf_counter() - began
        assert (db.session.scalar(sa.select(sa.func.count(Unit.id))) or 0) > LEAST
        _settle()
        return imported, {name: _slow(calls, rounds) for name, calls in _lookings().items()}


def _lookings() -> dict[str, Sequence[partial[Any]]]:
    provinces = [child.version.unit_id for child in register.provinces(THREE_TIERS)]
    return {
        "units.find()": [partial(units.find, words) for words in WORDS],
        "register: search": [partial(_searched, words) for words in IN_REGISTER],
        "register: provinces": [partial(register.provinces, TODAY), partial(register.counts, TODAY)],
        "register: below": [partial(_below, province) for province in provinces[:10]],
    }


def _searched(words: str) -> Sized:
    return register.search(words, TODAY).items


def _below(province: int) -> Sized:
    return register.below(province, THREE_TIERS).items


def _settle() -> None:
    """What a server does by itself in time: know how many rows there are."""
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()


def _slow(calls: Sequence[partial[Any]], rounds: int) -> float:
    """The 95th percentile of so many rounds of `calls` after a first one; only what is nowhere may find nothing."""
    times = []
    for _round in range(rounds + 1):
        for call in calls:
            began = time.perf_counter()
            answer = call()
            times.append((time.perf_counter() - began) * 1000)
            assert bool(len(answer)) is (call.args[0] != NOWHERE), f"{call} found {len(answer)}"
            db.session.rollback()
            db.session.expunge_all()
    return statistics.quantiles(times[len(calls) :], n=20)[-1]
