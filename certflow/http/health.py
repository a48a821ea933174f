"""Whether the application and its database answer, for the machine that watches."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from certflow.models.base import db

bp = Blueprint("health", __name__)


@bp.get("/health")
def check() -> ResponseReturnValue:
    """200 when the database answers."""
    db.session.execute(text("select 1"))
    return jsonify(status="ok")
