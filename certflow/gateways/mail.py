"""Mail by SMTP: plain text to one person, its words from templates in both languages."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from certflow import clock
from certflow.config import resource

SECONDS = 20
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailError(Exception):
    """A mail was not taken by the server; the words are the server's or the network's."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `message_id` stays the same however often it is tried, so that a mailbox can tell a repetition."""

    recipient: str
    subject: str
    body: str
    message_id: str


def send(mail: Mail, *, smtp_url: str, sender: str) -> None:
    """Hand `mail` to the server at `smtp_url` (smtp, smtp+starttls or smtps); raises MailError."""
    try:
        with _connected(smtp_url) as server:
            server.send_message(_message(mail, sender), from_addr=parseaddr(sender)[1], to_addrs=[mail.recipient])
    except (OSError, smtplib.SMTPException, MessageError, ValueError, IndexError) as fault:
        raise MailError(f"{type(fault).__name__}: {fault}") from fault


def _connected(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    name, address = parseaddr(sender)
    message["From"] = Address(name or "CertFlow", addr_spec=address)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.message_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def words(notice: str, language: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a notice ("invitation") in "vi" or "en"; the first line of a template is the subject."""
    text = _templates().get_template(f"{notice}.{language}.txt").render(facts)
    subject, _end, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


@cache
def _templates() -> Environment:
    """The templates; plain text needs no escaping, for nothing of it is ever shown as HTML."""
    folder = FileSystemLoader(resource("templates") / "accounts" / "notices")
    return Environment(loader=folder, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
