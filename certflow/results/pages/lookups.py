"""The limit on look-ups by people who are not signed in: so many at once from one address, refilled as time passes."""

import datetime as dt
import threading
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _
from flask_login import current_user

from certflow import clock
from certflow.accounts.guessing.throttling import network
from certflow.errors import TooMany
from certflow.gateways.installation import kept

AT_ONCE = 300  # a whole office behind one address, on the day when papers are handed out
ONE_MORE_EVERY = dt.timedelta(seconds=0.5)
MOST_SOURCES = 20_000


@dataclass(slots=True)
class Lookups:
    """When each address has all its look-ups again, which says how many it used up. Each web process counts alone."""

    full_again: dict[str, dt.datetime] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, source: str) -> dt.datetime | None:
        """Use one look-up; None, or the instant from which the next one is answered."""
        now = clock.now()
        with self.lock:
            full = max(self.full_again.get(source, now), now) + ONE_MORE_EVERY
            if full - now > AT_ONCE * ONE_MORE_EVERY:
                return full - AT_ONCE * ONE_MORE_EVERY
            if source not in self.full_again and len(self.full_again) >= MOST_SOURCES:
                self._forget(now)
            self.full_again[source] = full
        return None

    def _forget(self, now: dt.datetime) -> None:
        """Drop those who have all of theirs again; where an attack fills the table, everybody begins anew."""
        self.full_again = {source: full for source, full in self.full_again.items() if full > now}
        if len(self.full_again) >= MOST_SOURCES:
            self.full_again.clear()


def take_one() -> None:
    """Raises TooMany with the instant to wait for when this address has asked too often; never for who is signed in."""
    if current_user.is_authenticated:
        return
    until = kept(Lookups).take(network(request.remote_addr or ""))
    if until is not None:
        instant = (until + dt.timedelta(seconds=1)).astimezone(clock.ZONE)
        words = _("Too many papers were checked from this address in a short time. Try again from %(time)s.")
        raise TooMany(words % {"time": f"{instant:%H:%M:%S}"}, until=until)
