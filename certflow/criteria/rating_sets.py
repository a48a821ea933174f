"""The criteria sets that education departments write themselves: drafting, checking and publishing them."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.catalogue import catalogue, published
from certflow.catalogue.department_sets import MOST_LISTED, head_of
from certflow.criteria.confirmations import provinces_confirmable_by
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound, NotPermitted, Stale
from certflow.gateways import installation
from certflow.gateways.pdf import printing
from certflow.gateways.pdf.glyphs import UnprintableError
from certflow.law.sets.faults import SetFault, faults_of, spec_of
from certflow.law.sets.tables import Content, first_content
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db, refusing
from certflow.models.criteria import RatingSet
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.vietnamese import within_sentence
from certflow.wording import _


@dataclass(frozen=True, slots=True)
class SetNames:
    """What the department says of its set as a whole."""

    title_vi: str
    title_en: str
    document_number: str
    document_date: dt.date | None
    issuer: str
    total: str


def families() -> dict[str, list[WorkflowSpec]]:
    """The schemes that leave their criteria to the departments, by family."""
    by_family: dict[str, list[WorkflowSpec]] = {}
    for spec in catalogue.definitions().workflows.values():
        if spec.form_family:
            by_family.setdefault(spec.form_family, []).append(spec)
    return by_family


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


def by_name(name: str, version: int) -> RatingSet | None:
    """The published set that a criteria set's name and version stand for; None for one from a file."""
    query = select(RatingSet).where(RatingSet.name == name, RatingSet.version == version)
    return db.session.scalar(query.where(RatingSet.published_at.is_not(None)))


def begin(unit_id: int, family: str, *, actor: User) -> RatingSet:
    """Begin a draft: the first version from the family's default set, a further one as a copy of the last."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not is_department(actor, unit):
        raise NotPermitted(_("Only the province's education department can write its own criteria set."))
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
        entered_by=actor.signature,
        entered_at=now,
        changed_by=actor.signature,
        changed_at=now,
    )
    with refusing("uq_rating_set_name_version", _begun()):
        db.session.add(draft)
    return draft


def _begun() -> ActionNotOpen:
    return ActionNotOpen(_("There is already a draft. Continue with it, or publish it first."))


def _blank(unit: Unit, family: str) -> dict[str, Any]:
    name = within_sentence(unit.name)
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


def save_head(set_id: int, names: SetNames, *, actor: User, revision: int) -> RatingSet:
    """Write title, paper and wanted total of a draft."""
    draft = draft_of(set_id, actor, revision)
    draft.title_vi, draft.title_en = names.title_vi.strip(), names.title_en.strip()
    draft.document_number, draft.document_date = names.document_number.strip(), names.document_date
    draft.issuer = names.issuer.strip()
    return changed(draft, draft.content | {"total": names.total}, actor)


def save(set_id: int, change: Callable[[Content], Content], *, actor: User, revision: int) -> RatingSet:
    """Write the content of a draft; what was typed is kept even while it is wrong.

    Raises Stale when the draft was changed since `revision`, but for who sends again what they have saved.
    """
    try:
        draft = draft_of(set_id, actor, revision)
    except Stale:
        draft = draft_of(set_id, actor, revision + 1)
        if draft.changed_by_id == actor.id and change(draft.content) == draft.content:
            return draft
        raise
    return changed(draft, change(draft.content), actor)


def changed(draft: RatingSet, content: Content, actor: User) -> RatingSet:
    """Write the content of a draft that is held, and who changed it."""
    draft.content = content
    draft.changed_by, draft.changed_at = actor.signature, clock.now()
    db.session.flush()
    return draft


def faults(own: RatingSet) -> tuple[SetFault, ...]:
    """What keeps a draft from being published."""
    problems = faults_of(own.content, head_of(own))
    if own.document_date is not None and own.document_date > clock.today():
        problems = (
            SetFault("head", 0, "dated", _("This day is in the future; the paper must already be issued.")),
            *problems,
        )
    return problems


def form_of(own: RatingSet) -> FormSpec:
    """The set as a form; raises DefinitionError while it has faults."""
    return spec_of(own.content, head_of(own))


def publish(set_id: int, *, actor: User, revision: int) -> RatingSet:
    """Publish a draft for ever, so that rounds can choose it; raises ActionBlocked with what is still wrong."""
    draft = draft_of(set_id, actor, revision)
    problems = faults(draft)
    if problems:
        raise ActionBlocked(*(fault.words for fault in problems))
    form = form_of(draft)
    _refuse_unprintable(form)
    published.add(form)
    draft.published_by, draft.published_at = actor.signature, clock.now()
    db.session.flush()
    return draft


def _refuse_unprintable(form: FormSpec) -> None:
    """What papers and sheets say of the set must be printable: afterwards nothing can be corrected."""
    texts = {"title": form.title.vi, "source": form.source, "classes": [band.title.vi for band in form.bands]}
    try:
        printing.check_letters(texts, engine=installation.equipment().settings.pdf_engine)
    except UnprintableError as fault:
        raise ActionBlocked(str(fault)) from fault


def draft_of(set_id: int, actor: User, revision: int) -> RatingSet:
    """The draft as it is now, held until the end of the transaction; only for who may write it and has seen it."""
    query = _loaded(select(RatingSet)).where(RatingSet.id == set_id)
    locked = query.with_for_update(of=RatingSet).execution_options(populate_existing=True)
    own = _seen(db.session.scalar(locked), actor)
    if not is_department(actor, own.unit):
        raise NotPermitted(_("Only the province's education department can write its own criteria set."))
    if own.published_at is not None:
        raise ActionNotOpen(_("This version is published and cannot change. To make changes, begin the next version."))
    if own.revision != revision:
        raise Stale(_("Somebody else changed this draft after you opened the page."))
    return own


def _loaded(query: Select[RatingSet]) -> Select[RatingSet]:
    return query.options(joinedload(RatingSet.unit))


def _seen(own: RatingSet | None, actor: User) -> RatingSet:
    if own is None or not (access.is_administrator(actor) or is_department(actor, own.unit)):
        raise NotFound(_("There is no such criteria set, or you are not allowed to see it."))
    return own
