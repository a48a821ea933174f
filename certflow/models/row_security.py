"""Which dossiers a transaction may touch: told to PostgreSQL, whose row security stands behind every query.

The filter of lists is access.visible. What is told here is the same thing again, once per request, so that a query that
forgets the filter finds nothing of others. SQLite has no row security; there the filter stands alone. The command line
and the worker, which nobody reaches over the network, see everything.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from certflow.models.base import db
from certflow.models.running import deadlines


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen: dossiers at these units, filed ones below them, single ones, published ones, or everything.

    `country` says that what provinces have filed about themselves is seen.
    """

    everything: bool = False
    published: bool = False
    country: bool = False
    communes: tuple[int, ...] = ()
    districts: tuple[int, ...] = ()
    provinces: tuple[int, ...] = ()
    dossiers: tuple[int, ...] = ()

    def settings(self) -> dict[str, str]:
        """The settings that the policies read, by name."""
        flags = {name: "on" if getattr(self, name) else "" for name in ("everything", "published", "country")}
        ids = {name: _array(getattr(self, name)) for name in ("communes", "districts", "provinces", "dossiers")}
        return {f"certflow.{name}": value for name, value in (flags | ids).items()}


EVERYTHING, PUBLISHED, NOTHING = Sight(everything=True), Sight(published=True), Sight()

_sight: ContextVar[Sight] = ContextVar("sight", default=EVERYTHING)


def _array(ids: Iterable[int]) -> str:
    return "{" + ",".join(str(int(id_)) for id_ in ids) + "}"


def prepare(engine: Engine) -> None:
    """Tell each transaction of `engine` what it may see, as it begins."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _tell)


def _tell(connection: Connection) -> None:
    """Past SQLAlchemy's own events: this is part of beginning a transaction, and no query of a page."""
    tell(connection.connection.dbapi_connection)


def tell(driver: Any) -> None:
    """Begin a transaction on the driver's own connection to PostgreSQL: what it may see, and how long it may take."""
    settings = _sight.get().settings() | deadlines.settings()
    calls = ", ".join("set_config(%s, %s, true)" for _setting in settings)
    with driver.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [word for pair in settings.items() for word in pair])


def guarded() -> bool:
    """Whether the database has row security."""
    return db.engine.dialect.name == "postgresql"


def see(sight: Sight) -> Token[Sight]:
    """From now on see only what `sight` says, in the transaction under way too; `forget` takes the token."""
    token = _sight.set(sight)
    _tell_current()
    return token


def forget(token: Token[Sight]) -> None:
    """See again what was seen before."""
    _sight.reset(token)
    _tell_current()


@contextmanager
def seeing(sight: Sight) -> Iterator[None]:
    """See what `sight` says inside: for the few questions that are rightly asked of more than one's own."""
    token = see(sight)
    try:
        yield
    finally:
        forget(token)


def _tell_current() -> None:
    session = db.session()
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        _tell(session.connection())
