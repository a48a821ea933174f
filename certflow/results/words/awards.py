"""A result in words: what was awarded, by which decision and for how long it holds."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from certflow.access import turns
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.wording import language


def awarded(recognition: Recognition) -> str:
    """What was awarded: the rating's name, the level, or how the dossier ended."""
    if recognition.grade:
        return grade(recognition)
    if recognition.level:
        return str(_("Level %(level)s", level=recognition.level))
    return turns.state_of(recognition.dossier).title.in_language(language())


def grade(recognition: Recognition) -> str:
    """The name of a rating in the reader's language; as it was stored where the set says it no more."""
    return form_of(recognition.dossier).grade(recognition.level).in_language(language()) or recognition.grade


def scheme(dossier: Dossier) -> str:
    """The title of the scheme a dossier follows."""
    return workflow_of(dossier).spec.title.in_language(language())


def decided(recognition: Recognition) -> str:
    """The result of a dossier and its day in one sentence."""
    values = {"unit": recognition.dossier.subject_name, "day": f"{recognition.recognised_on:%d/%m/%Y}"}
    if recognition.outside_decision:
        values |= {"number": recognition.outside_decision, "level": str(recognition.level)}
        return str(_("%(unit)s is recognised at level %(level)s by decision no. %(number)s of %(day)s.", **values))
    if recognition.grade:
        return str(_("%(unit)s is rated “%(grade)s” by the decision of %(day)s.", grade=grade(recognition), **values))
    if recognition.level:
        return str(_("%(unit)s is recognised at level %(level)s on %(day)s.", level=recognition.level, **values))
    return str(_("%(unit)s: decided on %(day)s, “%(result)s”.", result=awarded(recognition), **values))


def kept(recognition: Recognition) -> str:
    """For how long the result holds, or that it was revoked, in a sentence; "" where nothing is said of it."""
    if recognition.revoked_on is not None:
        values = {"number": recognition.revocation, "day": f"{recognition.revoked_on:%d/%m/%Y}"}
        return str(_("The result was revoked by decision %(number)s of %(day)s.", **values))
    if recognition.valid_until is not None:
        return str(_("The result is kept until %(until)s.", until=f"{recognition.valid_until:%d/%m/%Y}"))
    return f"{recognition.validity.rstrip('.')}." if recognition.validity else ""


def signed_by(facts: Mapping[str, Any]) -> str:
    """Who signed a paper, as it prints it: for whom, in which position, and the name; "" where it does not say."""
    signatory = facts.get("signatory", {})
    return ", ".join(signatory[name] for name in ("capacity", "position", "name") if signatory.get(name))
