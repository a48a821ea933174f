"""The words of the policy for the files of a dossier."""

from operator import attrgetter

from certflow.assessment import evidence
from certflow.http.policy import About, Rule

EVIDENCE = About(
    "evidence",
    "a file of a dossier",
    ("evidence_id",),
    evidence.find,
    attrgetter("dossier"),
)
SEES_FILE = Rule(about=EVIDENCE)
