"""How the chain stands: how long it is, when it was anchored, and what the last verification found."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from certflow import clock
from certflow.audit import anchors, chain, verification
from certflow.errors import SetupError
from certflow.gateways.installation import equipment
from certflow.models.audit import AuditEntry
from certflow.models.base import begin_writing, db

JOB = "verify_audit"
VERIFIED_EVERY = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChainState:
    """`entries` in the chain; `faults` is what the last verification found, None before the first one."""

    entries: int
    anchored_at: dt.datetime | None
    verified_at: dt.datetime | None
    faults: int | None


def state() -> ChainState:
    """How the chain stands now, as the entries say."""
    head, anchored, verified = anchors.last_entry(), anchors.last_anchored(), _last_verification()
    return ChainState(
        entries=head.number if head else 0,
        anchored_at=anchored.at if anchored else None,
        verified_at=verified.at if verified else None,
        faults=json.loads(verified.notes)[0][1]["faults"] if verified else None,
    )


def is_verification_due() -> bool:
    """Whether the chain was not verified for a day."""
    verified = _last_verification()
    return verified is None or clock.now() - verified.at >= VERIFIED_EVERY


def verify_and_note() -> verification.Verification:
    """Compare everything but the files, and write down what was found; the caller commits."""
    result = verification.verify(anchors.read(anchors.usual_files()))
    begin_writing()
    told = [fault.words for fault in result.faults[:20]]
    chain.note(chain.VERIFIED, faults=result.count, entries=result.entries, rows=result.rows, told=told)
    return result


def note_start() -> None:
    """Note that a process starts, with the settings it has; the caller commits.

    Raises SetupError where the chain was written with another key, so that what this process adds could not be
    verified, and where the last anchor is not in the chain.
    """
    head = anchors.last_entry()
    if head is not None and head.key_id != chain.key_id():
        raise SetupError(
            f"the audit was written with another key ({head.key_id})",
            "set CERTFLOW_AUDIT_KEY, or put the file audit-key back into the data folder",
        )
    anchors.require_whole_chain()
    settings = equipment().settings
    names = ("public_url", "storage_url", "pdf_engine", "second_factor", "councils_required", "trusted_proxies")
    chain.note(chain.STARTED, **{name: getattr(settings, name) for name in names}, anchors=str(settings.anchors))


def _last_verification() -> AuditEntry | None:
    query = select(AuditEntry).where(AuditEntry.kind == chain.VERIFIED).order_by(AuditEntry.number.desc())
    return db.session.scalar(query.limit(1))
