"""Links for choosing a password: one use, one day, one newest; mailed when that is possible, and to nobody in vain."""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock, jobs
from certflow.accounts import accounts, invitations, links, outbox
from certflow.catalogue import role_titles
from certflow.config import Settings
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.gateways.mail import MailError
from certflow.models.accounts import AccountEvent, AccountLink, OutgoingMail
from certflow.models.base import db
from certflow.models.people import User
from certflow.people import people
from tests import make
from tests.mailbox import Mailbox
from tests.observing import everything
from tests.racing import at_once, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")

HOME, NEW = "192.0.2.1", "bảy ngọn đèn dầu"


@pytest.fixture
def settings(settings: Settings, post: Mailbox) -> Settings:
    return replace(settings, smtp_url=post.url, mail_sender="Sở Giáo dục <certflow@example.gov.vn>")


def invited(name: str = "moi", email: str = "moi@example.gov.vn") -> User:
    made = people.create(actor=administrator(), sign_in_name=name, full_name="Vũ Thị Mới", position="", email=email)
    make.commit()
    return made


def administrator() -> User:
    return make.person(role_titles.ADMINISTRATOR)


def deliver() -> None:
    """As the worker sends what waits."""
    make.commit()
    for pending in jobs.mails_to_send():
        jobs.send_mail(pending.payload)
        db.session.commit()


def test_an_invited_person_chooses_a_password_by_the_mailed_link_and_signs_in(post: Mailbox) -> None:
    user = invited()
    given = invitations.invite(user, actor=administrator())
    deliver()

    assert (given.mailed_to, given.url) == ("moi@example.gov.vn", "")
    (mail,) = post.mails
    assert mail["To"] == "moi@example.gov.vn"
    assert mail["Subject"] == "CertFlow: mời ông/bà đặt mật khẩu cho tài khoản mới"
    assert "Vũ Thị Mới" in post.text()
    assert invitations.redeem(post.token(), NEW) is user
    assert accounts.sign_in("moi", NEW, source=HOME).complete


def test_the_token_is_kept_nowhere_once_the_mail_is_sent(post: Mailbox) -> None:
    user = invited()
    invitations.invite(user, actor=administrator())
    waiting = db.session.query(OutgoingMail).one()
    assert "/links/" in waiting.body
    deliver()

    assert post.token() not in repr(everything())
    db.session.refresh(waiting)
    assert (waiting.body, waiting.attempts, waiting.sent_at is not None) == ("", 1, True)


def test_a_person_reads_the_mail_in_the_own_language(post: Mailbox) -> None:
    user = invited()
    user.language = "en"
    invitations.invite(user, actor=administrator())
    deliver()

    assert post.mails[0]["Subject"] == "CertFlow: choose a password for your new account"


def test_a_mail_is_sent_once_however_often_its_job_runs(post: Mailbox) -> None:
    invitations.invite(invited(), actor=administrator())
    deliver()
    sent = db.session.query(OutgoingMail).one().id

    for _again in range(3):
        jobs.send_mail({"mail_id": sent})
        db.session.commit()

    assert len(post.mails) == 1
    assert outbox.pending(10) == []


def test_a_refused_mail_keeps_its_fault_and_is_tried_again(post: Mailbox) -> None:
    invitations.invite(invited(), actor=administrator())
    post.refusing = "451 try later"
    for _turn in range(2):
        with pytest.raises(MailError, match="try later"):
            deliver()
    waiting = db.session.query(OutgoingMail).one()
    assert waiting.attempts == 2
    assert "try later" in waiting.last_fault

    post.refusing = ""
    deliver()

    assert len(post.mails) == 1
    db.session.refresh(waiting)
    assert (waiting.last_fault, waiting.attempts) == ("", 3)


def test_a_mail_that_came_too_late_is_put_away_unsent(post: Mailbox) -> None:
    invitations.invite(invited(), actor=administrator())
    waiting = db.session.query(OutgoingMail).one()
    waiting.useless_from = clock.now() - dt.timedelta(seconds=1)
    deliver()

    assert post.mails == []
    db.session.refresh(waiting)
    assert (waiting.body, waiting.sent_at, waiting.closed_at is not None) == ("", None, True)


def test_a_refused_act_sends_no_mail(post: Mailbox) -> None:
    invitations.invite(invited(), actor=administrator())
    db.session.rollback()
    deliver()

    assert post.mails == []


def test_a_newer_link_kills_the_older_ones_and_takes_back_their_mail(post: Mailbox) -> None:
    user = invited()
    invitations.invite(user, actor=administrator())
    deliver()
    first = post.token()
    invitations.invite(user, actor=administrator())
    invitations.invite(user, actor=administrator())
    deliver()

    assert len(post.mails) == 2, "the second was taken back before it was sent"
    with pytest.raises(NotFound):
        links.whose(first)
    states = [links.state_of(link) for link in links.given_to(user)]
    assert states == ["open", "replaced", "replaced"]
    assert invitations.redeem(post.token(), NEW) is user


