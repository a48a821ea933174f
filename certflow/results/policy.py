"""The words of the policy for the papers of a dossier and the revocation of its result."""

from operator import attrgetter

from certflow.access.policy import DOSSIER
from certflow.http.policy import About, Part, Rule
from certflow.results import documents, revocations

DOCUMENT = About(
    "document",
    "a paper of a dossier",
    ("document_id",),
    documents.document,
    attrgetter("dossier"),
)
ABOVE = Part(
    "above",
    "those with a part beyond filing",
    lambda person, dossier, _named: revocations.require_above(dossier, person),
)
SEES_PAPER = Rule(about=DOCUMENT)
ACTS_ABOVE = Rule(about=DOSSIER, part=ABOVE)
