"""Background work kept in the application's own database; only this module and `worker` know dbos.

The truth stays in the application's rows. A job is a function over one row that is safe to repeat; one run
of it has the id `job:key:attempt`. Enqueueing asks for attempt 1 and does nothing when that run exists. A
sweep compares what the rows still wait for with the runs and starts the next attempt when there is no run,
when the last one ended without effect (after a pause that doubles), when its worker is gone, or when it has been
silent for very long.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus
from sqlalchemy.orm import Session

from certflow import clock

State = Literal["waiting", "running", "done", "failed"]

APPLICATION = "certflow"
LINE = "jobs"
RUN = "run_job"
SWEEP = "sweep"  # a schedule of earlier releases
_STATES: dict[str, State] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
}
_UNFINISHED = ("ENQUEUED", "DELAYED", "PENDING")
_FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_AT_ONCE = 100
_TABLES = frozenset(
    (
        "application_versions",
        "dbos_migrations",
        "event_dispatch_kv",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    )
)

# Without a handler of ours the library adds one that prints to the terminal past the application's log.
logging.getLogger("dbos").addHandler(logging.NullHandler())
logging.getLogger("dbos").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Pending:
    """A row, named by `key`, that still waits for the effect of `job`; `payload` is JSON."""

    job: str
    key: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a job; `error` is that of the last attempt that failed, or ""; times are aware."""

    job: str
    key: str
    attempt: int
    state: State
    error: str
    enqueued_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker spaces its work, in seconds.

    It claims no more jobs than the `at_once` that it works on. A worker that does not renew its lease between `looks`
    looks is gone: then others go on with its jobs after `renew_every * (looks + 1)` seconds and a poll at most.
    """

    poll_every: float = 0.2
    renew_every: float = 4
    looks: int = 5
    sweep_every: float = 15
    retry_after: float = 30
    retry_at_most: float = 3600
    silent_after: float = 900
    finish_within: int = 30
    keep_runs: float = 30 * 86400
    at_once: int = 2


STEADY = Pace()


class Queue:
    """The runs of one database. It connects when first used, so it may be opened before a fork."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._client = DBOSClient(
            system_database_url=database_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def migrate(self) -> None:
        """Create or update the queue's tables; doing it again changes nothing."""
        DBOS.migrate(self._url)

    def close(self) -> None:
        """Give back the connections."""
        self._client.destroy()

    def enqueue(self, session: Session, job: str, key: str, payload: dict[str, Any]) -> None:
        """Ask for `job` on the row `key` within the session's transaction: rolled back, nothing was asked.

        Asking again does nothing; a row that needs its job once more is found by the next sweep. `session` is
        the real one (`db.session()`), bound to this database; `payload` is JSON.
        """
        self._client.enqueue_in_transaction(session, _options(job, key, 1), job, payload)

    def catch_up(self, pending: Sequence[Pending], *, living: Callable[[], Collection[str]], pace: Pace) -> int:
        """Start the next attempt of every pending item that is due for one; the number started.

        `living` gives the names of the workers that are at work.
        """
        started = 0
        for index in range(0, len(pending), _AT_ONCE):
            batch = pending[index : index + _AT_ONCE]
            latest = self._latest(batch)
            workers = living()  # after the runs: who claimed one of them was there before
            for item in batch:
                started += self._start_if_due(item, latest.get((item.job, item.key)), workers, pace)
        return started

    def status(self, *, limit: int = 50) -> list[Run]:
        """The runs that wait, work or failed, newest first; a failure already tried again is left out."""
        statuses = self._client.list_workflows(
            name=RUN, status=[*_UNFINISHED, *_FAILED], limit=limit, sort_desc=True, load_input=False
        )
        runs = [_run(status) for status in statuses]
        around = [_run_id(run.job, run.key, run.attempt + step) for run in runs for step in (-1, 1)]
        near = {status.workflow_id: status for status in self._named(around)}
        latest = [run for run in runs if _run_id(run.job, run.key, run.attempt + 1) not in near]
        return [_with_error_before(run, near) for run in latest]

    def tidy(self, *, pace: Pace) -> None:
        """Delete up to 500 runs that ended longer ago than they are kept."""
        before = clock.now() - dt.timedelta(seconds=pace.keep_runs)
        old = self._client.list_workflows(
            name=[RUN, SWEEP],
            status=["SUCCESS", *_FAILED],
            completed_before=before.isoformat(),
            limit=500,
            load_input=False,
            load_output=False,
        )
        if old:
            self._client.delete_workflows([run.workflow_id for run in old])

    def _named(self, ids: list[str]) -> list[WorkflowStatus]:
        if not ids:
            return []
        return self._client.list_workflows(workflow_ids=ids, load_input=False)

    def _latest(self, pending: Sequence[Pending]) -> dict[tuple[str, str], WorkflowStatus]:
        prefixes = [f"{item.job}:{item.key}:" for item in pending]
        statuses = self._client.list_workflows(
            name=RUN, workflow_id_prefix=prefixes, load_input=False, load_output=False
        )
        attempts: defaultdict[tuple[str, str], dict[int, WorkflowStatus]] = defaultdict(dict)
        for status in statuses:
            job, key, attempt = _parts(status.workflow_id)
            attempts[job, key][attempt] = status
        return {row: runs[max(runs)] for row, runs in attempts.items()}

    def _start_if_due(self, item: Pending, latest: WorkflowStatus | None, living: Collection[str], pace: Pace) -> bool:
        attempt = _parts(latest.workflow_id)[2] if latest else 0
        if latest and not _due(latest, attempt, living, pace):
            return False
        if latest and latest.status == "PENDING":
            self._client.cancel_workflow(latest.workflow_id)
        self._client.enqueue(_options(item.job, item.key, attempt + 1), item.job, item.payload)
        return True


