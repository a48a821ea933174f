"""Import of a list of people: store the file, show its plan, then create all rows or none."""

import datetime as dt
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from certflow import clock
from certflow.access import access
from certflow.accounts import accounts, directory, events, links, outbox
from certflow.catalogue import role_titles
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound, NotPermitted, Stale
from certflow.gateways import mail
from certflow.gateways.installation import equipment
from certflow.gateways.spreadsheets.writing import csv_file
from certflow.models.accounts import AccountLink, OutgoingMail
from certflow.models.base import begin_writing, db, refusing
from certflow.models.people import Appointment, PeopleImport, User
from certflow.people import people
from certflow.people.columns import heading, read
from certflow.people.plan import PeoplePlan, PersonLine, plan_for
from certflow.vietnamese import name_key, search_key
from certflow.wording import _, instant_in

KEPT_FOR = dt.timedelta(days=1)
MOST_SWEPT = 20
MOST_LISTED = 200


def send(content: bytes, file_name: str, *, actor: User) -> PeopleImport:
    """Store a list for preview; raises Invalid at the field `file` if it is not readable."""
    access.require_administrator(actor)
    read(content)
    begin_writing()
    access.require_administrator(actor)
    _sweep()
    storage = equipment().storage
    key = storage.new_key("lists")
    sha256 = storage.put(key, [content]).sha256
    sent = PeopleImport(sent_by=actor.signature, sent_at=clock.now(), file_name=_printable(file_name), sha256=sha256)
    sent.storage_key = key
    db.session.add(sent)
    db.session.flush()
    return sent


def _printable(file_name: str) -> str:
    """The characters of a file's name that can be shown."""
    return "".join(sign for sign in file_name if sign.isprintable())[:200]


