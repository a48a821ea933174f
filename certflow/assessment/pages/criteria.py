"""What the pages of one criterion have in common: the dossier opened, who may write, saving, and what follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from flask import flash, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from certflow import clock
from certflow.access import editing
from certflow.access.policy import DOSSIER
from certflow.assessment import assessments
from certflow.assessment.answers import parse
from certflow.assessment.assessments import Contents, Saved
from certflow.assessment.forms.answers import Stored, marks, typed, typed_pairs
from certflow.assessment.merging import Typed, mark
from certflow.assessment.words import figures
from certflow.assessment.words.changes import AskedItem, AskedRequest, ChangedPart, by_code, latest, requests
from certflow.assessment.words.entries import words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.errors import ActionNotOpen, NotFound, NotPermitted
from certflow.handling.words import handled
from certflow.handling.words.handled import Handled
from certflow.http.errors import wants_json
from certflow.http.person import actor
from certflow.http.policy import subject
from certflow.impartiality import impartiality
from certflow.law.form_words import FormWords
from certflow.law.scoring.scoring import Answers, Result, score
from certflow.law.specs.form import CriterionSpec, FormSpec, Part
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User

Again = Callable[[FlaskForm, Saved], ResponseReturnValue]


@dataclass(frozen=True)
class OpenedDossier:
    """A dossier with its criteria set and everything in it."""

    dossier: Dossier
    form: FormSpec
    contents: Contents

    @cached_property
    def words(self) -> FormWords:
        """What the parts of its form are called."""
        return words_of(self.dossier)

    @property
    def claims(self) -> Answers:
        """The commune's answers by indicator code; of an entry answered by files, how many there are."""
        return self.contents.counted_claims(self.form)

    @property
    def written(self) -> Answers:
        """As `claims`, with those that do not count until they are confirmed again."""
        return self.contents.written_claims(self.form)

    @property
    def findings(self) -> Answers:
        """The appraiser's answers by indicator code."""
        return self.contents.counted_findings()

    def to_confirm(self, rows: Stored) -> tuple[str, ...]:
        """The indicators among stored claims or findings whose answer must be confirmed again, in the form's order."""
        return tuple(code for code in self.form.indicators if code in rows and rows[code].to_confirm)

    @cached_property
    def claimed(self) -> Result:
        """The level that the claims reach, and the proof."""
        return score(self.form, self.claims, disadvantaged=self.dossier.disadvantaged_area)

    @cached_property
    def reached(self) -> Result:
        """The level that the findings reach, and the proof."""
        return score(self.form, self.findings, disadvantaged=self.dossier.disadvantaged_area, part="findings")

    @cached_property
    def requests(self) -> list[AskedRequest]:
        """What is to be supplemented, or what was before it was filed again."""
        return requests(self.dossier, self.contents) if self.contents.requests else []

    @cached_property
    def asked(self) -> dict[str, list[AskedItem]]:
        """The items of `requests` by what they are about."""
        return by_code(self.requests)

    @property
    def before_filing(self) -> bool:
        """Whether it is with those who prepare and file it."""
        return workflow_of(self.dossier).spec.before_filing(self.dossier.state)

    @cached_property
    def changed(self) -> list[ChangedPart] | None:
        """What has changed since the last filing or, once it is filed again, by it; None before."""
        return latest(self.dossier, self.contents)

    @cached_property
    def handled(self) -> Handled:
        """Who works on it now."""
        return handled.of_dossier(self.dossier)

    @property
    def meets(self) -> bool:
        """Whether the scheme asks for the self-assessment meeting."""
        return bool(workflow_of(self.dossier).spec.meeting_source)

    def may_write(self, what: str) -> bool:
        """Whether the person who is signed in may write claims or findings now."""
        try:
            editing.require_editor(self.dossier, actor(), what)
            impartiality.require(self.dossier, actor())
        except (NotPermitted, ActionNotOpen):
            return False
        return True


def opened(dossier_id: int) -> OpenedDossier:
    """The dossier with its contents for the person who is signed in; raises NotFound, or NotPermitted for a redraft."""
    dossier = subject(DOSSIER, dossier_id)
    editing.require_draft(actor(), dossier)
    return OpenedDossier(dossier, form_of(dossier), assessments.contents(dossier))


