"""Guessing slowed down: wrong guesses make the next one wait, longer each time, and nobody is ever locked out.

Wrong guesses are counted under keys and forgiven one by one as time passes. Which counts a guess must heed:

- A browser in which the account was opened before has a count of its own for that account, and heeds no other: what
  anybody else guesses, from the same address or from a thousand others, does not keep its owner waiting.
- Another browser heeds the count of the account at its address. One address guessing at one account is slowed by it.
- At an address from which the account was not opened lately, the count of the account at all such addresses is heeded
  too: it slows those who guess from many addresses, and only in places where its owner is a stranger. Who has hardly
  guessed wrong there is refused once and answered BOUNDED later, whatever others guess meanwhile: so the owner at a
  new computer gets in within a minute.
- An address with many wrong guesses at any accounts gives each of them fewer free ones.
- An address from which many different names were guessed at (`sources`) waits after each further one, up to half a
  minute, whichever account is next: so one guess at each of many accounts is slowed. An office shares one address;
  browsers that are known do not heed this, and administrators are told.

Names that nobody has are counted alike, so that a wait tells nothing. Of many guesses at once no more are answered
than would be one after the other: callers ask again, locked, before they answer.
"""

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from certflow import clock
from certflow.accounts.guessing import sources
from certflow.errors import TooMany
from certflow.models.accounts import SignInCount
from certflow.models.base import begin_writing, db
from certflow.wording import _

Purpose = Literal["password", "code", "link"]


@dataclass(frozen=True, slots=True)
class ThrottlingRule:
    """So many wrong guesses are free; then each doubles the wait. One is forgiven in every `forgiven_every`."""

    free: int
    first: dt.timedelta
    longest: dt.timedelta
    forgiven_every: dt.timedelta

    def wait(self, failures: int) -> dt.timedelta:
        """How long the next guess waits after the last of so many wrong ones."""
        if failures < self.free:
            return dt.timedelta(0)
        return min(self.first * (1 << min(failures - self.free, 20)), self.longest)


AT_ADDRESS = ThrottlingRule(5, dt.timedelta(seconds=30), dt.timedelta(minutes=15), dt.timedelta(minutes=30))
AT_BUSY_ADDRESS = ThrottlingRule(2, dt.timedelta(minutes=2), dt.timedelta(minutes=15), dt.timedelta(minutes=30))
EVERYWHERE = ThrottlingRule(20, dt.timedelta(seconds=10), dt.timedelta(minutes=5), dt.timedelta(minutes=5))
MANY_NAMES = ThrottlingRule(sources.MANY, dt.timedelta(seconds=10), dt.timedelta(seconds=30), dt.timedelta(seconds=30))
BUSY_FROM, BUSY_FORGIVEN_EVERY = 30, dt.timedelta(seconds=30)
BOUNDED, BOUNDED_FOR, FEW_OWN = dt.timedelta(seconds=30), dt.timedelta(minutes=10), 3
MOST_COUNTED = 60
MOST_THROWN = 500
KEPT = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Guess:
    """Who is guessed at and from where.

    `browser` names one in which the account was opened before, "" for any other; `familiar` says that the account was
    opened from this source lately.
    """

    purpose: Purpose
    account: str
    source: str
    browser: str = ""
    familiar: bool = False

    @property
    def own(self) -> str:
        """The key of the count that belongs to this browser, or to the account at this address."""
        return self._key("browser", self.browser) if self.browser else self._key("address", network(self.source))

    @property
    def everywhere(self) -> str:
        """The key of the account's count at all strange addresses; "" where it is not heeded."""
        return "" if self.browser or self.familiar else self._key("everywhere")

    @property
    def busy(self) -> str:
        """The key of the address's own count."""
        return _hashed("busy", network(self.source))

    @property
    def refused(self) -> str:
        """The key under which is kept since when others' guesses keep this address waiting for the account."""
        return self._key("refused", network(self.source))

    @property
    def names(self) -> str:
        """The address where the names that are guessed at there count; "" where they are not heeded."""
        return network(self.source) if self.purpose == "password" and not self.browser else ""

    def _key(self, kind: str, place: str = "") -> str:
        return _hashed(kind, self.purpose, self.account, place)