def open_queue(database_url: str) -> Queue:
    """The queue in the application's database, a SQLAlchemy URL of SQLite or PostgreSQL (psycopg 3)."""
    return Queue(database_url)


def is_queue_table(name: str) -> bool:
    """Whether a table of this name is the queue's own, which the application's migrations leave alone."""
    return name in _TABLES


def _due(latest: WorkflowStatus, attempt: int, living: Collection[str], pace: Pace) -> bool:
    if _STATES.get(latest.status) == "waiting":
        return False
    if latest.status == "PENDING":
        if latest.executor_id not in living:
            return True
        since, pause = latest.dequeued_at or latest.created_at, pace.silent_after
    else:
        since = latest.completed_at or latest.updated_at
        pause = min(pace.retry_after * 2 ** min(attempt - 1, 20), pace.retry_at_most)
    return clock.now().timestamp() - (since or 0) / 1000 >= pause


def _run_id(job: str, key: str, attempt: int) -> str:
    return f"{job}:{key}:{attempt}"


def _parts(run_id: str) -> tuple[str, str, int]:
    job, _, rest = run_id.partition(":")
    key, _, attempt = rest.rpartition(":")
    return job, key, int(attempt)


def _options(job: str, key: str, attempt: int) -> EnqueueOptions:
    return {"workflow_name": RUN, "queue_name": LINE, "workflow_id": _run_id(job, key, attempt)}


def _run(status: WorkflowStatus) -> Run:
    job, key, attempt = _parts(status.workflow_id)
    return Run(
        job=job,
        key=key,
        attempt=attempt,
        state=_STATES.get(status.status, "failed"),
        error=_error(status),
        enqueued_at=_instant(status.created_at or 0),
        ended_at=_instant(status.completed_at) if status.completed_at else None,
    )


def _with_error_before(run: Run, near: dict[str, WorkflowStatus]) -> Run:
    before = near.get(_run_id(run.job, run.key, run.attempt - 1))
    return run if run.error or before is None else replace(run, error=_error(before))


def _error(status: WorkflowStatus) -> str:
    if status.status not in _FAILED:
        return ""
    name = getattr(status.error, "name", type(status.error).__name__)
    return f"{name}: {status.error}" if status.error else status.status


def _instant(milliseconds: int | None) -> dt.datetime:
    return dt.datetime.fromtimestamp((milliseconds or 0) / 1000, clock.ZONE)
