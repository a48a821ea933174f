"""The criteria sets that education departments write themselves: drafting, checking and publishing them."""

import datetime as dt
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.definitions.catalogue import read_one
from certflow.definitions.form_specs import FormSpec
from certflow.definitions.set_faults import SetFault, faults_of, spec_of, too_many
from certflow.definitions.set_tables import (
    Content,
    Head,
    completed,
    content_of,
    first_content,
    table_of,
)
from certflow.definitions.specs import WorkflowSpec
from certflow.errors import ActionBlocked, ActionNotOpen, DefinitionError, Invalid, NotFound, NotPermitted, Stale
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.places import Unit
from certflow.models.rating_sets import RatingSet
from certflow.services import access, catalogue, published
from certflow.services.confirmations import provinces_confirmable_by
from certflow.services.conflicts import refusing
from certflow.wording import _

LARGEST_FILE = 200 * 1024
DEEPEST, LARGEST_NUMBER = 8, 10**15
LONGEST_TITLE = 300
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Named:
    """What the department says of its set as a whole."""

    title_vi: str
    title_en: str
    document_number: str
    document_date: dt.date | None
    issuer: str
    total: str


def families() -> dict[str, list[WorkflowSpec]]:
    """The schemes that leave their criteria to the departments, by family."""
    found: dict[str, list[WorkflowSpec]] = {}
    for spec in catalogue.definitions().workflows.values():
        if spec.form_family:
            found.setdefault(spec.form_family, []).append(spec)
    return found


def is_department(actor: User, unit: Unit) -> bool:
    """Whether `actor` speaks for the education department of the province `unit` today.

    It is the rule of confirmations: a set is the department's word, so an administrator may look and not write.
    """
    return any(province.id == unit.id for province in provinces_confirmable_by(actor))


def may_look(actor: User) -> bool:
    """Whether `actor` sees drafts at all: of their own province, or all as an administrator."""
    return access.is_administrator(actor) or bool(provinces_confirmable_by(actor))


def seen_by(actor: User) -> list[RatingSet]:
    """The sets that `actor` may see, by province and newest version first."""
    query = _loaded(select(RatingSet)).join(Unit, RatingSet.unit_id == Unit.id)
    if not access.is_administrator(actor):
        query = query.where(RatingSet.unit_id.in_([unit.id for unit in provinces_confirmable_by(actor)]))
    return list(
        db.session.scalars(query.order_by(Unit.sort_key, RatingSet.name, RatingSet.version.desc()).limit(MOST_LISTED))
    )


def find(set_id: int, actor: User) -> RatingSet:
    """One set; raises NotFound alike for what is absent and what is not `actor`'s to see."""
    return _seen(db.session.scalar(_loaded(select(RatingSet)).where(RatingSet.id == set_id)), actor)


def published_for(unit_id: int, family: str) -> list[RatingSet]:
    """What the department of a province has published for a family, newest first."""
    query = select(RatingSet).where(
        RatingSet.unit_id == unit_id, RatingSet.family == family, RatingSet.published_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(RatingSet.version.desc()).limit(MOST_LISTED)))


def by_name(name: str, version: int) -> RatingSet | None:
    """The published set that a criteria set's name and version stand for; None for one from a file."""
    query = select(RatingSet).where(RatingSet.name == name, RatingSet.version == version)
    return db.session.scalar(query.where(RatingSet.published_at.is_not(None)))


def begin(unit_id: int, family: str, *, actor: User) -> RatingSet:
    """Begin a draft: the first version from the family's default set, a further one as a copy of the last."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not is_department(actor, unit):
        raise NotPermitted(_("Only the province's education department writes its own criteria set."))
    if family not in families():
        raise NotFound(_("There is no such family of criteria sets."))
    versions = select(RatingSet).where(RatingSet.unit_id == unit_id, RatingSet.family == family)
    last = db.session.scalar(versions.order_by(RatingSet.version.desc()).limit(1))
    if last is not None and last.published_at is None:
        raise _begun()
    now = clock.now()
    draft = RatingSet(
        unit_id=unit_id,
        family=family,
        name=f"{family}_{unit.code}"[:80],
        version=last.version + 1 if last else 1,
        **(_copied(last) if last else _blank(unit, family)),
        entered_by_id=actor.id,
        entered_at=now,
        changed_by_id=actor.id,
        changed_at=now,
    )
    with refusing("uq_rating_set_name_version", _begun()):
        db.session.add(draft)
    return draft


def _begun() -> ActionNotOpen:
    return ActionNotOpen(_("There is a draft already. Go on with it, or publish it first."))


def _blank(unit: Unit, family: str) -> dict[str, Any]:
    name = unit.name[:1].lower() + unit.name[1:]
    default = catalogue.definitions().form_of(families()[family][0])
    return {"issuer": f"Sở Giáo dục và Đào tạo {name}", "content": first_content(default)}


def _copied(last: RatingSet) -> dict[str, Any]:
    """A next version begins with what the last one says; its paper is a new one."""
    return {
        "title_vi": last.title_vi,
        "title_en": last.title_en,
        "issuer": last.issuer,
        "content": json.loads(json.dumps(last.content)),
    }


def save_head(set_id: int, given: Named, *, actor: User, revision: int) -> RatingSet:
    """Write title, paper and wanted total of a draft."""
    draft = _draft(set_id, actor, revision)
    draft.title_vi, draft.title_en = given.title_vi.strip(), given.title_en.strip()
    draft.document_number, draft.document_date = given.document_number.strip(), given.document_date
    draft.issuer = given.issuer.strip()
    return _changed(draft, draft.content | {"total": given.total}, actor)


def save(set_id: int, change: Callable[[Content], Content], *, actor: User, revision: int) -> RatingSet:
    """Write the content of a draft; what was typed is kept even while it is wrong."""
    draft = _draft(set_id, actor, revision)
    return _changed(draft, change(draft.content), actor)


def _changed(draft: RatingSet, content: Content, actor: User) -> RatingSet:
    draft.content = content
    draft.changed_by_id, draft.changed_at = actor.id, clock.now()
    db.session.flush()
    return draft


def upload(set_id: int, file: bytes, *, actor: User, revision: int) -> RatingSet:
    """Put the content and the title of a TOML file in the place of the draft's; a file with faults changes nothing."""
    draft = _draft(set_id, actor, revision)
    table = _parsed(file)
    head = _with_title(head_of(draft), table.get("title"))
    try:
        read_one(completed(table, head), _("file"))
    except DefinitionError as refused:
        raise Invalid(fields={"file": refused.faults}) from None
    draft.title_vi, draft.title_en = head.title_vi, head.title_en
    return _changed(draft, content_of(table), actor)


