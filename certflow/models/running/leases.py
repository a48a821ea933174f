"""Leases of background workers: who may still write what it works on. No clock decides, only looks at who renews.

A lease that is not renewed between several looks is ended by the worker that looks. Whoever finishes a job holds the
lease in the same transaction (`hold`): so either the old owner's work is stored, or the lease is ended, never both.
"""

import datetime as dt
import os
import secrets
import socket

from sqlalchemy import Engine, String, create_engine, delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from certflow import clock
from certflow.models.base import Model, engine_options, instant
from certflow.models.running import clocks

KEPT_FOR = dt.timedelta(days=30)


class LeaseLostError(RuntimeError):
    """Another worker has taken over the jobs of this one; nothing of it may be stored any more."""


class WorkerLease(Model):
    """One start of a worker under a name of its own; times are for people, by the database's clock."""

    __tablename__ = "worker_lease"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    taken_at: Mapped[dt.datetime]
    renewed_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


def new_name() -> str:
    """A name that no worker had before, on any machine."""
    return f"{socket.gethostname()[:80]}-{os.getpid()}-{secrets.token_hex(4)}"


def hold(session: Session | Connection, name: str) -> None:
    """Keep the lease from being ended until this transaction has ended; raises LeaseLostError when it is ended."""
    lease = select(WorkerLease.name).where(WorkerLease.name == name, WorkerLease.ended_at.is_(None))
    if session.scalar(lease.with_for_update(read=True)) is None:
        raise LeaseLostError(f"the lease of worker {name} has ended")


class Lease:
    """The lease of this worker, with a connection of its own; it ends leases that stand still for `looks` looks."""

    def __init__(self, database_url: str, name: str, *, looks: int) -> None:
        self.name = name
        self._looks = looks
        self._engine = _engine(database_url)
        self._still: dict[str, tuple[dt.datetime, int]] = {}

    def take(self) -> None:
        """Begin; before that the worker must claim no job."""
        with self._engine.connect() as connection:
            row = {"name": self.name, "taken_at": instant(), "renewed_at": instant()}
            connection.execute(insert(WorkerLease).values(row))
            connection.execute(delete(WorkerLease).where(WorkerLease.ended_at < clock.now() - KEPT_FOR))

    def renew(self) -> bool:
        """Whether the lease was still there to be renewed; notes the time as well."""
        own = (WorkerLease.name == self.name) & WorkerLease.ended_at.is_(None)
        with self._engine.connect() as connection:
            clocks.note(connection)
            return bool(connection.execute(update(WorkerLease).where(own).values(renewed_at=instant())).rowcount)

    def end_silent(self) -> list[str]:
        """Look at the leases of the others, and end those that have stood still; their names."""
        with self._engine.connect() as connection:
            seen = {name: renewed_at for name, renewed_at in _in_force(connection) if name != self.name}
            before, self._still = self._still, {}
            for name, renewed_at in seen.items():
                last, looks = before.get(name, (None, 0))
                self._still[name] = (renewed_at, looks + 1 if last == renewed_at else 0)
            silent = [name for name, (_at, looks) in self._still.items() if looks >= self._looks]
            return [name for name in silent if _end(connection, name, self._still[name][0])]

    def living(self) -> set[str]:
        """The names of all workers whose lease is in force."""
        with self._engine.connect() as connection:
            return {name for name, _renewed_at in _in_force(connection)}

    def give_up(self) -> None:
        """End it, so that others go on at once with what is left."""
        with self._engine.connect() as connection:
            _end(connection, self.name)

    def close(self) -> None:
        """Give back the connection."""
        self._engine.dispose()


def _engine(database_url: str) -> Engine:
    """Each statement is a transaction of its own, and reading takes no lock on SQLite."""
    options = engine_options(database_url) | {"pool_pre_ping": True}
    return create_engine(database_url, isolation_level="AUTOCOMMIT", **options)


def _in_force(connection: Connection) -> list[tuple[str, dt.datetime]]:
    query = select(WorkerLease.name, WorkerLease.renewed_at).where(WorkerLease.ended_at.is_(None))
    return [(name, renewed_at) for name, renewed_at in connection.execute(query)]


def _end(connection: Connection, name: str, unless_renewed_since: dt.datetime | None = None) -> bool:
    lease = (WorkerLease.name == name) & WorkerLease.ended_at.is_(None)
    if unless_renewed_since is not None:
        lease &= WorkerLease.renewed_at == unless_renewed_since
    return bool(connection.execute(update(WorkerLease).where(lease).values(ended_at=instant())).rowcount)
