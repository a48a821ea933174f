"""The entries of the audit as administrators look for them."""

from dataclasses import dataclass

from sqlalchemy import select

from certflow.errors import NotFound
from certflow.models.audit import AuditEntry
from certflow.models.base import db
from certflow.wording import _

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries are looked for: of a kind, about a dossier, by a person; "" and None narrow nothing."""

    kind: str = ""
    dossier_id: int | None = None
    actor_id: int | None = None


def listed(sought: Sought, *, before: int | None = None) -> tuple[list[AuditEntry], bool]:
    """The newest entries with a number below `before`, at most PAGE_SIZE, and whether there are older ones.

    There may be millions: nothing is counted.
    """
    query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    if sought.kind:
        query = query.where(AuditEntry.kind == sought.kind)
    if sought.dossier_id is not None:
        query = query.where(AuditEntry.dossier_id == sought.dossier_id)
    if sought.actor_id is not None:
        query = query.where(AuditEntry.actor_id == sought.actor_id)
    entries = list(db.session.scalars(query))
    return entries[:PAGE_SIZE], len(entries) > PAGE_SIZE


def entry(number: int) -> AuditEntry:
    """One entry; raises NotFound."""
    asked = db.session.get(AuditEntry, number)
    if asked is None:
        raise NotFound(_("There is no such entry."))
    return asked
