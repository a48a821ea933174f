"""The words of the policy for opening dossiers, for receiving their papers and for taking a step back."""

from certflow.access.policy import DOSSIER
from certflow.dossiers import dossiers, receipts, retractions
from certflow.http.policy import About, Named, Part, Rule, When
from certflow.models.dossiers import Dossier
from certflow.models.people import User


def _sent_it_on(person: User, dossier: Dossier, _named: Named) -> None:
    retractions.require_sender(dossier, person)


OPENING = About(
    "opening",
    "a round in which the dossier of a unit can be opened",
    ("round_id", "unit_id"),
    lambda round_id, unit_id, person: dossiers.may_open(round_id, actor=person, unit_id=unit_id),
)
BEGINS = Part("begins", "the role of the unit with which the scheme begins")
NOT_CLOSED = When("not_closed", "until the round is closed")
RECEIVERS = Part(
    "receives",
    "those whose turn it is once the dossier is filed",
    lambda person, dossier, _named: receipts.require_receiver(dossier, person),
)
SENDERS = Part(
    "sender",
    "those with the role that took the latest step",
    _sent_it_on,
)
UNOPENED = When("unopened", "until the side whose turn it is has opened the dossier")
OPENS = Rule(about=OPENING, part=BEGINS, when=NOT_CLOSED)
RECEIVES = Rule(about=DOSSIER, part=RECEIVERS)
RETRACTS = Rule(about=DOSSIER, part=SENDERS, when=UNOPENED)