def _with_title(head: Head, title: object) -> Head:
    """The head with the title that a file gives."""
    words = title if isinstance(title, dict) else {}
    vi, en = (str(words.get(language) or "").strip()[:LONGEST_TITLE] for language in ("vi", "en"))
    return replace(head, title_vi=vi or head.title_vi or "–", title_en=en or head.title_en)


def _parsed(file: bytes) -> dict[str, Any]:
    if len(file) > LARGEST_FILE:
        raise _refused(_("The file has more than %(most)s kB.", most=LARGEST_FILE // 1024))
    try:
        table = tomllib.loads(file.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused(_("The file is not written in UTF-8. Save it as UTF-8 and choose it again.")) from None
    except (ValueError, RecursionError) as fault:
        raise _refused(_("The file is no TOML: %(fault)s", fault=str(fault)[:200])) from None
    faults = (*_unfit(table, 0), *too_many(table))
    if faults:
        raise _refused(*dict.fromkeys(faults))
    return table


def _refused(*reasons: str) -> Invalid:
    return Invalid(fields={"file": reasons})


def _unfit(value: object, depth: int) -> Iterator[str]:
    """What no criteria set needs and no database or paper can hold."""
    if depth > DEEPEST:
        yield _("The file has tables too deep inside each other.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (*_unfit(key, depth + 1), *_unfit(item, depth + 1))
    elif isinstance(value, list):
        for item in value:
            yield from _unfit(item, depth + 1)
    elif isinstance(value, str) and any(ord(sign) < 32 and sign not in "\n\r\t" for sign in value):
        yield _("The file has signs in its texts that cannot be printed.")
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        yield _("The file has a number that is too large.")


def head_of(own: RatingSet) -> Head:
    """The set's head, for its table."""
    return Head(
        own.name,
        own.version,
        own.title_vi,
        own.title_en,
        own.document_number,
        own.document_date,
        own.issuer,
    )


def faults(own: RatingSet) -> tuple[SetFault, ...]:
    """What keeps a draft from being published."""
    found = faults_of(own.content, head_of(own))
    if own.document_date is not None and own.document_date > clock.today():
        found = (SetFault("head", 0, "dated", _("This day lies ahead; the paper must have been issued.")), *found)
    return found


def form_of(own: RatingSet) -> FormSpec:
    """The set as a form; raises DefinitionError while it has faults."""
    return spec_of(own.content, head_of(own))


def table(own: RatingSet) -> dict[str, Any]:
    """The set's whole table, as its file says it."""
    return table_of(own.content, head_of(own))


def publish(set_id: int, *, actor: User, revision: int) -> RatingSet:
    """Publish a draft for ever, so that rounds can choose it; raises ActionBlocked with what is still wrong."""
    draft = _draft(set_id, actor, revision)
    found = faults(draft)
    if found:
        raise ActionBlocked(*(fault.words for fault in found))
    published.add(form_of(draft))
    draft.published_by_id, draft.published_at = actor.id, clock.now()
    db.session.flush()
    return draft


def _draft(set_id: int, actor: User, revision: int) -> RatingSet:
    """The draft as it is now, held until the end of the transaction; only for who may write it and has seen it."""
    query = _loaded(select(RatingSet)).where(RatingSet.id == set_id)
    held = query.with_for_update(of=RatingSet).execution_options(populate_existing=True)
    own = _seen(db.session.scalar(held), actor)
    if not is_department(actor, own.unit):
        raise NotPermitted(_("Only the province's education department writes its own criteria set."))
    if own.published_at is not None:
        raise ActionNotOpen(_("This version is published and stays as it is. Begin the next version to change it."))
    if own.revision != revision:
        raise Stale(_("Somebody else changed this draft after you opened the page."))
    return own


def _loaded(query: Select[RatingSet]) -> Select[RatingSet]:
    people = (joinedload(RatingSet.changed_by), joinedload(RatingSet.entered_by), joinedload(RatingSet.published_by))
    return query.options(joinedload(RatingSet.unit), *people)


def _seen(own: RatingSet | None, actor: User) -> RatingSet:
    if own is None or not (access.is_administrator(actor) or is_department(actor, own.unit)):
        raise NotFound(_("There is no such criteria set, or it is not yours to see."))
    return own
