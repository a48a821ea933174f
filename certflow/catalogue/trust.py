"""Whether a province's education department has confirmed a criteria set."""

from certflow.law.specs.form import FormSpec
from certflow.models.base import db
from certflow.models.results import FormConfirmation
from certflow.models.units import Unit


def confirmation_for(form: FormSpec, province: Unit) -> FormConfirmation | None:
    """The confirmation of `form` by the education department of `province`, if it was given."""
    return db.session.get(FormConfirmation, (form.name, form.version, province.id))
