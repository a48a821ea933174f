"""Who signs for whom: the part in which an act is taken, and what the signing rules let a delegate sign.

Decree 30/2020/NĐ-CP art. 13 knows three ways: a deputy signs for the head (KT.), the head of a unit below signs by
order (TL.), and in special cases somebody signs by delegation (TUQ.): in writing, for a limited time and content, and
never delegated further. Everything else is each office's own regulation, which the signing rules state.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from certflow import clock
from certflow.access.parts import Held
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionBlocked, NotPermitted
from certflow.law.specs.workflow import TransitionSpec
from certflow.law.workflow import Move, Offer
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import Appointment
from certflow.models.rules import Delegation, SigningRule
from certflow.rules import signing_matrix
from certflow.wording import _

_AWARD = ("decision", "certificate")
_MADE_BY = {"recognise": _AWARD, "rate": _AWARD, "approve": _AWARD, "decline": ("refusal",)}


def papers_of(dossier: Dossier, transition: TransitionSpec) -> tuple[str, ...]:
    """The kinds of papers that an action makes and that its actor signs."""
    outcome = workflow_of(dossier).spec.outcome
    kinds = [kind for effect in transition.effects for kind in _MADE_BY.get(effect, ())]
    return tuple(kind for kind in kinds if outcome is not None and kind in outcome.papers)


def part_used(dossier: Dossier, move: Move, own_parts: Sequence[Held]) -> tuple[Move, Delegation | None]:
    """The move in the part in which it is taken, and the delegation by which: none where it is a part of one's own.

    That of one's own comes first where both fit. Raises ActionBlocked when no signing rule lets the delegate sign what
    the action makes, NotPermitted when the delegation has ended meanwhile. It cannot be withdrawn before the
    transaction has ended.
    """
    mine = {part.role for part in own_parts if part.delegation is None}
    roles = [role for role in move.transition.by if role in mine]
    if roles:
        return replace(move, acting_as=roles[0]), None
    chosen, reasons = _chosen(dossier, move.transition, [part for part in own_parts if part.role == move.acting_as])
    if reasons:
        raise ActionBlocked(*reasons)
    return move, hold(chosen, clock.today())


def delegation_for(dossier: Dossier, transition: TransitionSpec, own_parts: Sequence[Held]) -> Delegation | None:
    """The delegation by which an action would be taken; none where a part of one's own fits, or no part at all."""
    fitting = [part for part in own_parts if part.role in transition.by]
    if not fitting or any(part.delegation is None for part in fitting):
        return None
    return _chosen(dossier, transition, fitting)[0]


def with_missing(dossier: Dossier, offers: tuple[Offer, ...], own_parts: Sequence[Held]) -> tuple[Offer, ...]:
    """The offers, each with what the signing rules refuse where it would be taken for somebody else."""
    if all(part.delegation is None for part in own_parts):
        return offers
    checked = []
    for offer in offers:
        fitting = [part for part in own_parts if part.role in offer.transition.by]
        delegated = fitting and all(part.delegation is not None for part in fitting)
        reasons = _chosen(dossier, offer.transition, fitting)[1] if delegated else ()
        checked.append(replace(offer, reasons=offer.reasons + reasons))
    return tuple(checked)


def _chosen(
    dossier: Dossier, transition: TransitionSpec, delegated: Sequence[Held]
) -> tuple[Delegation, tuple[str, ...]]:
    """The first delegation by which everything the action makes may be signed, else the first with what it lacks."""
    kinds, blocked = papers_of(dossier, transition), []
    for part in delegated:
        if part.delegation is not None:
            reasons = signing_matrix.missing(part.delegation, dossier.workflow, kinds, clock.today())
            if not reasons:
                return part.delegation, ()
            blocked.append((part.delegation, reasons))
    return blocked[0]


def hold(delegation: Delegation, day: dt.date) -> Delegation:
    """The delegation as it is now, kept from being withdrawn or ended until the end of the transaction.

    Raises NotPermitted when it gives no right on `day` any more.
    """
    query = (
        select(Delegation)
        .join(Delegation.appointment)
        .join(Appointment.user)
        .where(Delegation.id == delegation.id)
        .options(contains_eager(Delegation.appointment).contains_eager(Appointment.user))
    )
    query = query.with_for_update(read=True, of=[Delegation, Appointment])
    locked = db.session.scalars(query.execution_options(populate_existing=True)).one()
    require_on(locked, day)
    return locked


def require_on(delegation: Delegation, day: dt.date) -> None:
    """Raises NotPermitted unless the delegation gives its rights on `day`."""
    if not delegation.counts_on(day):
        raise NotPermitted(_("The delegation that you use has ended or was withdrawn. Nothing was recorded."))


def stated(dossier: Dossier, kind: str, delegation: Delegation | None, day: dt.date) -> dict[str, Any]:
    """What a paper dated `day` keeps of who signs it for whom; nothing where the holder of the part signs.

    Raises ActionBlocked when no signing rule lets the delegate sign a paper of this `kind`; the one that does cannot be
    withdrawn before the transaction has ended.
    """
    if delegation is None:
        return {}
    rule = signing_matrix.covering(delegation, dossier.workflow, kind, day, hold=True)
    return {
        "signs_for": {
            "mode": delegation.mode,
            "delegation": {"id": delegation.id, **_named(delegation)},
            "rule": {"id": rule.id, "issued_by": rule.issued_by, **_named(rule)},
        }
    }


def _named(by: Delegation | SigningRule) -> dict[str, str]:
    return {"document_number": by.document_number, "document_date": by.document_date.isoformat()}


def block(position: str, name: str, delegation: Delegation | None) -> dict[str, str]:
    """The words above and under a signature (Decree 30/2020/NĐ-CP art. 8 and annex I, position of the signatory).

    Who signs for another writes "KT.", "TL." or "TUQ." before the position of the one they sign for, and their own
    position on the next line.
    """
    position = position.upper()
    if delegation is None:
        return {"capacity": "", "position": position, "name": name}
    return {"capacity": f"{delegation.mode}. {position}", "position": delegation.position.upper(), "name": name}
