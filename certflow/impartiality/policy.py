"""The words of the policy for conflicts of interest."""

from certflow.http.policy import About, Rule
from certflow.impartiality import conflicts

RECUSABLE = About(
    "recusable",
    "a dossier in which somebody may be recused; administrators are told whose, and nothing in it",
    ("dossier_id",),
    conflicts.dossier_for,
)
RECUSES = Rule(about=RECUSABLE)
