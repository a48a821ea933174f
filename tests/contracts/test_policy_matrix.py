"""The generated matrix: everybody asks every address about everything in every state, and the table says what comes."""

import time
from collections import Counter

import pytest
from flask import Flask

from tests.policy.cast import people
from tests.policy.seeds import world
from tests.policy.sending import Courier, cells, differences, without_the_guard

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_everybody_is_answered_as_the_table_says(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    t0 = time.process_time()
    with app.app_context():
        made = world()
    t1 = time.process_time()
    asking = people()
    courier = Courier(app, asking)
    t2 = time.process_time()
    asked = list(cells(app, made, asking))
    t3 = time.process_time()
    count, wrong = differences(app, courier, asked)
    t4 = time.process_time()
    with capsys.disabled():
        print(
            "seed",
            t1 - t0,
            "sign-in",
            t2 - t1,
            "build",
            t3 - t2,
            "send",
            t4 - t3,
            "cells",
            count,
            "people",
            len(asking),
        )
        print(Counter(c.expected.name for c in asked))
        print(len({(c.method, c.url, c.person, tuple(sorted(c.sent.items()))) for c in asked}))
    assert len(wrong) == 0, "\n".join(wrong[:80])
