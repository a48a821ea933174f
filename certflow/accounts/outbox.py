"""Mail that waits for its sending: written with the act it tells of, sent by the worker after the commit."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select, update

from certflow import clock
from certflow.gateways import mail
from certflow.gateways.installation import equipment
from certflow.models.accounts import OutgoingMail
from certflow.models.base import db
from certflow.models.people import User
from certflow.wording import instant_in

JOB = "send_mail"
LONGEST_FAULT = 500
WORTH_TELLING = dt.timedelta(days=7)


def is_open() -> bool:
    """Whether this installation sends mail at all."""
    return bool(equipment().settings.smtp_url)


def put(user: User, notice: str, facts: Mapping[str, object], *, useless_from: dt.datetime) -> OutgoingMail:
    """Have a notice sent to a person in their language once this transaction is committed."""
    subject, body = mail.words(notice, user.language, facts)
    waiting = OutgoingMail(
        user_id=user.id,
        recipient=user.email,
        subject=subject,
        body=body,
        made_at=clock.now(),
        useless_from=useless_from,
    )
    db.session.add(waiting)
    db.session.flush()
    equipment().queue.enqueue(db.session(), JOB, str(waiting.id), {"mail_id": waiting.id})
    return waiting


def tell_owner(user: User, what: str, *, actor: User | None) -> None:
    """Tell a person by mail that somebody else did something to the account with which it could be opened.

    `what` is "password_given", "second_factor_reset" or "email_changed"; nothing is sent where none can be.
    """
    if not user.email or not is_open() or (actor is not None and actor.id == user.id):
        return
    now = clock.now()
    facts = {
        "what": what,
        "full_name": user.full_name,
        "sign_in_name": user.sign_in_name,
        "who": actor.full_name if actor else "",
        "at": instant_in(user.language, now),
    }
    put(user, "account_changed", facts, useless_from=now + WORTH_TELLING)


def send(mail_id: int) -> bool:
    """Send a mail that still waits and say whether it went out; writes no row. Raises MailError.

    A worker killed between the sending and `close` sends it again, under the same message id: a mail that arrives
    twice does less harm than one that never does.
    """
    waiting = db.session.get(OutgoingMail, mail_id)
    if waiting is None or waiting.closed_at is not None or waiting.useless_from <= clock.now():
        return False
    settings = equipment().settings
    if not settings.smtp_url:
        raise mail.MailError("no mail server is set (CERTFLOW_SMTP_URL)")
    message_id = f"{waiting.made_at:%Y%m%d%H%M%S}.{mail_id}"
    letter = mail.Mail(waiting.recipient, waiting.subject, waiting.body, message_id)
    mail.send(letter, smtp_url=settings.smtp_url, sender=settings.mail_sender)
    return True


def close(mail_id: int, *, sent: bool) -> None:
    """Take the words of a mail away, as it was sent or is of no use any more; does nothing a second time."""
    now = clock.now()
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.closed_at.is_(None))
        .values(
            body="",
            closed_at=now,
            sent_at=now if sent else None,
            attempts=OutgoingMail.attempts + int(sent),
            last_fault="" if sent else OutgoingMail.last_fault,
        ),
        execution_options={"synchronize_session": "fetch"},
    )


def note_fault(mail_id: int, fault: str) -> None:
    """Remember why a mail was not taken, for the administrator who waits for it."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.closed_at.is_(None))
        .values(attempts=OutgoingMail.attempts + 1, last_fault=fault[:LONGEST_FAULT])
    )


def withdraw(mail_ids: list[int]) -> None:
    """Take back mails that still wait, as what they tell is no longer true."""
    for mail_id in mail_ids:
        close(mail_id, sent=False)


def pending(limit: int) -> list[int]:
    """The ids of mails that wait for their sending or for being put away, oldest first."""
    query = select(OutgoingMail.id).where(OutgoingMail.closed_at.is_(None)).order_by(OutgoingMail.id).limit(limit)
    return list(db.session.scalars(query))
