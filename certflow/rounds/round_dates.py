"""Changes of a round's dates under the two-person rule: one administrator proposes, a second one confirms."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from certflow.access import access, dated
from certflow.approval import proposals
from certflow.errors import ActionNotOpen, Stale
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing
from certflow.rounds import rounds
from certflow.wording import N_, _, language


def needs_two(round_: Round) -> bool:
    """Whether a change of dates needs two persons: the round is official and has dossiers."""
    if round_.practice:
        return False
    with seeing(EVERYTHING):
        return bool(db.session.scalar(select(exists().where(access.whole_round(round_.id)))))


def change(
    round_id: int, dates: Mapping[str, rounds.DateChoice], *, actor: User, version: int, reason: str = ""
) -> Proposal | None:
    """Change the dates and return None, or return the proposal if the change needs two persons."""
    access.require_administrator(actor)
    round_ = rounds.get(round_id)
    if not needs_two(round_):
        rounds.change_dates(round_id, dates, actor=actor, version=version)
        return None
    if round_.version != version:
        if rounds.stands(round_, dates):  # proposed, and confirmed already
            return None
        raise Stale(_("Somebody else changed this round after you opened it. Look at its dates again."))
    if round_.closed:
        raise ActionNotOpen(_("This round is closed; its dates stay as they are."))
    dated.required_reason(reason)
    content = {"version": version, "dates": {name: [day.isoformat(), last] for name, (day, last) in dates.items()}}
    return proposals.propose(KIND, actor=actor, content=content, reason=reason, round_id=round_id)


def proposed(content: Mapping[str, Any]) -> dict[str, rounds.DateChoice]:
    """The dates that a proposal asks for, by deadline."""
    return {name: (dt.date.fromisoformat(day), bool(last)) for name, (day, last) in content["dates"].items()}


def _settles(_proposal: Proposal, actor: User) -> bool:
    return access.is_administrator(actor)


def _carry_out(proposal: Proposal, actor: User) -> None:
    """Raises Stale when the round's dates were changed since."""
    if proposal.round_id is not None:
        version = int(proposal.content["version"])
        rounds.change_dates(proposal.round_id, proposed(proposal.content), actor=actor, version=version)


def _subject(proposal: Proposal) -> tuple[str, str, dict[str, Any]]:
    title = proposal.round.title if proposal.round else ""
    return title, "rounds.show", {"round_id": proposal.round_id or 0}


def _lines(proposal: Proposal) -> list[tuple[str, str]]:
    """The proposed dates that differ from the present ones, by the titles of the deadlines."""
    present = {due.spec.name: due for due in rounds.dues(proposal.round)} if proposal.round else {}
    lines = []
    for name, (day, included) in proposed(proposal.content).items():
        due = present.get(name)
        if due is not None and (due.on, due.included) != (day, included):
            change = _("%(old)s → %(new)s", old=_limit(due.on, due.included), new=_limit(day, included))
            lines.append((due.spec.title.in_language(language()), change))
    return lines


def _limit(day: dt.date, included: bool) -> str:
    date = f"{day:%d/%m/%Y}"
    return _("by %(date)s", date=date) if included else _("before %(date)s", date=date)


KIND = proposals.register(
    proposals.ActKind("round_dates", N_("New dates for a round"), _subject, _lines, _settles, _carry_out)
)
