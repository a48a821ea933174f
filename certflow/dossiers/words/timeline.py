"""An entry of a dossier's history in the reader's words."""

import datetime as dt
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from certflow.access import turns
from certflow.access.turns import Reading
from certflow.accounts.words import with_present_name
from certflow.assessment.words import changes
from certflow.catalogue.catalogue import workflow_of
from certflow.clock import ZONE
from certflow.dossiers.succession import versions_of
from certflow.models.dossiers import HistoryEntry, SupplementRequest
from certflow.rules.words import delegated
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One act: what was done, by whom in which part, when, the state it led to ("" for none) and what was noted.

    `kind` is that of a final state's tag, `paper` names the document from outside that the act records. `signed_for`
    says for whom and by what it was taken, where that was not in a part of the person's own. `asked` are the titles and
    words of what is to be supplemented, `answer_by` the last day that was given for it.
    """

    what: str
    label: str
    who: str
    role: str
    when: dt.datetime
    note: str
    kind: str = ""
    paper: str = ""
    signed_for: str = ""
    asked: tuple[tuple[str, str], ...] = ()
    answer_by: dt.date | None = None


def told(reading: Reading, entry: HistoryEntry, request: SupplementRequest | None = None) -> TimelineEntry:
    """The TimelineEntry of an act: a step with its title, its taking back, or a move with the answers to confirm.

    `request` is what the act asked to be supplemented. Of what the reader may not know yet only the state is told.
    """
    dossier = reading.dossier
    who, when = with_present_name(entry.done_by, entry.actor), entry.at.astimezone(ZONE)
    versions = versions_of(entry.action)
    if versions is not None:
        what = str(_("Moved from version %(old)s to version %(new)s of its rules", old=versions[0], new=versions[1]))
        note = str(_("To be confirmed again: %(codes)s", codes=entry.note)) if entry.note else ""
        return TimelineEntry(what, "", who, str(_("Administrator")), when, note)
    spec = workflow_of(dossier).spec
    titles = {transition.action: transition.title.in_language(language()) for transition in spec.transitions}
    state = spec.states[entry.to_state]
    taken_back = str(_("Taken back before it was opened")) if entry.retracts else entry.action
    what, label = titles.get(entry.action, taken_back), state.title.in_language(language())
    part, kind = turns.part(dossier, entry.acting_as), turns.final_kind(state)
    signed_for = ""
    if entry.delegation is not None:
        part, signed_for = f"{entry.signs_for}. {part}", delegated.by_which(entry.delegation)
    paper = _paper_recorded(entry)
    if reading.conceals(entry):
        return TimelineEntry(label, "", who, part, when, "", kind, "", signed_for)
    step = TimelineEntry(what, label, who, part, when, entry.note, kind, paper, signed_for)
    if request is None:
        return step
    return replace(step, asked=tuple(changes.as_recorded(dossier, request)), answer_by=request.answer_by)


def _paper_recorded(entry: HistoryEntry) -> str:
    """The paper from outside that an act records, by number and date."""
    if not entry.document_number or entry.document_date is None:
        return ""
    day = f"{entry.document_date:%d/%m/%Y}"
    return str(_("Document no. %(number)s of %(date)s", number=entry.document_number, date=day))
