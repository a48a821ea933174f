"""A result in words: what was awarded, by which decision and for how long it holds."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from certflow.access import turns
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.wording import language


def awarded(found: Recognition) -> str:
    """What was awarded: the rating's name, the level, or how the dossier ended."""
    if found.grade:
        return grade(found)
    if found.level:
        return str(_("Level %(level)s", level=found.level))
    return turns.state_of(found.dossier).title.in_language(language())


def grade(found: Recognition) -> str:
    """The name of a rating in the reader's language; as it was stored where the set says it no more."""
    return form_of(found.dossier).grade(found.level).in_language(language()) or found.grade


def scheme(dossier: Dossier) -> str:
    """The title of the scheme a dossier follows."""
    return workflow_of(dossier).spec.title.in_language(language())


def decided(found: Recognition) -> str:
    """The result of a dossier and its day in one sentence."""
    named = {"unit": found.dossier.subject_name, "day": f"{found.recognised_on:%d/%m/%Y}"}
    if found.outside_decision:
        named |= {"number": found.outside_decision, "level": str(found.level)}
        return str(_("%(unit)s is recognised at level %(level)s by decision no. %(number)s of %(day)s.", **named))
    if found.grade:
        return str(_("%(unit)s is rated “%(grade)s” by the decision of %(day)s.", grade=grade(found), **named))
    if found.level:
        return str(_("%(unit)s is recognised at level %(level)s on %(day)s.", level=found.level, **named))
    return str(_("%(unit)s: decided on %(day)s, “%(result)s”.", result=awarded(found), **named))


def kept(found: Recognition) -> str:
    """For how long the result holds, or that it was revoked, in a sentence; "" where nothing is said of it."""
    if found.revoked_on is not None:
        named = {"number": found.revocation, "day": f"{found.revoked_on:%d/%m/%Y}"}
        return str(_("The result was revoked by decision %(number)s of %(day)s.", **named))
    if found.valid_until is not None:
        return str(_("The result is kept until %(until)s.", until=f"{found.valid_until:%d/%m/%Y}"))
    return f"{found.validity.rstrip('.')}." if found.validity else ""


def signed_by(facts: Mapping[str, Any]) -> str:
    """Who signed a paper, as it prints it: for whom, in which position, and the name; "" where it does not say."""
    signatory = facts.get("signatory", {})
    return ", ".join(signatory[name] for name in ("capacity", "position", "name") if signatory.get(name))
