"""`poe bench`: prints every ratio with its aim; `--quick` takes small sizes."""

import sys

from rich.console import Console
from rich.table import Table

from tests.benchmarks import acts, pages, papers, recomputing, register, units

QUICK = "--quick" in sys.argv


def main() -> None:
    """Measure and print; nothing here decides whether a build is good."""
    table = Table("what", "measured", "limit in the same run", "ratio", "aim", title="CertFlow benchmarks")
    for database, aim in acts.AIMS.items():
        acting, limit = acts.measure(database, 60 if QUICK else 400)
        share = f"{100 * acting / limit:.0f} %"
        table.add_row(f"act() on {database}", f"{acting:.0f}/s", f"{limit:.0f}/s bare driver", share, f"≥ {aim} %")
    times = papers.measure(10 if QUICK else 60)
    ours = times["certificate"]
    for name, wanted in (("typst alone", "≤ 1.3x"), ("pdfkit", "≥ 20x faster")):
        times_over = ours / times[name] if name == "typst alone" else times[name] / ours
        table.add_row("certificate", f"{ours:.1f} ms", f"{times[name]:.1f} ms {name}", f"{times_over:.2f}x", wanted)
    for database in acts.AIMS:
        page, hello = pages.measure(database, 50 if QUICK else 500, 20 if QUICK else 100)
        measured = f"{page:.1f} ms"
        table.add_row(f"my work on {database}", measured, f"{hello:.1f} ms hello", f"{page / hello:.1f}x", "")
    for database in acts.AIMS:
        imported, search = units.measure(database, 50 if QUICK else 400)
        table.add_row(f"units import on {database}", f"{imported:.1f} s", "", "", "< 20 s")
        table.add_row(f"units.find() p95 on {database}", f"{search:.1f} ms", "", "", "< 20 ms")
    computing(table)
    searching(table)
    Console().print(table)


def computing(table: Table) -> None:
    """Scoring, loading and recomputing."""
    scored, read = recomputing.scored(1000 if QUICK else 5000)
    table.add_row("score()", f"{scored:.0f}/s", f"{read:.0f}/s its JSON read", f"{read / scored:.2f}x", "≥ 20000/s")
    loaded = min(recomputing.loaded() for _n in range(5))
    table.add_row("all definitions", f"{loaded:.3f} s", "", "", "< 0.3 s")
    for database in acts.AIMS:
        anew, merely_read = recomputing.recomputed(database, 200 if QUICK else recomputing.COMMUNES)
        limit, times_over = f"{merely_read:.0f}/s merely read", f"{merely_read / anew:.2f}x"
        table.add_row(f"recompute on {database}", f"{anew:.0f}/s", limit, times_over, "")


def searching(table: Table) -> None:
    """The register of units with both epochs: what 95 of 100 searches take at most, and each level of the tree."""
    for database in acts.AIMS:
        for what, slow in register.measure(database, 3 if QUICK else 20).items():
            table.add_row(f"units: {what} on {database}", f"{slow:.1f} ms (p95)", "", "", "< 20 ms")


if __name__ == "__main__":
    main()
