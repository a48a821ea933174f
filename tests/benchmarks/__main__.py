"""`poe bench`: prints every measurement with its aim; `--quick` takes small sizes and is part of `poe check`.

Ends with 1 when something cannot be measured, or is not what its line says; never because a machine is slow.
"""

import sys
import traceback
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from tests.benchmarks import acts, national, pages, papers, processor, recomputing, units

QUICK = "--quick" in sys.argv
DATABASES = ("sqlite", "postgresql")
WIDTH = 132
Row = tuple[str, str, str, str, str]


def main() -> int:
    """Measure and print; nothing here decides whether a build is good."""
    table = Table("what", "measured", "limit in the same run", "ratio", "aim", title="CertFlow benchmarks")
    failed = []
    for rows in MEASUREMENTS:
        try:
            for row in rows():
                table.add_row(*row)
        except Exception:
            traceback.print_exc()
            failed.append(rows.__name__)
    console = Console()
    Console(width=console.width if console.is_terminal else WIDTH).print(table)
    if failed:
        sys.stderr.write(f"These could not be measured, the reasons stand above: {', '.join(failed)}\n")
    return 1 if failed else 0


def acting() -> Iterator[Row]:
    """An act with its commit against the same statements by the bare driver."""
    for database, aim in acts.AIMS.items():
        ours, limit = acts.measure(database, 60 if QUICK else 400)
        share = f"{100 * ours / limit:.0f} %"
        yield f"act() on {database}", f"{ours:.0f}/s", f"{limit:.0f}/s bare driver", share, f"≥ {aim} %"


def printing() -> Iterator[Row]:
    """A certificate against the engine alone, the other engine, and the same with a look at the finished file."""
    times = papers.measure(15 if QUICK else 60)
    ours, alone, other, checked = (times[name] for name in ("certificate", "typst alone", "pdfkit", "looked at"))
    yield "certificate", f"{ours:.1f} ms", f"{alone:.1f} ms typst alone", f"{ours / alone:.2f}x", "≤ 1.3x"
    yield "certificate", f"{ours:.1f} ms", f"{other:.1f} ms pdfkit", f"{other / ours:.1f}x", "≥ 20x faster"
    yield "certificate, looked at", f"{checked:.1f} ms", f"{ours:.1f} ms made only", f"{checked / ours:.1f}x", ""


def working() -> Iterator[Row]:
    """My work against a page that says hello."""
    for database in DATABASES:
        page, hello = pages.measure(database, 50 if QUICK else 500, 10 if QUICK else 100)
        yield f"my work on {database}", f"{page:.1f} ms", f"{hello:.1f} ms hello", f"{page / hello:.1f}x", ""


def requests() -> Iterator[Row]:
    """Processor time of one request."""
    times = processor.measure(15 if QUICK else 200)
    hello = times.pop("hello")
    for name, ours in times.items():
        limit, aim = f"{hello:.1f} ms hello", processor.AIMS.get(name, "")
        yield f"{name}: processor time", f"{ours:.1f} ms", limit, f"{ours / hello:.1f}x", aim


def country() -> Iterator[Row]:
    """My work and permissions with years of every commune; `--quick` has a few communes."""
    size = national.TINY if QUICK else national.WHOLE
    for database in DATABASES:
        for reader, (median, slow) in national.measure(database, 5 if QUICK else 50, size).items():
            unit = "µs" if reader == "permission" else "ms"
            name = f"{size.dossiers} dossiers: {reader} on {database}"
            yield name, f"{median:.1f} {unit} (p95 {slow:.1f})", "", "", ""


def places() -> Iterator[Row]:
    """Units with both epochs: the import, and what 95 of 100 ways to look at them take at most."""
    for database in DATABASES:
        imported, looking = units.measure(database, 3 if QUICK else 20)
        yield f"units import on {database}", f"{imported:.1f} s", "", "", "< 20 s"
        for name, slow in looking.items():
            yield f"{name} on {database}", f"{slow:.1f} ms (p95)", "", "", "< 20 ms"


def computing() -> Iterator[Row]:
    """Scoring, loading and recomputing."""
    scored, read = recomputing.scored(1000 if QUICK else 5000)
    yield (
        "score() without its proof",
        f"{scored:.0f}/s",
        f"{read:.0f}/s its JSON read",
        f"{read / scored:.2f}x",
        "≥ 20000/s",
    )
    loaded = min(recomputing.loaded() for _n in range(5))
    yield "all definitions, read anew", f"{loaded:.3f} s", "", "", "< 0.3 s"
    for database in DATABASES:
        anew, merely_read = recomputing.recomputed(database, 200 if QUICK else recomputing.COMMUNES)
        limit, times_over = f"{merely_read:.0f}/s merely read", f"{merely_read / anew:.2f}x"
        yield f"recompute on {database}", f"{anew:.0f}/s", limit, times_over, ""


MEASUREMENTS: tuple[Callable[[], Iterator[Row]], ...] = (
    *(acting, printing, working, requests, country, places, computing),
)

if __name__ == "__main__":
    sys.exit(main())
