"""What the audit notes of requests: who asks for what, and that somebody read a file or was refused."""

import datetime as dt
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import inspect

from certflow import clock
from certflow.audit import chain
from certflow.audit.chain import Occasion
from certflow.gateways.installation import keep, kept
from certflow.http.person import keep_what_was_written
from certflow.http.policy import judged, noted_pages
from certflow.models.base import begin_reading, begin_writing, undo
from certflow.models.dossiers import Dossier
from certflow.models.people import User

REFUSED = (403, 404)
# Who opens the same file again within this time is noted once by each process.
READ_AGAIN_WITHIN = dt.timedelta(minutes=10)
MOST_KEPT = 10_000


class LatelyRead(dict[tuple[Any, ...], dt.datetime]):
    """Who has opened which file lately."""

    def again(self, reading: tuple[Any, ...]) -> bool:
        """Whether this was noted lately; it is from now on."""
        now = clock.now()
        before = self.get(reading)
        if before is not None and now - before < READ_AGAIN_WITHIN:
            return True
        if len(self) >= MOST_KEPT:
            self.clear()
        self[reading] = now
        return False


def begin() -> None:
    """Name the request in whatever entry is written until its end; who asks is known by then."""
    g.occasion = chain.begin(_occasion)


def _person() -> User | None:
    """Who is signed in, where that was asked already."""
    person = g.get("_login_user")  # where Flask-Login keeps it
    return person if isinstance(person, User) else None


def _occasion() -> Occasion:
    subject, person = dict(request.view_args or {}), _person()
    actor_id, name = (person.id, person.full_name) if person is not None else (None, "")
    dossier = inspect(judged()).identity[0] if isinstance(judged(), Dossier) else subject.get("dossier_id")
    what = f"{request.method} {request.endpoint or 'no page'}"
    return Occasion(what, subject, dossier, actor_id, name, request.remote_addr or "")


def _note(response: Response) -> Response:
    """Before the answer is committed: note a reading with it, or the refusal, which nothing else is stored of."""
    if request.endpoint is None or "reference" in g:
        return response
    kind = noted_pages(current_app).get(request.endpoint)
    if kind and response.status_code < 400 and request.method == "GET":
        _note_reading(kind)
    elif _person() is not None and response.status_code in REFUSED and not g.get("keep"):
        undo()
        begin_reading(False)
        keep_what_was_written()
        chain.note(chain.DENIED, status=response.status_code)
    return response


def _note_reading(kind: str) -> None:
    person, named = g.get("_login_user"), tuple(sorted((request.view_args or {}).items()))
    if kind == chain.READ and kept(LatelyRead).again((getattr(person, "id", None), request.endpoint, named)):
        return
    begin_writing()
    chain.note(kind, path=request.full_path.rstrip("?")[:500])


def _end(_fault: BaseException | None) -> None:
    token = g.pop("occasion", None)
    if token is not None:
        chain.end(token)


def register(app: Flask) -> None:
    """Put the notes into the gate's transaction: called after the gate, whose commit Flask then asks for later."""
    with app.app_context():
        keep(LatelyRead())
    app.after_request(_note)
    app.teardown_request(_end)
