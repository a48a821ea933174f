"""Acts that need two persons: one proposes, another one confirms or refuses; only then is anything done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.models.approval import Proposal
from certflow.models.base import Pagination, db, paginate, refusing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import _

PAGE_SIZE = 50
MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class ActKind:
    """A kind of act that needs two persons: who may settle it, what is done when it is confirmed or refused, its words.

    `title` names the kind, `subject` is (name, endpoint, arguments of the endpoint), `lines` are what is to be done as
    (what, how).
    """

    name: str
    title: str
    subject: Callable[[Proposal], tuple[str, str, dict[str, Any]]]
    lines: Callable[[Proposal], list[tuple[str, str]]]
    may_settle: Callable[[Proposal, User], bool]
    carry_out: Callable[[Proposal, User], None]
    let_go: Callable[[Proposal, User, str], None] = lambda _proposal, _actor, _reason: None


KINDS: dict[str, ActKind] = {}


def register(kind: ActKind) -> ActKind:
    """Make a kind known under its name."""
    KINDS[kind.name] = kind
    return kind


def about_dossier(proposal: Proposal) -> tuple[str, str, dict[str, Any]]:
    """The subject of a proposal about a dossier."""
    name = proposal.dossier.subject_name if proposal.dossier else ""
    return name, "dossiers.show", {"dossier_id": proposal.dossier_id or 0}


def propose(kind: ActKind, *, actor: User, content: dict[str, Any], reason: str = "", **about: int) -> Proposal:
    """Propose an act about a subject (`round_id`, `rule_id`, `dossier_id` or `user_id`); Invalid while another is open.

    What the same person has proposed already, word for word, is given again. The caller has checked that `actor` may
    propose it.
    """
    words = _("This is already proposed, and a second person has not decided on it yet.")
    if (waiting := open_about(kind, **about)) is not None:
        if (waiting.proposed_by_id, waiting.content, waiting.reason) == (actor.id, content, reason.strip()):
            return waiting
        raise Invalid(words)
    proposal = Proposal(
        kind=kind.name,
        content=content,
        reason=reason.strip(),
        proposed_by=actor.signature,
        proposed_at=clock.now(),
        **about,
    )
    with refusing(f"uq_proposal_{next(iter(about)).removesuffix('_id')}", Invalid(words)):
        db.session.add(proposal)
    return proposal


def settles(proposal: Proposal, actor: User) -> bool:
    """Whether `actor` may confirm or refuse a proposal: somebody else than who proposed it, whose part it is."""
    if proposal.outcome or same_person(proposal.proposer, actor):
        return False
    return KINDS[proposal.kind].may_settle(proposal, actor)


def same_person(account: User, other: User) -> bool:
    """Whether two accounts are of one person."""
    return account.person_id == other.person_id


def confirm(proposal_id: int, *, actor: User) -> Proposal:
    """Confirm what another person proposed, and do it, in one transaction; raises a Refusal and changes nothing.

    Who settles a proposal again as they have settled it before, because the answer was lost, gets it as it is.
    """
    proposal = _locked(proposal_id, actor)
    if _is_settled(proposal, "confirmed", actor):
        return proposal
    require_second(proposal, actor)
    _settle(proposal, "confirmed", actor, "")
    with db.session.begin_nested():  # what refuses to be carried out leaves the proposal open
        KINDS[proposal.kind].carry_out(proposal, actor)
        db.session.flush()
    return proposal


def refuse(proposal_id: int, *, actor: User, reason: str) -> Proposal:
    """Refuse what another person proposed, with the reason."""
    dated.required_reason(reason)
    proposal = _locked(proposal_id, actor)
    if _is_settled(proposal, "refused", actor, reason):
        return proposal
    require_second(proposal, actor)
    return _let_go(proposal, "refused", actor, reason)


def withdraw(proposal_id: int, *, actor: User, reason: str) -> Proposal:
    """Take back what one has proposed oneself, with the reason."""
    dated.required_reason(reason)
    proposal = _locked(proposal_id, actor)
    if _is_settled(proposal, "withdrawn", actor, reason):
        return proposal
    require_proposer(proposal, actor)
    return _let_go(proposal, "withdrawn", actor, reason)


def close(proposal: Proposal, *, actor: User, reason: str) -> None:
    """Close an open proposal whose subject is gone; nothing is done by it."""
    _settle(proposal, "withdrawn", actor, reason)
    db.session.flush()


def _let_go(proposal: Proposal, outcome: str, actor: User, reason: str) -> Proposal:
    _settle(proposal, outcome, actor, reason)
    KINDS[proposal.kind].let_go(proposal, actor, reason.strip())
    db.session.flush()
    return proposal


def _settle(proposal: Proposal, outcome: str, actor: User, reason: str) -> None:
    proposal.outcome, proposal.settled_by, proposal.settled_at = outcome, actor.signature, clock.now()
    proposal.settled_reason = reason.strip()


def _is_settled(proposal: Proposal, outcome: str, actor: User, reason: str = "") -> bool:
    """Whether `actor` has settled it so already; raises ActionNotOpen when it was settled in another way."""
    if not proposal.outcome:
        return False
    if (proposal.outcome, proposal.settled_by_id, proposal.settled_reason) != (outcome, actor.id, reason.strip()):
        raise ActionNotOpen(_("This has already been decided. Look at it again."))
    return True


def require_second(proposal: Proposal, actor: User) -> None:
    """Raises NotPermitted unless `actor` may settle an open proposal as the second person."""
    if same_person(proposal.proposer, actor):
        raise NotPermitted(_("You proposed this yourself; another person must confirm it."))
    if not settles(proposal, actor):
        raise NotPermitted(_("Another person with the right role must settle this."))


def require_proposer(proposal: Proposal, actor: User) -> None:
    """Raises NotPermitted unless `actor` proposed it."""
    if proposal.proposed_by_id != actor.id:
        raise NotPermitted(_("Only the person who proposed this can withdraw it."))


def _locked(proposal_id: int, actor: User) -> Proposal:
    return _found(_one(proposal_id, actor).with_for_update(of=Proposal).execution_options(populate_existing=True))


def get(proposal_id: int, actor: User) -> Proposal:
    """One proposal that `actor` may see; raises NotFound alike for what is absent and what is not theirs."""
    return _found(_one(proposal_id, actor))


def _one(proposal_id: int, actor: User) -> Select[Proposal]:
    return _seen(actor).where(Proposal.id == proposal_id)


def _found(query: Select[Proposal]) -> Proposal:
    proposal = db.session.scalars(query).unique().one_or_none()
    if proposal is None:
        raise NotFound(_("There is no such proposal, or you are not allowed to see it."))
    return proposal


def _seen(actor: User) -> Select[Proposal]:
    """What `actor` may see: what is about their dossiers, and for administrators all that is about none."""
    administers = Proposal.dossier_id.is_(None) if access.is_administrator(actor) else false()
    theirs = and_(Proposal.dossier_id.is_not(None), access.visible(actor))
    return (
        select(Proposal)
        .outerjoin(Dossier, Proposal.dossier_id == Dossier.id)
        .where(or_(administers, theirs))
        .options(
            joinedload(Proposal.round),
            joinedload(Proposal.rule),
            joinedload(Proposal.user),
            joinedload(Proposal.dossier).options(*access.PLACED, joinedload(Dossier.round)),
            joinedload(Proposal.proposer),
        )
    )


def waiting_for(actor: User) -> list[Proposal]:
    """The open proposals that `actor` may settle, oldest first, among the oldest MOST_WAITING that they see."""
    query = _seen(actor).where(Proposal.outcome == "", Proposal.proposed_by_id != actor.id)
    candidates = db.session.scalars(query.order_by(Proposal.id).limit(MOST_WAITING)).unique()
    return [proposal for proposal in candidates if settles(proposal, actor)]


def listed(actor: User, page: int = 1) -> Pagination:
    """One page of the proposals that `actor` may see, the open ones first and then the newest."""
    return paginate(_seen(actor).order_by(Proposal.outcome != "", Proposal.id.desc()), page, PAGE_SIZE)


def open_about(kind: ActKind, **about: int) -> Proposal | None:
    """The open proposal of a kind about a subject, if there is one."""
    return db.session.scalar(select(Proposal).filter_by(kind=kind.name, outcome="", **about))
