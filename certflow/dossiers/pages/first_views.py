"""The first page of a dossier that somebody of the side whose turn it is opens: recorded before it is shown."""

from flask import Flask, request

from certflow.dossiers import retractions
from certflow.http import policy
from certflow.http.person import actor
from certflow.models.base import begin_reading, begin_writing, db
from certflow.models.dossiers import Dossier

AHEAD_OF_TIME = ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")


def _record() -> None:
    """In a transaction of its own, which has ended before the page is made: what was shown cannot be taken back."""
    dossier = policy.judged()
    if not isinstance(dossier, Dossier) or not _is_read_by_somebody():
        return
    if retractions.is_first_view(dossier, actor()):
        begin_writing()
        retractions.record_view(dossier.id, actor())
        db.session.commit()
        begin_reading(True)
        policy.hold()  # which finds the dossier anew, in the transaction of the page


def _is_read_by_somebody() -> bool:
    """Whether a page is asked for to be read now: no headers alone, and no page that a browser loads ahead of time."""
    told = " ".join(request.headers.get(name, "") for name in AHEAD_OF_TIME).lower()
    return request.environ["REQUEST_METHOD"] == "GET" and "prefetch" not in told and "preview" not in told


def register(app: Flask) -> None:
    """Record it for every page of `app`, behind the guard."""
    app.before_request(_record)
