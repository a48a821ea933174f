"""Anchors: the head of the chain, told to a place outside the database, so that its end cannot be cut off or rewritten.

An anchor is a line of JSON with the number and the HMAC of the last entry. It is appended to a file, and mailed where
an address is set. After it was told, an entry says so: the rest of the chain is what was not anchored yet.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from certflow import clock
from certflow.audit import chain
from certflow.errors import SetupError
from certflow.gateways import mail
from certflow.gateways.installation import equipment
from certflow.models.audit import AuditEntry
from certflow.models.base import begin_writing, db
from certflow.wording import _, instant

ROWS = 100
EVERY = dt.timedelta(minutes=15)
MAILED_EVERY = dt.timedelta(hours=1)
_TAIL = 4096
MAILED = "anchor_mailed"
ISSUING_STOPS_AFTER = dt.timedelta(hours=24)


class NotAnchored(Exception):  # noqa: N818 - told to people as the reason why a paper waits
    """The audit was not anchored for so long that nothing may be issued."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was told outside: the number and the HMAC of an entry, and when."""

    number: int
    mac: str
    at: dt.datetime

    def line(self) -> str:
        """The line of JSON, with its end."""
        return json.dumps({"number": self.number, "mac": self.mac, "at": self.at.isoformat()}) + "\n"


def usual_files() -> list[Path]:
    """The file of the settings; a database that was never anchored has none yet."""
    path = equipment().settings.anchors
    return [path] if path.exists() else []


def read(paths: Iterable[Path]) -> list[Anchor]:
    """The anchors in files; raises SetupError for a line that is none. A last line cut short was never told."""
    anchors = []
    for path in paths:
        for position, line in enumerate(path.read_text().splitlines(keepends=True), start=1):
            try:
                fields = json.loads(line)
                anchors.append(Anchor(int(fields["number"]), fields["mac"], dt.datetime.fromisoformat(fields["at"])))
            except (ValueError, KeyError, TypeError) as fault:
                if line.endswith("\n"):
                    where = f"line {position} of {path} is no anchor"
                    raise SetupError(where, "use the file that the application wrote") from fault
    return anchors


def require_whole_chain() -> None:
    """Raise SetupError when the last anchor of the settings' file is not in the chain: the database was rolled back."""
    for path in usual_files():
        anchor = _last_told(path)
        entry = db.session.get(AuditEntry, anchor.number) if anchor else None
        if anchor and (entry is None or entry.mac != anchor.mac):
            words = f"the database does not have the audit entry {anchor.number}, anchored at {anchor.at.isoformat()}"
            raise SetupError(
                f"{words}: it is an older copy, or another one",
                f"restore the right one; if this one was restored on purpose, move {path} away and start again",
            )


def _last_told(path: Path) -> Anchor | None:
    """The last whole line; the file is not read from its beginning, as it grows for years."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = [line for line in file.read().splitlines(keepends=True) if line.endswith(b"\n")]
    if not lines:
        return None
    fields = json.loads(lines[-1])
    return Anchor(int(fields["number"]), fields["mac"], dt.datetime.fromisoformat(fields["at"]))


def last_anchored() -> AuditEntry | None:
    """The entry that says which anchor was told last."""
    query = select(AuditEntry).where(AuditEntry.kind == chain.ANCHOR).order_by(AuditEntry.number.desc())
    return db.session.scalar(query.limit(1))


def last_entry() -> AuditEntry | None:
    """The head of the chain."""
    return db.session.scalar(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))


def waiting_since() -> dt.datetime | None:
    """When the first entry was written that no anchor covers; None when an anchor covers all."""
    anchored = last_anchored()
    first = select(AuditEntry.at).where(AuditEntry.number == (anchored.number if anchored else 0) + 1)
    return db.session.scalar(first)


def is_due() -> bool:
    """Whether there are enough new entries for an anchor, or one of them is old enough."""
    since, head, anchored = waiting_since(), last_entry(), last_anchored()
    if since is None or head is None:
        return False
    return head.number - (anchored.number if anchored else 0) >= ROWS or clock.now() - since >= EVERY


def tell() -> Anchor | None:
    """Tell the head of the chain outside, then write the entry that says so; None for an empty chain.

    The caller commits. Raises OSError or MailError where it cannot be told; then nothing is written.
    """
    head = last_entry()
    if head is None:
        return None
    anchor = Anchor(head.number, head.mac, clock.now())
    settings = equipment().settings
    recipient = settings.anchor_mail if _mail_is_due() else ""
    append(settings.anchors, anchor)
    if recipient:
        _mail(anchor, recipient)
    begin_writing()
    chain.note(chain.ANCHOR, number=anchor.number, mac=anchor.mac)
    if recipient:
        chain.note(MAILED, recipient=recipient)
    return anchor


def append(path: Path, anchor: Anchor) -> None:
    """Add the anchor's line to the file, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, anchor.line().encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _mail_is_due() -> bool:
    of_anchors = select(AuditEntry.number).where(AuditEntry.kind == chain.ANCHOR)
    recent = of_anchors.where(AuditEntry.at > clock.now() - MAILED_EVERY, AuditEntry.notes.contains(MAILED))
    return db.session.scalar(recent.limit(1)) is None


def _mail(anchor: Anchor, recipient: str) -> None:
    settings = equipment().settings
    words = mail.Mail(
        recipient=recipient,
        subject=f"CertFlow: {anchor.number} {anchor.mac[:16]}",
        body=f"{anchor.line()}\n{settings.public_url}\n",
        message_id=f"anchor-{anchor.number}-{anchor.mac[:16]}",
    )
    mail.send(words, smtp_url=settings.smtp_url, sender=settings.mail_sender)


def require_recent() -> None:
    """Raise NotAnchored when an entry has waited for its anchor for more than a day."""
    since = waiting_since()
    if since is not None and clock.now() - since > ISSUING_STOPS_AFTER:
        words = _(
            "Nothing is issued, because the audit has not been anchored outside since %(at)s. The administrator must "
            "see to it; the paper is then made by itself.",
            at=instant(since),
        )
        raise NotAnchored(words)
