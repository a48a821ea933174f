"""What somebody must know of a dossier before acting on it, in few lines."""

from collections.abc import Iterable

from flask_babel import gettext as _

from certflow.access.turns import Reading
from certflow.assessment import assessments
from certflow.assessment.assessments import Contents
from certflow.assessment.words.entries import level_words
from certflow.catalogue.catalogue import form_of
from certflow.law.scoring.scoring import score
from certflow.law.specs.form import FormSpec

Line = tuple[str, str]


def brief(reading: Reading) -> list[Line]:
    """The unit, the levels claimed, found and proposed, where claim and finding differ, and which files are missing.

    What the appraiser found is left out for readers who may not see it yet.
    """
    dossier, form = reading.dossier, form_of(reading.dossier)
    contents = assessments.contents(dossier)
    units = [dossier.subject_name, *([dossier.place.name] if dossier.holder else []), *(u.name for u in dossier.above)]
    claimed = score(form, contents.counted_claims(form), disadvantaged=dossier.disadvantaged_area)
    lines = [(str(_("Unit")), ", ".join(units))]
    if reading.workflow.spec.writers["claims"]:
        lines += _level(str(_("Self-assessed")), form, claimed.level)
    if reading.sees_findings and contents.findings:
        lines += _found(reading, form, contents)
    return lines + _without_files(form, contents)


def _found(reading: Reading, form: FormSpec, contents: Contents) -> list[Line]:
    dossier, answers = reading.dossier, contents.counted_findings()
    level = score(form, answers, disadvantaged=dossier.disadvantaged_area, part="findings").level
    lines = _level(str(_("Found by the appraisal")), form, level)
    if dossier.proposed_level is not None:
        proposed = level_words(form, dossier.proposed_level) if dossier.proposed_level else str(_("Not to recognise"))
        lines.append((str(_("Proposed")), proposed))
    both = [code for code in answers if code in contents.claims and not contents.claims[code].to_confirm]
    differing = [code for code in form.indicators if code in both and contents.claims[code].answer != answers[code]]
    none = [(str(_("Claim and finding differ")), str(_("in no indicator")))] if both else []
    return lines + (_codes(str(_("Claim and finding differ")), differing) or none)


def _level(name: str, form: FormSpec, level: int) -> list[Line]:
    words = level_words(form, level)
    return [(name, words)] if words else []


def _codes(name: str, codes: Iterable[str]) -> list[Line]:
    listed = ", ".join(codes)
    return [(name, listed)] if listed else []


def _without_files(form: FormSpec, contents: Contents) -> list[Line]:
    """Behind which indicators files should stand and none do."""
    asked = [i for i in form.indicators.values() if i.takes_files and i.asked_in("claims") and not i.optional]
    codes = [i.code for i in asked if not i.computed and not contents.evidence.get(i.code)]
    if len(codes) > 1 and len(codes) == len(asked):
        return [(str(_("Without evidence")), str(_("all %(count)s indicators", count=len(codes))))]
    return _codes(str(_("Without evidence")), codes)
