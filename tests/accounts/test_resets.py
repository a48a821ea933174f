"""Who forgot the password asks for a link: told alike whoever it is, and nobody is flooded."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from certflow import clock, jobs
from certflow.accounts import invitations, links
from certflow.catalogue import role_titles
from certflow.config import Settings
from certflow.errors import TooMany
from certflow.models.accounts import AccountLink
from certflow.models.base import db
from certflow.models.people import User
from certflow.people import people
from tests import make
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("inside_the_application")

HOME, NEW = "192.0.2.1", "bảy ngọn đèn dầu"


@pytest.fixture
def settings(settings: Settings, post: Mailbox) -> Settings:
    return replace(settings, smtp_url=post.url, mail_sender="certflow@example.gov.vn")


def invited(name: str = "moi", email: str = "moi@example.gov.vn") -> User:
    administrator = make.person(role_titles.ADMINISTRATOR)
    made = people.create(actor=administrator, sign_in_name=name, full_name="Vũ Thị Mới", position="", email=email)
    make.commit()
    return made


def deliver() -> None:
    """As the worker sends what waits."""
    make.commit()
    for pending in jobs.mails_to_send():
        jobs.send_mail(pending.payload)
        db.session.commit()


@pytest.mark.parametrize("named", ["moi", " MOI ", "moi@example.gov.vn", "Moi@Example.gov.vn"])
def test_who_forgot_the_password_is_mailed_by_name_or_address(post: Mailbox, named: str) -> None:
    user = invited()
    invitations.request_reset(named, source=HOME)
    deliver()

    assert invitations.redeem(post.token(), NEW) is user


@pytest.mark.parametrize("named", ["nobody", "off", "", "' or 1=1 --", "x" * 5000])
def test_who_cannot_be_mailed_is_answered_alike_and_nothing_is_sent(post: Mailbox, named: str) -> None:
    invited()
    invited("off", "off@example.gov.vn").active = False
    invitations.request_reset(named, source=HOME)
    deliver()

    assert post.mails == []


def test_asking_again_and_again_floods_nobody_and_leaves_the_newest_link_good(post: Mailbox) -> None:
    user = invited()
    for n in range(10):
        invitations.request_reset("moi", source=f"192.0.2.{n}")
    deliver()
    assert len(post.mails) == 1
    for turn in range(10):
        ago = clock.now() - links.PAUSE
        db.session.execute(sa.update(AccountLink).where(AccountLink.made_at > ago).values(made_at=ago))
        invitations.request_reset("moi", source=f"198.51.100.{turn}")
        deliver()

    assert len(post.mails) == links.MOST_A_DAY
    assert invitations.redeem(post.token(), NEW) is user


def test_asking_too_often_from_one_place_is_told_to_wait_alike_for_known_and_unknown() -> None:
    invited()
    waits = {}
    for named in ("moi", "nobody"):
        for turn in range(20):
            try:
                invitations.request_reset(named, source=HOME)
            except TooMany:
                waits[named] = turn
                break

    assert waits["moi"] == waits["nobody"] == 5


def test_an_address_shared_by_an_office_gets_a_link_for_each_account(post: Mailbox) -> None:
    for n in range(2):
        invited(f"moi{n}", "vanthu@example.gov.vn")
    invitations.request_reset("vanthu@example.gov.vn", source=HOME)
    deliver()

    assert len(post.mails) == 2
    words = " ".join(str(mail.get_content()) for mail in post.mails)
    assert "moi0" in words
    assert "moi1" in words
