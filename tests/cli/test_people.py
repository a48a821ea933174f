"""`certflow user`: invitations and second factors from the command line."""

import pytest
import sqlalchemy as sa
from flask import Flask
from pyotp import TOTP

from certflow import clock
from certflow.accounts import links, second_factor
from certflow.models.base import db
from certflow.models.people import User
from tests import make
from tests.cli.conftest import Certflow
from tests.mailbox import LINK, Mailbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_administrator_is_made_without_a_password_and_the_link_is_printed(
    certflow: Certflow, environment: dict[str, str], app: Flask
) -> None:
    done = certflow("user", "add-administrator", "quantri", "--full-name", "Đào Quang Minh", "--invite")

    assert done.exit_code == 0, done.output
    link = LINK.search(done.output)
    assert link
    with app.app_context():
        assert links.whose(link[1]).sign_in_name == "quantri"


def test_an_invitation_is_mailed_where_that_is_possible(
    certflow: Certflow, environment: dict[str, str], app: Flask, post: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTFLOW_SMTP_URL", post.url)
    monkeypatch.setenv("CERTFLOW_MAIL_SENDER", "certflow@example.gov.vn")
    person = ("--full-name", "Trần Thị Thử", "--email", "thu@example.gov.vn")
    certflow("user", "add", "thu", *person, "--invite")
    done = certflow("user", "invite", "thu")

    assert "A link is on its way to thu@example.gov.vn" in done.output
    assert LINK.search(done.output) is None
    with app.app_context():
        waiting = sa.text("select count(*) from outgoing_mail where closed_at is null")
        assert db.session.scalar(waiting) == 1, "the older one was taken back"


def test_a_lost_second_factor_is_taken_away(certflow: Certflow, environment: dict[str, str], app: Flask) -> None:
    with app.app_context():
        user = make.user("quantri")
        second_factor.begin(user)
        waiting = second_factor.enrolment(user)
        assert waiting is not None
        second_factor.confirm(user, TOTP(waiting.secret).at(clock.now()), token="")
        make.commit()

    done = certflow("user", "reset-second-factor", "quantri")

    assert done.exit_code == 0, done.output
    with app.app_context():
        user = db.session.scalars(sa.select(User)).one()
        assert not user.has_second_factor
    again = certflow("user", "reset-second-factor", "quantri")
    assert again.exit_code == 1
    assert "There is no second factor." in again.stderr


def test_nobody_is_made_without_password_or_invitation(certflow: Certflow, environment: dict[str, str]) -> None:
    done = certflow("user", "add", "thu", "--full-name", "Trần Thị Thử", "--password-stdin", typed="\n")

    assert done.exit_code == 2
    assert "--invite" in done.stderr
