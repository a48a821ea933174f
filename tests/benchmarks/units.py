"""Importing the units of both epochs, and finding one among all of them."""

import statistics
import time

from certflow.catalogue import units
from certflow.models.base import db
from certflow.units import importing, store
from tests.benchmarks.places import application

WORDS = ("xuan", "dong nai", "Đồng Nai", "xã", "phuong 1", "tan van", "an", "zzz")


def measure(database: str, count: int) -> tuple[float, float]:
    """Seconds of importing the whole country in both epochs, and the 95th percentile of `count` searches in ms."""
    with application(database) as app, app.app_context():
        began = time.perf_counter()
        store.ensure_country()
        importing.import_both()
        db.session.commit()
        imported = time.perf_counter() - began
        return imported, _search(count)


def _search(count: int) -> float:
    times = []
    for number in range(count):
        began = time.perf_counter()
        units.find(WORDS[number % len(WORDS)])
        times.append((time.perf_counter() - began) * 1000)
        db.session.expunge_all()
    return statistics.quantiles(times[len(WORDS) :], n=20)[-1]
