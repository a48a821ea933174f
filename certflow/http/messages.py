"""What a request says and notes in the session counts only once what it did is stored.

Pages flash their messages before the transaction is committed. When it is rolled back, the messages of the request go
with it; when its commit fails, the whole session is as it was before.
"""

from flask import g, has_request_context, session
from flask.globals import request_ctx
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from certflow.models.base import db

FLASHED = "_flashes"  # where Flask keeps them


def take_back() -> None:
    """Make the session as it was before the request: messages, sign-in, everything.

    The gate keeps it in `g.session_before`.
    """
    before = g.get("session_before")
    if before is not None and dict(session) != before:
        session.clear()
        session.update(before)


@event.listens_for(db.session, "after_soft_rollback")
def _forget_messages(_session: Session, transaction: SessionTransaction) -> None:
    """Take back what this request has flashed; messages of earlier requests that were not shown yet stay."""
    if transaction.nested or not has_request_context() or "session_before" not in g:
        return
    earlier = g.session_before.get(FLASHED, []) if request_ctx.flashes is None else []
    if session.get(FLASHED, []) != earlier:
        session[FLASHED] = list(earlier)