def network(source: str) -> str:
    """An IPv6 source with the network it stands in, of which one household has all addresses; others unchanged."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if address.version == 4:
        return source
    return str(ipaddress.ip_network((address, 64), strict=False))


def _hashed(*parts: str) -> str:
    """Keys are hashed, because people type passwords where names belong."""
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()


def refuse_early(guess: Guess, *, lock: bool = False) -> None:
    """Raises TooMany with the instant from which the next guess is answered.

    `lock` makes others who guess under the same keys wait for this transaction.
    """
    keys = [key for key in (guess.own, guess.everywhere) if key]
    if lock:
        _lock([*keys, *([_hashed("names", guess.names)] if guess.names else [])])
    rows = {row.key: row for row in db.session.scalars(_counts([*keys, guess.busy, guess.refused]))}
    busy = guess.busy in rows and _left(rows[guess.busy], BUSY_FORGIVEN_EVERY) >= BUSY_FROM
    own = AT_BUSY_ADDRESS if busy and not guess.browser else AT_ADDRESS
    rules = {guess.own: own, guess.everywhere: EVERYWHERE}
    waits = {key: _until(rows[key], rules[key]) for key in keys if key in rows}
    others = waits.pop(guess.everywhere, clock.now())
    own_failures = _left(rows[guess.own], own.forgiven_every) if guess.own in rows else 0
    if others > clock.now() and own_failures < FEW_OWN:
        others = min(others, _bounded(guess, rows.get(guess.refused)))
    until = max([*waits.values(), others, _until_names(guess)])
    if until > clock.now():
        raise TooMany(_said(until), until=until)


def _bounded(guess: Guess, refused: SignInCount | None) -> dt.datetime:
    """When this address is answered although others guess on: BOUNDED after it was refused for them, which is kept."""
    if refused is not None and clock.now() - refused.last_at < BOUNDED_FOR:
        return refused.last_at + BOUNDED
    begin_writing()
    _set(guess.refused, 0)
    return clock.now() + BOUNDED


def _until_names(guess: Guess) -> dt.datetime:
    run = sources.run_of(guess.names) if guess.names else None
    if run is None:
        return clock.now()
    left = max(0, run.names - (clock.now() - run.last_at) // MANY_NAMES.forgiven_every)
    return run.last_at + MANY_NAMES.wait(left)


def _said(until: dt.datetime) -> str:
    instant = (until + dt.timedelta(seconds=1)).astimezone(clock.ZONE)
    return _("Too many wrong attempts. You can try again from %(time)s.", time=f"{instant:%H:%M:%S}")


def count(guess: Guess) -> None:
    """Count a wrong guess under each of its keys."""
    every = {guess.own: AT_ADDRESS.forgiven_every, guess.busy: BUSY_FORGIVEN_EVERY}
    if guess.everywhere:
        every[guess.everywhere] = EVERYWHERE.forgiven_every
    rows = {row.key: row for row in db.session.scalars(_counts([*every]))}
    if guess.names and (guess.own not in rows or not _left(rows[guess.own], AT_ADDRESS.forgiven_every)):
        sources.note(guess.names)
    for key, forgiven_every in sorted(every.items()):
        left = _left(rows[key], forgiven_every) if key in rows else 0
        _set(key, min(left + 1, MOST_COUNTED))
    _begin_anew([guess.refused])
    _throw_away()


def _throw_away() -> None:
    """Delete counts that are a day old; rows locked by another transaction are skipped, so that no request waits."""
    old = select(SignInCount.key).where(SignInCount.last_at < clock.now() - KEPT).limit(MOST_THROWN)
    db.session.execute(delete(SignInCount).where(SignInCount.key.in_(old.with_for_update(skip_locked=True))))


def forget(guess: Guess) -> None:
    """After the right guess its own count begins anew; what others did at strange addresses stays counted."""
    _begin_anew([guess.own, guess.refused])


def _begin_anew(keys: list[str]) -> None:
    db.session.execute(delete(SignInCount).where(SignInCount.key.in_(keys)))


def _counts(keys: list[str]) -> Select[SignInCount]:
    return select(SignInCount).where(SignInCount.key.in_(keys)).execution_options(populate_existing=True)


def _left(row: SignInCount, forgiven_every: dt.timedelta) -> int:
    """The wrong guesses that are not forgiven yet."""
    return max(0, row.failures - (clock.now() - row.last_at) // forgiven_every)


def _until(row: SignInCount, rule: ThrottlingRule) -> dt.datetime:
    return row.last_at + rule.wait(_left(row, rule.forgiven_every))


def _set(key: str, failures: int) -> None:
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"failures": failures, "last_at": clock.now()}
    counted = dialect.insert(SignInCount).values(key=key, **row)
    db.session.execute(counted.on_conflict_do_update(index_elements=["key"], set_=row))


def _lock(keys: list[str]) -> None:
    """SQLite has one writer anyway; on PostgreSQL a count that is not there yet cannot be locked by its row."""
    if db.session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            db.session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