def _sweep() -> None:
    """Delete abandoned lists, because they contain personal data."""
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
    """The list with this id; raises NotFound."""
    access.require_administrator(actor)
    query = select(PeopleImport).where(PeopleImport.id == import_id, PeopleImport.sent_by_id.is_not(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    sent = db.session.scalar(query)
    if sent is None:
        raise NotFound(_("There is no such list."))
    return sent


def look_at(sent: PeopleImport) -> PeoplePlan:
    """The plan of a stored list for the present data; raises ActionNotOpen if the list is deleted."""
    return plan_for(read(_content(sent)))


def _content(sent: PeopleImport) -> bytes:
    refusal = ActionNotOpen(_("This list is not kept any more. Send the file again."))
    if sent.storage_key is None:
        raise refusal
    try:
        content = equipment().storage.read(sent.storage_key)
    except FileNotFoundError:
        raise refusal from None
    if not secrets.compare_digest(hashlib.sha256(content).hexdigest(), sent.sha256):
        raise refusal
    return content


def create(import_id: int, *, actor: User, sha256: str, fingerprint: str) -> PeopleImport:
    """Make all people and appointments of a list, or nothing; `fingerprint` is that of the plan the actor has seen.

    A second call makes nothing. Raises Stale when the list would now make something else, for example because another
    administrator was faster, and ActionBlocked when something in it is wrong.
    """
    listing = read(_content(_open(find(import_id, actor))))
    begin_writing()
    sent = _open(find(import_id, actor, lock=True))
    if sent.sha256 != sha256:
        raise _changed()
    plan = plan_for(listing, lock=True)
    if plan.faults:
        raise ActionBlocked(_("Something in this list is no longer correct. Look at the list again."))
    _require_second(plan, sent, actor)
    if plan.fingerprint != fingerprint:
        raise _changed()
    key, sent.storage_key = sent.storage_key, None
    _make(plan, sent, actor)
    equipment().storage.delete(key or "")
    return sent


def needs_second(plan: PeoplePlan, sent: PeopleImport, actor: User) -> bool:
    """Whether another administrator must create the list: it gives roles that judge, decide, sign or administer."""
    new = {step.line.role for step in plan.steps if step.outcome != "there"}
    return bool(new & role_titles.privileged_roles()) and _sent_by(sent, actor)


def _sent_by(sent: PeopleImport, actor: User) -> bool:
    """Whether the same person has sent it, under whichever account."""
    sender = db.session.get(User, sent.sent_by_id) if sent.sent_by_id else None
    return sender is not None and sender.person_id == actor.person_id


def _require_second(plan: PeoplePlan, sent: PeopleImport, actor: User) -> None:
    if needs_second(plan, sent, actor):
        raise NotPermitted(
            _("This list gives roles that judge, decide, sign or administer: another administrator must create it.")
        )


def _require_separate(plan: PeoplePlan) -> None:
    """Raise ActionBlocked where a person of the list would both administer and judge, decide or sign."""
    roles: defaultdict[str, set[str]] = defaultdict(set)
    administering = people.administering()
    for step in plan.steps:
        held = roles[step.line.sign_in_name]
        held.add(step.line.role)
        if step.user_id in administering:
            held.add(role_titles.ADMINISTRATOR)
        elif step.user_id is not None and step.line.role == role_titles.ADMINISTRATOR:
            held |= people.roles_of(directory.get(step.user_id).person_id)
    if mixed := sorted(name for name, held in roles.items() if people.mixes(held)):
        raise ActionBlocked(people.both_words(), ", ".join(mixed))


def _open(sent: PeopleImport) -> PeopleImport:
    if sent.done_at is not None:
        raise ActionNotOpen(_("The people of this list were already created; nothing was created twice."))
    return sent


def _changed() -> Stale:
    return Stale(
        _("People or units have changed since you looked at this list, so nothing was created. Look at the list again.")
    )


def create_at_once(content: bytes, file_name: str) -> tuple[PeoplePlan, PeopleImport | None]:
    """The plan of a list and its import; None as import if the plan has faults. For the command line."""
    listing = read(content)
    begin_writing()
    plan = plan_for(listing, lock=True)
    if plan.faults:
        return plan, None
    sent = PeopleImport(
        sent_at=clock.now(), file_name=_printable(file_name), sha256=hashlib.sha256(content).hexdigest()
    )
    db.session.add(sent)
    _make(plan, sent, None)
    return plan, sent


def _make(plan: PeoplePlan, sent: PeopleImport, actor: User | None) -> None:
    """Insert the accounts and appointments of a plan without faults, each table in one statement.

    Raises Stale when somebody else has taken one of the sign-in names meanwhile.
    """
    _require_separate(plan)
    users = _accounts(plan)
    events.record_all([(user.id, "created", {}) for user in users], actor=actor)
    ids = {user.sign_in_name: user.id for user in users}
    lines = [(step.user_id or ids[step.line.sign_in_name], step.line) for step in plan.steps if step.outcome != "there"]
    if lines:
        db.session.execute(insert(Appointment), [_appointment(user_id, line) for user_id, line in lines])
    events.record_all([(user_id, "appointed", _facts(line)) for user_id, line in lines], actor=actor)
    invited = [user for user in users if user.email] if outbox.is_open() else []
    _invite(invited, actor)
    sent.made, sent.appointments, sent.invited = list(ids.values()), len(lines), len(invited)
    sent.done_at = clock.now()
    db.session.flush()


def _accounts(plan: PeoplePlan) -> list[User]:
    """Store the new accounts; without a password, so that nobody can sign in before a link is used."""
    now = clock.now()
    drafts: dict[str, dict[str, Any]] = {}
    for line in (step.line for step in plan.steps if step.user_id is None):
        draft = drafts.setdefault(line.sign_in_name, _draft(line, now))
        draft["position"] = draft["position"] or line.position
        draft["email"] = draft["email"] or line.email
    if drafts:
        with refusing("uq_user_account_sign_in_name", _changed()):
            db.session.execute(insert(User), list(drafts.values()))
    return list(db.session.scalars(select(User).where(User.sign_in_name.in_(drafts)).order_by(User.id)))


def _draft(line: PersonLine, now: dt.datetime) -> dict[str, Any]:
    return {
        "sign_in_name": line.sign_in_name,
        "full_name": line.full_name,
        "search_key": search_key(line.full_name)[:120],
        "sort_key": name_key(line.full_name)[:400],
        "position": line.position,
        "email": line.email,
        "password_hash": "",
        "created_at": now,
    }


def _appointment(user_id: int, line: PersonLine) -> dict[str, Any]:
    days = {"starts_on": line.starts_on, "ends_on": line.ends_on}
    return {"user_id": user_id, "role": line.role, "unit_id": line.unit_id, **days}


def _facts(line: PersonLine) -> dict[str, object]:
    """An appointment as the history of accounts records it."""
    ends_on = line.ends_on.isoformat() if line.ends_on else ""
    return {"starts_on": line.starts_on.isoformat(), "role": line.role, "unit": line.unit_name, "ends_on": ends_on}


def _invite(users: Sequence[User], actor: User | None) -> None:
    """Mail a first link to each new account, which has no earlier link to revoke.

    No job is queued: the worker's next sweep finds the mails, and a job for each would take longer than all else.
    """
    if not users:
        return
    tokens = {user.id: secrets.token_urlsafe(32) for user in users}
    now = clock.now()
    until = now + links.LASTS
    db.session.execute(insert(OutgoingMail), [_mail(user, tokens[user.id], now, until) for user in users])
    query = select(OutgoingMail.user_id, OutgoingMail.id).where(OutgoingMail.user_id.in_(tokens))
    mails = {row.user_id: row.id for row in db.session.execute(query)}
    invitations = [
        {
            "user_id": user.id,
            "kind": "invitation",
            "token_hash": accounts.token_hash(tokens[user.id]),
            "made_at": now,
            "made_by_id": actor.id if actor else None,
            "expires_at": until,
            "mail_id": mails[user.id],
        }
        for user in users
    ]
    db.session.execute(insert(AccountLink), invitations)
    events.record_all([(user.id, "link_given", {"mailed_to": user.email}) for user in users], actor=actor)


def _mail(user: User, token: str, now: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    url = f"{equipment().settings.public_url}/links/{token}"
    last = instant_in(user.language, until)
    facts = {"full_name": user.full_name, "sign_in_name": user.sign_in_name, "url": url, "until": last}
    subject, body = mail.words("invitation", user.language, facts)
    words = {"recipient": user.email, "subject": subject, "body": body}
    return {"user_id": user.id, **words, "made_at": now, "useless_from": until}


def to_hand_links(sent: PeopleImport) -> tuple[list[User], int]:
    """The first people of a list who must be given a link in person, and their total number.

    They have no password yet and got no link by e-mail.
    """
    mailed = select(AccountLink.id).where(AccountLink.user_id == User.id, AccountLink.mail_id.is_not(None))
    waiting = select(User).where(User.id.in_(sent.made), User.password_hash == "", ~mailed.exists())
    total = db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    return list(db.session.scalars(waiting.order_by(User.sort_key, User.id).limit(MOST_LISTED))), total


def give_up(import_id: int, *, actor: User) -> None:
    """Delete a list that was only previewed."""
    begin_writing()
    _let_go(_open(find(import_id, actor, lock=True)))
    db.session.flush()


def faults_csv(plan: PeoplePlan) -> bytes:
    """All faults of a plan as CSV; no spreadsheet program evaluates its cells."""
    lines = [[_("Row"), _("Column"), _("Content of the cell"), _("What to do")]]
    lines += [[str(fault.row), heading(fault.column), fault.given, fault.reason] for fault in plan.faults]
    return csv_file(lines)
