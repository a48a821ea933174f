"""`poe bench --quick` in `poe check`: what cannot be measured fails it, and the rest is printed all the same."""

from collections.abc import Iterator

import pytest

from tests.benchmarks import __main__ as benchmarks


def test_what_cannot_be_measured_ends_with_an_error_and_stops_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[benchmarks.Row]:
        yield "first half", "1 ms", "", "", ""
        raise AssertionError("/ answered 404")

    def slow() -> Iterator[benchmarks.Row]:
        yield "another page", "9000 ms", "1 ms hello", "9000x", "≤ 2x"

    monkeypatch.setattr(benchmarks, "MEASUREMENTS", (broken, slow))
    assert benchmarks.main() == 1
    printed = capsys.readouterr()
    assert "another page" in printed.out
    assert "/ answered 404" in printed.err
    assert "could not be measured, the reasons stand above: broken\n" in printed.err

    monkeypatch.setattr(benchmarks, "MEASUREMENTS", (slow,))
    assert benchmarks.main() == 0
