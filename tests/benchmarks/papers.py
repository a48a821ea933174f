"""A certificate with everything around it: against typst alone, against the look at the finished file, against pdfkit.

Each paper has its own number and unit, as those that a worker issues: typst keeps what it has set for the next paper.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import typst

from certflow.gateways.pdf import printing
from tests.benchmarks.timing import medians
from tests.gateways import paper_samples

NUMBERED = "/GCN-CĐHT"


def measure(count: int) -> dict[str, float]:
    """Median milliseconds of a certificate, of one by typst alone, of one looked at when finished, and of pdfkit's."""
    facts, few = _facts(), max(3, count // 10)
    alone = iter(_alone(facts, count + 1))
    makings = {
        "certificate": lambda: printing.render("certificate", next(facts)),
        "typst alone": lambda: next(alone)(),
        "looked at": lambda: printing.checked("certificate", next(facts)),
    }
    slow = {"pdfkit": (lambda: printing.render("certificate", next(facts), engine="pdfkit"), _require_certificate)}
    return medians({name: (make, _require_certificate) for name, make in makings.items()}, count) | medians(slow, few)


def _facts() -> Iterator[dict[str, Any]]:
    """Facts of ever new certificates."""
    number = 0
    while number := number + 1:
        yield paper_samples.FACTS | {"number_text": f"{number}{NUMBERED}", "unit": f"Xã Số {number}"}


def _alone(facts: Iterator[dict[str, Any]], papers: int) -> list[Callable[[], bytes]]:
    """What the product asks of typst for each of so many certificates, to be asked without anything around it."""
    with patch.object(typst, "compile", return_value=b"") as compiling:
        for _paper in range(papers):
            printing.render("certificate", next(facts))
    assert compiling.call_count == papers
    compiled: Callable[..., bytes] = typst.compile
    return [partial(compiled, *call.args, **call.kwargs) for call in compiling.call_args_list]


def _require_certificate(paper: bytes) -> None:
    assert NUMBERED in "".join(paper_samples.pages(paper)), "this is no certificate"
