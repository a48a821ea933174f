"""People made from a list: kept as it was sent, looked at first, then made whole or not at all."""

import datetime as dt
import hashlib
import secrets

from sqlalchemy import func, select

from certflow import clock
from certflow.access import access
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound, Stale
from certflow.gateways.installation import equipment
from certflow.gateways.spreadsheets.writing import csv_file
from certflow.models.accounts import AccountLink
from certflow.models.base import begin_writing, db
from certflow.models.people import PeopleImport, User
from certflow.people import making
from certflow.people.columns import heading
from certflow.people.plan import Plan, plan, read
from certflow.wording import _

KEPT_FOR = dt.timedelta(days=1)
MOST_SWEPT = 20
MOST_LISTED = 200


def send(content: bytes, file_name: str, *, actor: User) -> PeopleImport:
    """Keep a list to be looked at; raises Invalid at the field `file` when it is none."""
    access.require_administrator(actor)
    read(content)
    actor_id = actor.id
    begin_writing()
    access.require_administrator(actor)
    _sweep()
    storage = equipment().storage
    key = storage.new_key("lists")
    stored = storage.put(key, [content])
    sent = PeopleImport(sent_by_id=actor_id, sent_at=clock.now(), file_name=_shown(file_name), sha256=stored.sha256)
    sent.storage_key = key
    db.session.add(sent)
    db.session.flush()
    return sent


def _shown(file_name: str) -> str:
    """A file's name as far as it can be shown."""
    return "".join(sign for sign in file_name if sign.isprintable())[:200]


def _sweep() -> None:
    """Let go of lists that nobody came back to: they hold names and addresses."""
    left = select(PeopleImport).where(
        PeopleImport.storage_key.is_not(None), PeopleImport.sent_at < clock.now() - KEPT_FOR
    )
    for sent in db.session.scalars(left.order_by(PeopleImport.id).limit(MOST_SWEPT)):
        _let_go(sent)


def _let_go(sent: PeopleImport) -> None:
    if sent.storage_key is not None:
        equipment().storage.delete(sent.storage_key)
        sent.storage_key = None


def find(import_id: int, actor: User, *, lock: bool = False) -> PeopleImport:
    """A list that this administrator has sent; raises NotFound."""
    access.require_administrator(actor)
    query = select(PeopleImport).where(PeopleImport.id == import_id, PeopleImport.sent_by_id == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    sent = db.session.scalar(query)
    if sent is None:
        raise NotFound(_("There is no such list, or somebody else has sent it."))
    return sent


def look_at(sent: PeopleImport) -> Plan:
    """What a kept list would make now; raises ActionNotOpen when it is not kept any more."""
    return plan(read(_content(sent)))


def _content(sent: PeopleImport) -> bytes:
    gone = ActionNotOpen(_("This list is not kept any more. Send the file again."))
    if sent.storage_key is None:
        raise gone
    try:
        content = equipment().storage.read(sent.storage_key)
    except FileNotFoundError:
        raise gone from None
    if not secrets.compare_digest(hashlib.sha256(content).hexdigest(), sent.sha256):
        raise gone
    return content


def create(import_id: int, *, actor: User, sha256: str, fingerprint: str) -> PeopleImport:
    """Make all people and appointments of a list, as `fingerprint` says they were shown, or nothing.

    Doing it again makes nothing again. Raises Stale when the list now comes to something else, for example because
    another administrator was faster, and ActionBlocked when something in it is wrong.
    """
    listed = read(_content(_open(find(import_id, actor))))
    begin_writing()
    sent = _open(find(import_id, actor, lock=True))
    if sent.sha256 != sha256:
        raise _changed()
    found = plan(listed, lock=True)
    if found.faults:
        raise ActionBlocked(_("Something in this list is wrong by now. Look at it again."))
    if found.fingerprint != fingerprint:
        raise _changed()
    key, sent.storage_key = sent.storage_key, None
    _make(found, sent, actor)
    equipment().storage.delete(key or "")
    return sent


def _open(sent: PeopleImport) -> PeopleImport:
    if sent.done_at is not None:
        raise ActionNotOpen(_("The people of this list were made already; nothing was made twice."))
    return sent


def _changed() -> Stale:
    return Stale(
        _("People or units have changed since you looked at this list, so nothing was made. Look at it once more.")
    )


def create_at_once(content: bytes, file_name: str) -> tuple[Plan, PeopleImport | None]:
    """What a list comes to, and what was made of it; nothing when something is wrong. For the command line."""
    listed = read(content)
    begin_writing()
    found = plan(listed, lock=True)
    if found.faults:
        return found, None
    sent = PeopleImport(sent_at=clock.now(), file_name=_shown(file_name), sha256=hashlib.sha256(content).hexdigest())
    db.session.add(sent)
    _make(found, sent, None)
    return found, sent


def _make(found: Plan, sent: PeopleImport, actor: User | None) -> None:
    made = making.make(found, actor=actor, taken=_changed())
    sent.made, sent.appointments, sent.invited = list(made.accounts), made.appointments, made.invited
    sent.done_at = clock.now()
    db.session.flush()


def to_hand_links(sent: PeopleImport) -> tuple[list[User], int]:
    """The first of those made from a list to whom a link must be handed over, and how many they are.

    Those are who have not chosen a password yet and were mailed no link.
    """
    mailed = select(AccountLink.id).where(AccountLink.user_id == User.id, AccountLink.mail_id.is_not(None))
    waiting = select(User).where(User.id.in_(sent.made), User.password_hash == "", ~mailed.exists())
    total = db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    return list(db.session.scalars(waiting.order_by(User.sort_key, User.id).limit(MOST_LISTED))), total


def give_up(import_id: int, *, actor: User) -> None:
    """Let go of a list that was only looked at."""
    begin_writing()
    _let_go(_open(find(import_id, actor, lock=True)))
    db.session.flush()


def faults_csv(found: Plan) -> bytes:
    """All that is wrong with a list, as CSV that no program evaluates."""
    lines = [[_("Row"), _("Column"), _("What stands there"), _("What to do")]]
    lines += [[str(fault.row), heading(fault.column), fault.given, fault.reason] for fault in found.faults]
    return csv_file(lines)
