"""The words of the policy for opening dossiers and for receiving their papers."""

from certflow.access.policy import DOSSIER
from certflow.dossiers import dossiers, receipts
from certflow.http.policy import About, Part, Rule, When

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
OPENS = Rule(about=OPENING, part=BEGINS, when=NOT_CLOSED)
RECEIVES = Rule(about=DOSSIER, part=RECEIVERS)
