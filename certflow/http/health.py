"""Whether this process lives, and whether the installation is ready, for the machine that watches."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from certflow.gateways.installation import equipment
from certflow.http.outages import cause_of, in_words
from certflow.http.policy import PUBLIC, Room
from certflow.models import row_security
from certflow.models.base import db, undo
from certflow.models.running import condition
from certflow.models.running.condition import Condition

bp = Room("health", __name__)


@bp.page("/health", PUBLIC)
def check() -> ResponseReturnValue:
    """200 while this process answers; asks nobody else, as to start it again mends nothing of others."""
    return jsonify(status="ok")


@bp.page("/ready", PUBLIC)
def ready() -> ResponseReturnValue:
    """200 when work can be done, 503 with the faults when not; facts and warnings beside it."""
    try:
        with row_security.seeing(row_security.EVERYTHING):
            now = condition.of(db.session(), _folders())
    except Exception as fault:
        if cause_of(fault) is None:
            raise
        undo()
        current_app.logger.warning("not ready: %s", in_words(fault))
        now = Condition(faults=["the database does not answer"])
    if not _files_answer():
        now.faults.append("the storage of files does not answer")
    facts = now.facts
    return jsonify(status=now.status, faults=now.faults, warnings=now.warnings, **facts), 503 if now.faults else 200


def _files_answer() -> bool:
    try:
        equipment().storage.exists("probe/ready")
    except OSError as fault:
        current_app.logger.warning("not ready: %s", in_words(fault))
        return False
    return True


def _folders() -> dict[str, Path]:
    settings = equipment().settings
    url = urlsplit(settings.storage_url)
    return {"data": settings.data_dir} | ({"files": Path(unquote(url.path))} if url.scheme in ("", "file") else {})
