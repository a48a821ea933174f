"""People acting at the same moment: threads with their own sessions, let go together."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from certflow.dossiers import actions
from certflow.errors import Refusal
from certflow.models.base import db
from certflow.models.people import User
from tests import make
from tests.waiting import AT_MOST


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of `acts` gave, or the Refusal it was answered with, each in its own committed transaction.

    Anything else that is raised comes out of here, so that no fault of the database passes for an answer.
    The caller's own transaction is committed before, as it would keep SQLite's one writer waiting.
    """
    make.commit()
    barrier = threading.Barrier(len(acts), timeout=AT_MOST)
    given: list[Any] = [None] * len(acts)
    faults: list[BaseException] = []

    def run(place: int) -> None:
        try:
            with app.app_context():
                barrier.wait()
                given[place] = _committed(acts[place])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(AT_MOST)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if faults:
        raise faults[0]
    return given


def _committed(act: Callable[[], Any]) -> Any:
    try:
        answer = act()
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return refusal
    return answer


def refusals(answers: Sequence[Any]) -> list[Refusal]:
    """The answers that refuse."""
    return [answer for answer in answers if isinstance(answer, Refusal)]


def in_session(actor_id: int, act: Callable[[User], Any]) -> Callable[[], Any]:
    """`act` by the person as the thread's own session loads them."""
    return lambda: act(db.session.get_one(User, actor_id))


def taking(dossier_id: int, action: str, actor_id: int, version: int | None) -> Callable[[], Any]:
    """The person takes `action`, having seen the dossier in `version`."""
    return in_session(
        actor_id, lambda actor: actions.act(dossier_id, action, actor=actor, note=make.REASON, version=version).version
    )
