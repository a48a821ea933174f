"""Jobs over a table of papers, as the application's are over its documents, and a process that does them.

`python -m tests.jobs.stub_worker URL NAME` works until SIGTERM; it ends with 3 if anything calls outside, with 4 when
another worker took over.
"""

import logging
import os
import sys
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from certflow.gateways.queue import Pace, Pending
from certflow.gateways.worker import Job, Sweep, run_worker
from certflow.models.running import leases
from tests.waiting import eventually

BRISK = Pace(poll_every=0.1, renew_every=0.2, looks=10, sweep_every=1, retry_after=0, silent_after=1, finish_within=0)
PATIENT = replace(BRISK, retry_after=3600, silent_after=3600)
ASKED, ISSUED, BROKEN, HELD = "asked", "issued", "broken", "held"

metadata = sa.MetaData()
papers = sa.Table("paper", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", sa.Text))
visits = sa.Table("visit", metadata, sa.Column("paper_id", sa.Integer), sa.Column("executor", sa.Text))
effects = sa.Table("effect", metadata, sa.Column("paper_id", sa.Integer))
sweeps = sa.Table("swept", metadata, sa.Column("executor", sa.Text))


def state(engine: sa.Engine, paper_id: int) -> str:
    """The paper's state, "" if there is no such paper."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(papers.c.state).where(papers.c.id == paper_id)) or ""


def set_state(engine: sa.Engine, paper_id: int, to: str) -> None:
    """Change the paper from outside, as an officer would."""
    with engine.begin() as connection:
        connection.execute(papers.update().where(papers.c.id == paper_id).values(state=to))


def rows(engine: sa.Engine, table: sa.Table) -> list[Any]:
    """The first column of a table."""
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(table)))


def stub_jobs(engine: sa.Engine, executor: str) -> dict[str, Job]:
    """One job, `issue`: it waits while its paper is held, fails while it is broken, and takes effect once.

    Its effect is stored while the lease of `executor` is in force.
    """

    def issue(payload: dict[str, Any]) -> None:
        paper_id = payload["paper_id"]
        with engine.begin() as connection:
            connection.execute(visits.insert().values(paper_id=paper_id, executor=executor))
        eventually(lambda: state(engine, paper_id) != HELD)
        if state(engine, paper_id) == BROKEN:
            raise ValueError("máy in hỏng")
        asked = (papers.c.id == paper_id) & (papers.c.state == ASKED)
        with engine.begin() as connection:
            if connection.execute(papers.update().where(asked).values(state=ISSUED)).rowcount:
                connection.execute(effects.insert().values(paper_id=paper_id))
            leases.hold(connection, executor)

    return {"issue": issue}


def stub_sweeps(engine: sa.Engine, executor: str) -> list[Sweep]:
    """One sweep: the papers that are not issued yet."""

    def unissued() -> list[Pending]:
        with engine.begin() as connection:
            connection.execute(sweeps.insert().values(executor=executor))
            ids = connection.scalars(sa.select(papers.c.id).where(papers.c.state != ISSUED)).all()
        return [Pending("issue", str(paper_id), {"paper_id": paper_id}) for paper_id in ids]

    return [unissued]


def _refuse_calls(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        os._exit(3)


def run(url: str, name: str, **options: Any) -> bool:
    """Work under this name as `run_worker` does."""
    engine = sa.create_engine(url)
    lease = leases.Lease(url, name, looks=options["pace"].looks)
    try:
        return run_worker(url, stub_jobs(engine, name), stub_sweeps(engine, name), lease=lease, **options)
    finally:
        lease.close()
        engine.dispose()


def main(url: str, name: str) -> int:
    """Work until SIGTERM."""
    logging.basicConfig(level=logging.ERROR)
    sys.addaudithook(_refuse_calls)
    return 0 if run(url, name, pace=PATIENT) else 4


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