def test_a_link_works_once_and_not_after_a_day(post: Mailbox) -> None:
    user = invited()
    invitations.invite(user, actor=administrator())
    deliver()
    db.session.execute(sa.update(AccountLink).values(expires_at=clock.now()))
    with pytest.raises(NotFound):
        invitations.redeem(post.token(), NEW)

    db.session.execute(sa.update(AccountLink).values(expires_at=clock.now() + dt.timedelta(seconds=60)))
    invitations.redeem(post.token(), NEW)

    with pytest.raises(NotFound):
        invitations.redeem(post.token(), make.PASSWORD)
    assert accounts.sign_in("moi", NEW, source=HOME)


def test_two_redemptions_at_once_give_exactly_one(app: Flask, post: Mailbox) -> None:
    user = invited()
    invitations.invite(user, actor=administrator())
    deliver()
    token = post.token()

    answers = at_once(app, [partial(redeemed, token, f"{NEW} {n}") for n in range(4)])

    assert [type(told) for told in refusals(answers)] == [NotFound] * 3
    right = [answer == user.id for answer in answers].index(True)
    assert accounts.sign_in("moi", f"{NEW} {right}", source=HOME)


def redeemed(token: str, password: str) -> int:
    return invitations.redeem(token, password).id


def test_redeeming_ends_every_session_and_is_on_record(post: Mailbox) -> None:
    user = invited()
    user.password_hash = make.user("other").password_hash
    token = accounts.sign_in("moi", make.PASSWORD, source=HOME).token
    invitations.invite(user, actor=administrator())
    deliver()

    assert post.mails[0]["Subject"] == "CertFlow: đặt lại mật khẩu"
    invitations.redeem(post.token(), NEW, source=HOME)

    assert accounts.living_session(token) is None
    events = db.session.scalars(sa.select(AccountEvent.what).where(AccountEvent.user_id == user.id))
    assert list(events) == ["created", "link_given", "link_redeemed"]


def test_a_weak_password_does_not_use_the_link_up(post: Mailbox) -> None:
    invitations.invite(invited(), actor=administrator())
    deliver()
    with pytest.raises(Invalid):
        invitations.redeem(post.token(), "ngắn")

    assert invitations.redeem(post.token(), NEW)


@pytest.mark.parametrize("change", ["switched off", "another address", "another password"])
def test_a_change_of_the_account_kills_the_link(post: Mailbox, change: str) -> None:
    user = invited()
    invitations.invite(user, actor=administrator())
    deliver()
    people.change(
        user.id,
        actor=administrator(),
        full_name="Vũ Thị Mới",
        position="",
        active=change != "switched off",
        email="khac@example.gov.vn" if change == "another address" else user.email,
        password=make.PASSWORD if change == "another password" else "",
    )

    with pytest.raises(NotFound):
        invitations.redeem(post.token(), NEW)


def test_nobody_but_an_administrator_invites_and_nobody_who_is_switched_off_is() -> None:
    user, officer = invited(), make.person("commune_officer")
    with pytest.raises(NotPermitted):
        invitations.invite(user, actor=officer)
    user.active = False

    with pytest.raises(ActionNotOpen):
        invitations.invite(user, actor=administrator())


def test_without_an_address_the_link_is_shown_once_to_be_handed_over(post: Mailbox) -> None:
    user = invited(email="")
    given = invitations.invite(user, actor=administrator())
    deliver()

    assert post.mails == []
    assert given.mailed_to == ""
    token = given.url.rpartition("/")[2]
    assert token not in repr(everything())
    assert invitations.redeem(token, NEW) is user


def test_the_person_is_told_by_mail_what_an_administrator_did_to_the_account(post: Mailbox) -> None:
    user = invited()
    names = {"full_name": "Vũ Thị Mới", "position": "", "active": True}

    people.change(user.id, actor=administrator(), **names, password=make.PASSWORD)  # type: ignore[arg-type]
    people.change(user.id, actor=administrator(), **names, email="khac@example.gov.vn")  # type: ignore[arg-type]
    deliver()

    assert [mail["To"] for mail in post.mails] == ["moi@example.gov.vn"] * 2, "the old address is told"
    words = [str(mail.get_content()) for mail in post.mails]
    assert "đặt mật khẩu mới" in words[0]
    assert "thay địa chỉ thư điện tử" in words[1]
    assert all(administrator().full_name in text and make.PASSWORD not in text for text in words)
