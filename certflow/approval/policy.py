"""The words of the policy for acts that need two persons."""

from certflow.approval import proposals
from certflow.http.policy import About, Named, Part, Rule
from certflow.models.approval import Proposal
from certflow.models.people import User


def _settles(person: User, proposal: Proposal, _named: Named) -> None:
    if not proposal.outcome:
        proposals.require_second(proposal, person)


PROPOSAL = About(
    "proposal",
    "an act for two persons, seen with its dossier, or by administrators",
    ("proposal_id",),
    proposals.get,
)
SECOND = Part("settles", "the second person, whose part it is", _settles)
PROPOSER = Part(
    "proposer",
    "whoever proposed it",
    lambda person, proposal, _named: proposals.require_proposer(proposal, person),
)
SEES_PROPOSAL = Rule(about=PROPOSAL)
SETTLES = Rule(about=PROPOSAL, part=SECOND)
TAKES_BACK = Rule(about=PROPOSAL, part=PROPOSER)
