"""What the machine that watches is told, and that nothing is decided while clocks are wrong."""

import datetime as dt
import json
import shutil

import psycopg.pq
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from certflow import clock
from certflow.config import Settings
from certflow.errors import ActionBlocked
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document
from certflow.models.running import clocks, leases
from tests import make
from tests.waiting import eventually

NOBODY, NO_BACKUP = "no background worker is at work", "there is no backup of the last 48 hours"
SECOND = dt.timedelta(seconds=1)
_now = clock.now


def ready(client: FlaskClient) -> tuple[int, list[str], list[str]]:
    """The status, the faults and the warnings."""
    answer = client.get("/ready")
    return answer.status_code, answer.json["faults"], answer.json["warnings"]  # type: ignore[index]


def test_what_somebody_should_see_to_is_a_warning(app: Flask, client: FlaskClient, settings: Settings) -> None:
    assert client.get("/health").json == {"status": "ok"}
    assert ready(client) == (200, [], [NOBODY, NO_BACKUP])
    with app.app_context():
        make.dossier("recognised_level_1")
        db.session.execute(sa.update(Document).values(intended_at=clock.now() - dt.timedelta(hours=1)))
        db.session.commit()
    (settings.data_dir / "last-backup.json").write_text(json.dumps({"at": clock.now().isoformat()}))
    lease = leases.Lease(settings.database_url, "here", looks=1)
    lease.take()

    facts = client.get("/ready").json

    lease.close()
    assert facts is not None
    assert facts["warnings"] == ["a paper or a mail waits for more than 15 minutes"]
    assert facts["oldest_job_waits_seconds"] >= 3600
    assert facts["worker_seen_seconds_ago"] < 60
    assert abs(facts["database_clock_ahead_seconds"]) < 1
    assert facts["free_disk_data_mb"] > 0
    assert facts["replication"] == "none"
    assert dt.datetime.fromisoformat(facts["last_backup"]) <= clock.now()
    shutil.rmtree(settings.data_dir / "files")
    assert ready(client)[:2] == (503, ["the folder for files is not there", "the storage of files does not answer"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_standby_that_follows_asynchronously_is_warned_about(client: FlaskClient, database_url: str) -> None:
    url = sa.make_url(database_url)
    link = f"host={url.query['host']} dbname={url.database} user=postgres replication=true"
    standby = psycopg.pq.PGconn.connect(link.encode())
    try:
        eventually(lambda: "asynchronously" in " ".join(ready(client)[2]))
    finally:
        standby.finish()


def test_nothing_is_decided_while_a_clock_is_wrong(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        decided = make.dossier("endorsed").id
        make.commit()

    def refused() -> str:
        with app.app_context(), pytest.raises(ActionBlocked) as refusal:
            make.act(db.session.get_one(Dossier, decided), "recognise_level_1")
        return str(refusal.value.reasons)

    monkeypatch.setattr(clock, "now", lambda: _now() - 3 * SECOND)
    assert ready(client)[:2] == (200, [])
    assert "differ by more than a second" in str(ready(client)[2])
    monkeypatch.setattr(clock, "now", lambda: _now() - 62 * SECOND)
    assert ready(client)[0] == 503
    assert "62 giây" in refused()
    monkeypatch.undo()
    with app.app_context():
        later = clock.now() + dt.timedelta(hours=1)
        db.session.execute(sa.update(clocks.ClockNote).values(latest=later))
        clocks.note(db.session())  # which never goes back
        db.session.commit()
    assert ready(client)[0] == 503
    assert "đã bị chỉnh lùi" in refused()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("ahead", "known"), [(10, True), (600, False)])
def test_a_session_that_another_server_signed_some_seconds_ahead_counts(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, ahead: int, known: bool
) -> None:
    with app.app_context():
        make.sign_in(client, make.user("officer"))
    there = TimestampSigner.get_timestamp
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda signer: there(signer) + ahead)
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        with client.session_transaction() as session:
            signed = serializer.dumps(dict(session))
    client.set_cookie("certflow", signed)

    assert (client.get("/").status_code == 200) is known
