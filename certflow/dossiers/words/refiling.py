"""What stands out when a dossier is filed again: nothing changed, fewer files, what was asked left as it is."""

from dataclasses import dataclass

from certflow.assessment import assessments, changes
from certflow.assessment.words.changes import AskedItem, ChangedPart, changed_parts, requests
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.law.impartiality import FILING
from certflow.law.specs.workflow import TransitionSpec
from certflow.models.dossiers import Dossier


@dataclass(frozen=True, slots=True)
class Refiling:
    """What has changed since the last filing (None before the first), and what to look at before going on.

    `fewer` are the titles of the indicators that have fewer files than were filed, `unchanged` what was asked and is
    still as it was.
    """

    changed: list[ChangedPart] | None
    fewer: list[str]
    unchanged: list[AskedItem]

    @property
    def nothing(self) -> bool:
        """Whether it would be filed again exactly as before."""
        return self.changed == []

    @property
    def doubtful(self) -> bool:
        """Whether the person is asked to confirm that it goes on like this."""
        return bool(self.nothing or self.fewer or self.unchanged)


def refiling(dossier: Dossier, transition: TransitionSpec) -> Refiling | None:
    """The Refiling of a step towards filing; None for any other step, and before anything was filed or asked."""
    spec = workflow_of(dossier).spec
    if spec.gives_back(transition) or not (
        FILING in transition.effects or spec.states[dossier.state].edits == "claims"
    ):
        return None
    contents = assessments.contents(dossier)
    asked = [request for request in requests(dossier, contents) if not request.settled]
    if not (contents.filings or asked):
        return None
    differing = changes.since_filing(form_of(dossier), contents)
    parts = changed_parts(dossier, differing) if differing is not None else None
    fewer = set(differing.fewer) if differing is not None else set()
    unchanged = [item for request in asked for item in request.items if not item.changed]
    return Refiling(parts, [part.title for part in parts or () if part.code in fewer], unchanged)
