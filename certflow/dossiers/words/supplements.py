"""What is to be supplemented in a dossier and what was changed, as its overview tells it."""

import datetime as dt
from dataclasses import dataclass

from certflow import clock
from certflow.assessment.assessments import Contents
from certflow.assessment.words.changes import AskedItem, AskedRequest, ChangedPart, latest, requests
from certflow.models.dossiers import Dossier


@dataclass(frozen=True, slots=True)
class Supplements:
    """What was asked, and `changed`: since the last filing or by it (None before the first).

    `open_codes` is what was asked and has not changed since.
    """

    requests: list[AskedRequest]
    open_codes: frozenset[str]
    changed: list[ChangedPart] | None

    @property
    def settled(self) -> bool:
        """Whether it was answered by a filing."""
        return all(request.settled for request in self.requests)

    @property
    def items(self) -> list[AskedItem]:
        """Everything that was asked."""
        return [item for request in self.requests for item in request.items]

    @property
    def answer_by(self) -> dt.date | None:
        """The last day to answer, where one was given."""
        days = [request.answer_by for request in self.requests if request.answer_by and not request.settled]
        return min(days, default=None)

    @property
    def days_left(self) -> int:
        """How many days there are until `answer_by`; negative once it is past."""
        return (self.answer_by - clock.today()).days if self.answer_by else 0


def supplements_of(dossier: Dossier, contents: Contents) -> Supplements:
    """The Supplements of a dossier with its contents."""
    asked = requests(dossier, contents)
    codes = (item.code for request in asked for item in request.items if not (item.changed or item.settled))
    return Supplements(asked, frozenset(codes), latest(dossier, contents))
