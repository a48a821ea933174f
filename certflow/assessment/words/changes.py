"""What was changed, and what is to be supplemented, in the reader's words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.assessment import changes, supplements
from certflow.assessment.assessments import Contents
from certflow.assessment.changes import MEETING, Change, Changes
from certflow.assessment.words import figures
from certflow.assessment.words.entries import anchor, words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.law.form_words import FormWords
from certflow.law.specs.form import IndicatorSpec
from certflow.models.dossiers import PAPERS, Dossier, Evidence, SupplementItem, SupplementRequest
from certflow.wording import language

SHORT = 200


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """One indicator, the meeting or other papers, with a line for each thing that differs; `url` is its place."""

    code: str
    title: str
    url: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One thing that was asked, with the words for it; `changed` says whether something else stands there since.

    `url` leads to where it is answered; `files` are the other papers that are there now.
    """

    code: str
    title: str
    words: str
    url: str
    changed: bool
    settled: bool
    files: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """What one act asked for: `number` is that act's in the history, `answer_by` the last day it gave, if any."""

    number: int
    answer_by: dt.date | None
    settled: bool
    items: tuple[AskedItem, ...]


def changed_parts(dossier: Dossier, differing: Changes) -> list[ChangedPart]:
    """What differs, in the form's order."""
    words, form = words_of(dossier), form_of(dossier)
    parts = []
    for change in differing.indicators:
        indicator = form.indicators[change.code]
        lines = (*(_figures(words, indicator, change) if change.answered else ()), *_beside(words, change))
        parts.append(_part(dossier, change.code, lines))
    if differing.meeting:
        parts.append(_part(dossier, MEETING, (_("Changed"),)))
    if differing.papers.anything:
        parts.append(_part(dossier, PAPERS, tuple(_beside(words, differing.papers))))
    return parts


def _part(dossier: Dossier, code: str, lines: tuple[str, ...]) -> ChangedPart:
    return ChangedPart(code, title_of(dossier, code), place_of(dossier, code), lines)


def latest(dossier: Dossier, contents: Contents) -> list[ChangedPart] | None:
    """What has changed since the last filing or, once it is filed again, by that filing; None for neither."""
    differing = changes.latest(dossier, contents) if contents.filings else None
    return None if differing is None else changed_parts(dossier, differing)


def _beside(words: FormWords, change: Change) -> Iterable[str]:
    """What differs beside the answer: its explanation and its files."""
    if change.explained:
        yield _("%(field)s: changed", field=words("explanation"))
    if change.added:
        yield _("Files added: %(names)s", names=", ".join(change.added))
    if change.removed:
        yield _("Files removed: %(names)s", names=", ".join(change.removed))


def _figures(words: FormWords, indicator: IndicatorSpec, change: Change) -> Iterable[str]:
    """Old and new of each value that differs; of a computed one the share alone."""
    before, after = (figures.lines(words, indicator, answer) for answer in (change.before, change.after))
    if indicator.computed:
        before, after = before[:1], after[:1]
    for old, new in zip(before, after, strict=True):
        if old.value != new.value:
            values = f"{_cut(old.value) or '–'} → {_cut(new.value) or '–'}"
            yield values if len(before) == 1 else f"{old.label}: {values}"


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def requests(dossier: Dossier, contents: Contents) -> list[AskedRequest]:
    """What is asked now; when nothing is, what the office that receives the dossier asked before its last filing."""
    rows = [row for row in contents.requests if row.settled_number is None]
    if not rows:
        spec = workflow_of(dossier).spec
        rows = [row for row in contents.requests if not row.withdrawn]
        rows = [row for row in rows if spec.states[row.from_state].turn not in spec.filers]
        rows = [row for row in rows if row.settled_number == rows[-1].settled_number]
    now = changes.present(contents) if rows else {}
    return [
        AskedRequest(
            row.number,
            row.answer_by,
            row.settled_number is not None,
            tuple(
                _asked(
                    dossier, contents, item, supplements.is_changed(item, now) if item.changed is None else item.changed
                )
                for item in row.items
            ),
        )
        for row in rows
    ]


def _asked(dossier: Dossier, contents: Contents, item: SupplementItem, changed: bool) -> AskedItem:
    settled, url = item.changed is not None, place_of(dossier, item.code)
    files = contents.evidence.get(PAPERS, ()) if item.code == PAPERS else ()
    return AskedItem(item.code, title_of(dossier, item.code), item.words, url, changed, settled, files)


def by_code(asked: Iterable[AskedRequest]) -> dict[str, list[AskedItem]]:
    """The items of requests by what they are about."""
    items: dict[str, list[AskedItem]] = {}
    for request in asked:
        for item in request.items:
            items.setdefault(item.code, []).append(item)
    return items


def as_recorded(dossier: Dossier, request: SupplementRequest) -> list[tuple[str, str]]:
    """The titles and words of what was asked, for the history."""
    return [(title_of(dossier, item.code), item.words) for item in request.items]


def title_of(dossier: Dossier, code: str) -> str:
    """What the code of an item stands for; the code itself where the rules have no such indicator any more."""
    form = form_of(dossier)
    if code == MEETING:
        return str(_("Self-assessment meeting"))
    if code == PAPERS:
        return str(_("Other papers of the dossier"))
    if indicator := form.indicators.get(code):
        return f"{code}. {indicator.title.in_language(language())}"
    for criterion in form.criteria:
        if str(criterion.number) == code:
            title = criterion.title.in_language(language())
            return words_of(dossier)("criterion_title", number=code, title=title)
    return code


def asked_title(dossier: Dossier, code: str) -> str:
    """As `title_of`, below the title of its criterion: of that itself it says only that the whole is meant."""
    return words_of(dossier)("whole_criterion", number=code) if code.isdigit() else title_of(dossier, code)


def place_of(dossier: Dossier, code: str) -> str:
    """The address at which the unit answers what the code stands for."""
    if code == PAPERS:
        return url_for("claims.papers", dossier_id=dossier.id)
    if code == MEETING:
        return url_for("claims.meeting", dossier_id=dossier.id)
    number, dot, _indicator = code.partition(".")
    return url_for("claims.criterion", dossier_id=dossier.id, number=number, _anchor=anchor(code) if dot else None)


def stands(dossier: Dossier, contents: Contents, code: str) -> str:
    """What the unit claims under an indicator and how many files it gave, in a few words; "" for anything else."""
    indicator = form_of(dossier).indicators.get(code)
    if indicator is None:
        return ""
    answer = contents.claims[code].answer if code in contents.claims else {}
    values = [text for part in indicator.parts if (text := figures.given(indicator, part, answer))]
    files = len(contents.evidence.get(code, ()))
    counted = [ngettext("%(num)s file", "%(num)s files", files)] if indicator.takes_files else []
    return " · ".join(["; ".join(values) or words_of(dossier)("unanswered"), *counted])
