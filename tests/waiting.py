"""Waiting for what other threads and processes do. The limits only keep a test from hanging."""

import time
from collections.abc import Callable
from typing import Any

AT_MOST = 300.0  # seconds; for a process, a browser or a database on a machine with much else to do


def eventually(holds: Callable[[], Any]) -> None:
    """Wait until `holds()`; AssertionError when it never does."""
    end = time.monotonic() + AT_MOST
    while not holds():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.05)
