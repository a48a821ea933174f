"""The condition of an installation, for the machine that watches it."""

import datetime as dt
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from certflow.models.accounts import OutgoingMail
from certflow.models.results import Document
from certflow.models.running import clocks
from certflow.models.running.leases import WorkerLease

LAST_BACKUP = "last-backup.json"  # {"at": "2026-11-30T21:00:00+07:00"}, in the data folder
BACKUP_LASTS = dt.timedelta(hours=48)
JOB_WAITS = dt.timedelta(minutes=15)
WORKER_SILENT = dt.timedelta(minutes=1)
LITTLE_ROOM, NO_ROOM = 2 * 1024**3, 100 * 1024**2
_STANDBYS = text(
    "SELECT (SELECT count(*) FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'), "
    "current_setting('synchronous_standby_names') <> '' "
    "AND current_setting('synchronous_commit') NOT IN ('off', 'local')"
)


@dataclass(slots=True)
class Condition:
    """Facts by name; `warnings` for somebody to see to; with `faults` nothing should be sent here."""

    facts: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """In one word or two."""
        return "not ready" if self.faults else "warning" if self.warnings else "ready"


def of(session: Session, folders: dict[str, Path]) -> Condition:
    """Ask everything; `folders` by name are those whose disks fill up, `data` among them. Sees all rows."""
    condition = Condition()
    at = _clocks(session, condition)
    _worker(session, at, condition)
    _jobs(session, at, condition)
    _replication(session, condition)
    _disks(folders, condition)
    _backup(folders["data"], at, condition)
    return condition


def _clocks(session: Session, condition: Condition) -> dt.datetime:
    now = clocks.read(session)
    condition.facts["database_clock_ahead_seconds"] = round(now.ahead.total_seconds(), 3)
    condition.facts["clock_set_back_seconds"] = max(round(now.behind.total_seconds(), 3), 0.0)
    if now.ran_backwards:
        condition.faults.append("the clock was set back: nothing is decided (set it right; see: certflow clock)")
    elif not now.trusted:
        condition.faults.append("the clocks of this server and of the database differ too much: nothing is decided")
    elif now.differ:
        condition.warnings.append("the clocks of this server and of the database differ by more than a second")
    return now.at


def _worker(session: Session, at: dt.datetime, condition: Condition) -> None:
    seen = session.scalar(select(func.max(WorkerLease.renewed_at)).where(WorkerLease.ended_at.is_(None)))
    condition.facts["worker_seen_seconds_ago"] = seen and round((at - seen).total_seconds(), 1)
    if seen is None or at - seen > WORKER_SILENT:
        condition.warnings.append("no background worker is at work")


def _jobs(session: Session, at: dt.datetime, condition: Condition) -> None:
    mail = select(OutgoingMail.made_at).where(OutgoingMail.closed_at.is_(None)).order_by(OutgoingMail.id)
    paper = select(Document.intended_at).where(Document.issued_at.is_(None)).order_by(Document.id)
    waiting: tuple[Select[dt.datetime], ...] = (mail, paper)
    begun = [since for query in waiting if (since := session.scalar(query.limit(1))) is not None]
    oldest = at - min(begun) if begun else None
    condition.facts["oldest_job_waits_seconds"] = round(oldest.total_seconds(), 1) if oldest else None
    if oldest is not None and oldest > JOB_WAITS:
        condition.warnings.append("a paper or a mail waits for more than 15 minutes")


def _replication(session: Session, condition: Condition) -> None:
    if session.get_bind().dialect.name != "postgresql":
        condition.facts["replication"] = "none"
        return
    standbys, waits = session.execute(_STANDBYS).one()
    condition.facts["replication"] = ("synchronous" if waits else "asynchronous") if standbys else "none"
    if standbys and not waits:
        condition.warnings.append(
            "a standby follows asynchronously: after a failover the latest decisions may be missing "
            "(set synchronous_standby_names)"
        )


def _disks(folders: dict[str, Path], condition: Condition) -> None:
    for name, folder in folders.items():
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            condition.faults.append(f"the folder for {name} is not there")
            continue
        condition.facts[f"free_disk_{name}_mb"] = free // 2**20
        if free < NO_ROOM:
            condition.faults.append(f"the disk for {name} is full")
        elif free < LITTLE_ROOM:
            condition.warnings.append(f"the disk for {name} is nearly full")


def _backup(folder: Path, at: dt.datetime, condition: Condition) -> None:
    last = _last_backup(folder / LAST_BACKUP)
    condition.facts["last_backup"] = last.isoformat() if last else "none"
    if last is None or at - last > BACKUP_LASTS:
        condition.warnings.append("there is no backup of the last 48 hours")


def _last_backup(record: Path) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(json.loads(record.read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
