"""A proposal in words: what is to be done, about what, and how it stands."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from certflow.approval import proposals
from certflow.models.approval import Proposal


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal in the reader's words; `lines` are what is to be done as (what, how), `kind_of_tag` its colour."""

    proposal: Proposal
    what: str
    about: str
    url: str
    lines: list[tuple[str, str]]
    standing: str
    kind_of_tag: str


def told(proposal: Proposal) -> ProposalView:
    """The words for one proposal."""
    kind = proposals.KINDS[proposal.kind]
    about, endpoint, arguments = kind.subject(proposal)
    standing, tag = _standing(proposal)
    return ProposalView(
        proposal, _(kind.title), about, url_for(endpoint, **arguments), kind.lines(proposal), standing, tag
    )


def _standing(proposal: Proposal) -> tuple[str, str]:
    outcomes = {
        "": (_("Waits for a second person"), "waiting"),
        "confirmed": (_("Confirmed"), "good"),
        "refused": (_("Refused"), "bad"),
        "withdrawn": (_("Proposal withdrawn"), "neutral"),
    }
    words, kind = outcomes[proposal.outcome]
    return str(words), kind
