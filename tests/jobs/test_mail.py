"""Mail sent by a real worker to a real server."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import jobs
from certflow.accounts import invitations
from certflow.config import Settings
from certflow.models.base import db
from tests import make
from tests.jobs.stub_worker import BRISK
from tests.mailbox import Mailbox
from tests.waiting import eventually


@pytest.fixture
def settings(settings: Settings, post: Mailbox) -> Settings:
    return replace(settings, smtp_url=post.url, mail_sender="certflow@example.gov.vn")


def test_a_mail_is_sent_once_after_its_server_has_come_back(app: Flask, post: Mailbox) -> None:
    post.refusing = "421 not now"
    with app.app_context():
        user = db.session.merge(make.user("officer"))
        user.email = "officer@example.gov.vn"
        invitations.give(user)
        db.session.commit()
    stop = threading.Event()
    options = {"stop": stop, "pace": BRISK}
    worker = threading.Thread(target=jobs.work, args=(app,), kwargs=options)
    worker.start()
    try:
        eventually(lambda: _read(app, "attempts"))
        post.refusing = ""
        eventually(lambda: _read(app, "sent_at"))
    finally:
        stop.set()
        worker.join(20)

    assert len(post.mails) == 1
    assert _read(app, "body") == ""


def _read(app: Flask, column: str) -> object:
    with app.app_context():
        found: object = db.session.scalar(sa.text(f"select {column} from outgoing_mail"))
        db.session.rollback()
    return found