def criterion_of(form: FormSpec, number: int, part: Part | None = None) -> CriterionSpec:
    """The criterion `number`, with what it asks in one `part` where that is named; raises NotFound in words."""
    for criterion in form.by_part[part] if part else form.criteria:
        if criterion.number == number:
            return criterion
    raise NotFound(str(_("There is no such criterion.")))


def criterion_with(form: FormSpec, code: str) -> CriterionSpec:
    """What is asked of the unit in the criterion of the indicator `code`; raises NotFound in the reader's words."""
    for criterion in form.by_part["claims"]:
        if any(indicator.code == code for indicator in criterion.indicators):
            return criterion
    raise NotFound(str(_("There is no such indicator.")))


def save(
    dossier: Dossier,
    write: Callable[[Mapping[str, Typed], User], Saved],
    form: FlaskForm,
    criterion: CriterionSpec,
    again: Again,
    proceed: Callable[[], ResponseReturnValue],
) -> ResponseReturnValue:
    """Save what was sent and go on; autosave gets JSON. A field that is not saved comes back with what was typed.

    A colleague who works on the dossier does not block saving; the person gets a warning.
    """
    entries = typed(form, criterion)
    try:
        saved = write(entries, actor())
    except ActionNotOpen as refusal:
        if wants_json():
            raise
        return handed_back(form, refusal)
    if wants_json():
        return _saved_by_script(dossier, criterion, entries, saved)
    _warn(dossier, entries, criterion)
    return again(form, saved) if saved.faults or saved.conflicts else proceed()


def status(saved: Saved) -> HTTPStatus:
    """The status of a page on which not everything could be saved."""
    return HTTPStatus.CONFLICT if saved.conflicts and not saved.faults else HTTPStatus.UNPROCESSABLE_ENTITY


def _saved_by_script(
    dossier: Dossier, criterion: CriterionSpec, entries: Mapping[str, Typed], saved: Saved
) -> ResponseReturnValue:
    """What the page's script puts on the page: marks, what is stored, faults and conflicts by field."""
    now = handled.of_dossier(dossier)
    colleague = f" ({now.who})" if now.by_another else ""
    shown = {}
    for indicator in criterion.indicators:
        code = indicator.code
        open_still = {name: entries[code].shown.get(name, "") for name in saved.conflicts.get(code, ())}
        shown[f"{code}-shown"] = marks(indicator, saved.texts[code], open_still)
    return jsonify(
        saved_at=f"{clock.now():%H:%M:%S}{colleague}",
        versions={f"{code}-version": version for code, version in saved.versions.items()},
        shown=shown,
        texts={f"{code}-{name}": text for code, texts in saved.texts.items() for name, text in texts.items()},
        faults={name: " ".join(messages) for name, messages in saved.faults.items()},
        held=sorted(saved.held),
        conflicts={
            f"{code}-{name}": {"mark": mark(saved.texts[code].get(name, "")), "words": _why(dossier, saved, code)}
            for code, names in saved.conflicts.items()
            for name in names
        },
    )


def _why(dossier: Dossier, saved: Saved, code: str) -> str:
    """Why a field of an indicator is not saved before the person has chosen."""
    changed = words_of(dossier)("changed_since") if code in saved.reopened else ""
    return changed or str(_("Another person changed this meanwhile."))


def _warn(dossier: Dossier, entries: Mapping[str, Typed], criterion: CriterionSpec) -> None:
    """Tell of a colleague who works on the dossier, and of what looks like a slip in what was saved."""
    handled.warn(dossier)
    for indicator in criterion.indicators:
        if doubt := figures.doubt(indicator, parse(indicator, entries[indicator.code].values)[0]):
            flash(doubt, "warning")


def handed_back(form: FlaskForm, refusal: ActionNotOpen) -> ResponseReturnValue:
    """The page for somebody who typed while the dossier moved on: nothing is saved, all that was typed is shown."""
    db.session.rollback()
    page = render_template(
        "http/errors/error.html",
        title=_("Not possible now"),
        status=409,
        reasons=refusal.reasons,
        typed=typed_pairs(form),
        language_next=url_for("work.show"),
    )
    return page, 409
