"""Confirming an authority rule: it counts only once a second administrator has compared it with its document."""

from typing import Any

from sqlalchemy import select

from certflow import clock
from certflow.access import access
from certflow.approval import proposals
from certflow.errors import ActionNotOpen
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rules import AuthorityRule
from certflow.wording import N_, _


def ask(rule: AuthorityRule, actor: User) -> None:
    """Propose the confirmation of a new rule to a second administrator."""
    proposals.propose(KIND, actor=actor, content={}, rule_id=rule.id)


def drop(rule: AuthorityRule, actor: User) -> None:
    """Close the open proposal for a rule that is withdrawn."""
    waiting = proposals.open_about(KIND, rule_id=rule.id)
    if waiting is not None:
        proposals.close(waiting, actor=actor, reason=rule.withdrawn_reason)


def _settles(_proposal: Proposal, actor: User) -> bool:
    return access.is_administrator(actor)


def _carry_out(proposal: Proposal, actor: User) -> None:
    rule = _locked(proposal)
    if rule.withdrawn_at is not None:
        raise ActionNotOpen(_("This rule has already been withdrawn."))
    rule.confirmed_at, rule.confirmed_by = clock.now(), actor.signature


def _let_go(proposal: Proposal, actor: User, reason: str) -> None:
    """A rule that is refused or taken back counts for nothing."""
    rule = _locked(proposal)
    if rule.withdrawn_at is None:
        rule.withdrawn_at, rule.withdrawn_by, rule.withdrawn_reason = clock.now(), actor.signature, reason


def _locked(proposal: Proposal) -> AuthorityRule:
    query = select(AuthorityRule).where(AuthorityRule.id == proposal.rule_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _subject(proposal: Proposal) -> tuple[str, str, dict[str, Any]]:
    number = proposal.rule.document_number if proposal.rule else ""
    return number, "authority.show", {"rule_id": proposal.rule_id or 0}


def _lines(_proposal: Proposal) -> list[tuple[str, str]]:
    return [(_("What is to be done"), _("The rule comes into force on its first day."))]


KIND = proposals.register(
    proposals.ActKind("authority_rule", N_("An authority rule"), _subject, _lines, _settles, _carry_out, _let_go)
)
