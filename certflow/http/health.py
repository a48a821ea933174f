"""Whether the application and its database answer, for the machine that watches."""

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from certflow.http.policy import PUBLIC, Room
from certflow.models.base import db

bp = Room("health", __name__)


@bp.page("/health", PUBLIC)
def check() -> ResponseReturnValue:
    """200 when the database answers."""
    db.session.execute(text("select 1"))
    return jsonify(status="ok")
