"""What must be said at the head of every page about a dossier or a criteria set."""

from flask_babel import gettext as _

from certflow.catalogue.catalogue import confirmation_for, form_of
from certflow.law.specs.form import FormSpec
from certflow.models.dossiers import Dossier
from certflow.models.units import Unit
from certflow.wording import language


def of_form(form: FormSpec, province: Unit) -> list[str]:
    """The mark of a criteria set that the province's education department has neither entered nor confirmed."""
    if form.trust == "department" or confirmation_for(form, province) is not None:
        return []
    return [mark(form)]


def mark(form: FormSpec) -> str:
    """The words for a criteria set that nobody has confirmed."""
    return form.trust_note.in_language(language()) + "."


def of_dossier(dossier: Dossier) -> list[str]:
    """The marks of a dossier: practice round, and criteria not confirmed."""
    marks = [practice()] if dossier.round.practice else []
    return marks + of_form(form_of(dossier), dossier.province)


def practice() -> str:
    """The words for whatever belongs to a practice round."""
    return str(_("Practice: nothing here has legal force."))
