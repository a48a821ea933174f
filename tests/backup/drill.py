"""The drill at full size: many dossiers and files are backed up, restored into an empty place, opened and hashed.

`python -m tests.backup.drill [--dossiers N] [--files N] [sqlite|postgresql ...]`; it prints what it took.
"""

import argparse
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner

from certflow import clock
from certflow.cli import main as certflow
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, HistoryEntry, Meeting, Submission
from certflow.models.units import UnitVersion
from tests import make, postgres
from tests.benchmarks.places import application
from tests.gateways import samples

ROUNDS = 3
COPIED = (Claim, Meeting, Submission, HistoryEntry)


def main() -> None:
    """Do the drill on each database and end with 1 when anything is not whole."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--dossiers", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for database in asked.databases:
        drill(database, asked.dossiers, asked.files)


def drill(database: str, dossiers: int, files: int) -> None:
    """Fill, back up, restore, look."""
    with application(database) as app, tempfile.TemporaryDirectory(prefix="certflow-drill") as name:
        with app.app_context():
            _timed(f"{database}: fill with {dossiers} dossiers and {files} files", lambda: _fill(dossiers, files))
            settings = equipment().settings
            db.session.remove()
        os.environ |= {"CERTFLOW_DIR": str(settings.data_dir), "CERTFLOW_DATABASE_URL": settings.database_url}
        os.environ |= {"CERTFLOW_AUDIT_KEY": settings.audit_key, "CERTFLOW_PG_BIN": str(postgres.programs())}
        place = str(Path(name) / "backup")
        _timed("backup", lambda: _run("backup", place))
        _timed("backup again", lambda: _run("backup", place))
        with _elsewhere(settings.database_url, Path(name) / "elsewhere") as variables:
            os.environ |= variables
            _timed("restore", lambda: _run("restore", place))
            _timed("doctor --hashes", lambda: _run("doctor", "--hashes"))


def _fill(dossiers: int, files: int) -> None:
    """Copies of one submitted dossier in several rounds, with files of a few bytes that all differ."""
    first = make.dossier("submitted")
    units = make.communes(dossiers // ROUNDS + 20)
    rounds = [first.round_id, *(make.round_(title=f"Đợt {n}").id for n in range(1, ROUNDS))]
    taken = {(first.round_id, first.unit_id)}
    seats = [(round_, unit.id) for round_ in rounds for unit in units if (round_, unit.id) not in taken]
    ids = [first.id, *(_copy(first, *seat) for seat in seats[: dossiers - 1])]
    assert len(ids) == dossiers
    for number in range(files):
        _attach(ids[number % len(ids)], number, first.opened_by_id)
    db.session.commit()


def _copy(first: Dossier, round_id: int, unit_id: int) -> int:
    place = db.session.scalar(sa.select(UnitVersion.id).where(UnitVersion.unit_id == unit_id))
    seat = {"round_id": round_id, "unit_id": unit_id, "commune_id": unit_id, "place_id": place}
    row = _values(first) | seat
    row.pop("id")
    dossier_id: int = db.session.execute(sa.insert(Dossier).values(**row).returning(Dossier.id)).scalar_one()
    for kind in COPIED:
        table: Any = kind.__table__
        columns = [column for column in table.c if column.name != "dossier_id"]
        chosen = sa.select(sa.literal(dossier_id), *columns).where(table.c.dossier_id == first.id)
        db.session.execute(sa.insert(table).from_select([table.c.dossier_id, *columns], chosen))
    return dossier_id


def _values(row: Dossier) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(Dossier).column_attrs}


def _attach(dossier_id: int, number: int, person_id: int) -> None:
    storage = equipment().storage
    key = storage.new_key("evidence")
    stored = storage.put(key, [samples.picture("PNG"), number.to_bytes(4)])
    row = {"dossier_id": dossier_id, "indicator": "1.1", "storage_key": key, "original_name": f"{number}.png"}
    row |= {"media_type": "image/png", "size": stored.size, "sha256": stored.sha256, "uploaded_at": clock.now()}
    named = {"uploaded_by_id": person_id, "uploaded_by_name": "Trần Thị Thử", "uploaded_by_position": ""}
    db.session.execute(sa.insert(Evidence).values(**row, **named))


@contextmanager
def _elsewhere(url: str, folder: Path) -> Iterator[dict[str, str]]:
    """The variables of an empty installation."""
    variables = {"CERTFLOW_DIR": str(folder), "CERTFLOW_AUDIT_KEY": ""}
    if url.startswith("sqlite"):
        yield variables | {"CERTFLOW_DATABASE_URL": ""}
        return
    name = f"elsewhere_{uuid.uuid4().hex[:12]}"
    with postgres.beside(url) as superuser:
        superuser.exec_driver_sql(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0")
        there = sa.make_url(url).set(database=name).render_as_string(hide_password=False)
        yield variables | {"CERTFLOW_DATABASE_URL": there}
        superuser.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _run(*arguments: str) -> None:
    done = CliRunner().invoke(certflow, arguments, catch_exceptions=False)
    if done.exit_code:
        sys.exit(f"certflow {' '.join(arguments)} ended with {done.exit_code}: {done.output[-2000:]}")
    sys.stdout.write(f"    {done.stdout.strip().splitlines()[-1]}\n")


def _timed(what: str, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    sys.stdout.write(f"{what}: {time.perf_counter() - began:.1f} s\n")


if __name__ == "__main__":
    main()
