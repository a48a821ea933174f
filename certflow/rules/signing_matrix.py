"""The signing-authority matrix asked: which rule lets a delegate sign a paper on a day, or what is missing."""

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy import select

from certflow.access import parts
from certflow.catalogue import role_titles
from certflow.errors import ActionBlocked
from certflow.models.base import db
from certflow.models.people import Appointment
from certflow.models.rules import Delegation, SigningRule
from certflow.vietnamese import search_key
from certflow.wording import _, title_at

Step = tuple[Callable[[SigningRule], bool], str]


def covering(delegation: Delegation, scheme: str, paper: str, day: dt.date, *, hold: bool = False) -> SigningRule:
    """The rule by which a paper of one kind dated `day` may be signed; raises ActionBlocked with what is missing.

    `hold` keeps it from being withdrawn until the end of the transaction.
    """
    rules = _of(delegation, hold=hold)
    covering_rules = [
        rule for rule in rules if all(fits(rule) for fits, _words in _steps(delegation, scheme, paper, day))
    ]
    if not covering_rules:
        raise ActionBlocked(_lacking(rules, delegation, scheme, paper, day), _to_be_entered())
    return covering_rules[0]


def missing(delegation: Delegation, scheme: str, papers: Collection[str], day: dt.date) -> tuple[str, ...]:
    """What stands in the way of signing all these kinds of papers on `day`, each reason once; () when nothing does."""
    rules = _of(delegation) if papers else []
    shortcomings = dict.fromkeys(_lacking(rules, delegation, scheme, paper, day) for paper in papers)
    reasons = [reason for reason in shortcomings if reason]
    return (*reasons, _to_be_entered()) if reasons else ()


def _of(delegation: Delegation, *, hold: bool = False) -> list[SigningRule]:
    """The rules about the part that is delegated, withdrawn ones left out."""
    about = delegation.appointment
    query = select(SigningRule).where(SigningRule.unit_id == about.unit_id, SigningRule.role == about.role)
    query = query.where(SigningRule.withdrawn_at.is_(None)).order_by(SigningRule.id)
    if hold:
        query = query.with_for_update(read=True, of=SigningRule).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _lacking(rules: list[SigningRule], delegation: Delegation, scheme: str, paper: str, day: dt.date) -> str:
    """Why none of `rules` lets the paper be signed: what the last of them lack; "" when one does."""
    for fits, words in _steps(delegation, scheme, paper, day):
        rules = [rule for rule in rules if fits(rule)]
        if not rules:
            return words
    return ""


def _to_be_entered() -> str:
    return _("An administrator must first enter the signing rule, with its document.")


def _steps(delegation: Delegation, scheme: str, paper: str, day: dt.date) -> list[Step]:
    """What a rule must fit, one after the other, each with what to say when no rule does."""
    about, signer, mode = delegation.appointment, delegation.position, delegation.mode
    values = {"role": role_at(about), "signer": signer, "mode": f"{mode}.", "paper": paper_title(paper)}
    values["day"] = f"{day:%d/%m/%Y}"
    return [
        (
            lambda r: r.organisation_id in (None, about.organisation_id),
            _("There is no signing rule for: %(role)s.", **values),
        ),
        (lambda r: r.mode == mode, _("No signing rule allows anybody to sign “%(mode)s” for: %(role)s.", **values)),
        (
            lambda r: _names(r, delegation, day),
            _("No signing rule allows “%(signer)s” to sign “%(mode)s” for: %(role)s.", **values),
        ),
        (
            lambda r: not r.schemes or scheme in r.schemes,
            _("The signing rule for “%(signer)s” covers other schemes.", **values),
        ),
        (
            lambda r: not r.papers or paper in r.papers,
            _("The signing rule for “%(signer)s” covers other papers, not: %(paper)s.", **values),
        ),
        (lambda r: r.counts_on(day), _("The signing rule for “%(signer)s” is not in force on %(day)s.", **values)),
    ]


def _names(rule: SigningRule, delegation: Delegation, day: dt.date) -> bool:
    """Whether the rule is about the delegate: by their position, or by a role of their own at the same unit."""
    if rule.signer_position:
        return search_key(rule.signer_position) == search_key(delegation.position)
    appointments = parts.own(delegation.delegate, day)
    return any(a.role == rule.signer_role and a.unit_id == rule.unit_id for a in appointments)


def role_at(appointment: Appointment) -> str:
    """The role of an appointment and its unit, in the reader's language."""
    title = role_titles.roles().get(appointment.role, (appointment.role, ""))[0]
    return title_at(title, appointment.unit.name) if appointment.unit is not None else title


def paper_title(kind: str) -> str:
    """A kind of paper in the reader's language."""
    return {"decision": _("Decision"), "certificate": _("Certificate"), "refusal": _("Written reply")}[kind]
