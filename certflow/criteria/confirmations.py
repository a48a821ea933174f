"""Confirming that a transcribed criteria set agrees with the signed law, by an education department."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import parts
from certflow.access.access import appointments, is_administrator
from certflow.catalogue.catalogue import confirmation_for, known
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.law.specs.form import FormSpec
from certflow.models.base import db, refusing
from certflow.models.people import User
from certflow.models.results import FormConfirmation
from certflow.models.units import Unit
from certflow.wording import _

CONFIRMING_ROLE = "province_reviewer"


def confirmations(form: FormSpec) -> list[FormConfirmation]:
    """All confirmations of `form`, with who gave them."""
    query = (
        select(FormConfirmation)
        .where(FormConfirmation.form == form.name, FormConfirmation.form_version == form.version)
        .options(joinedload(FormConfirmation.unit))
        .order_by(FormConfirmation.confirmed_at)
    )
    return list(db.session.scalars(query))


def by_set() -> dict[tuple[str, int], list[FormConfirmation]]:
    """All confirmations by the name and version of their criteria set, in one query."""
    query = select(FormConfirmation).options(joinedload(FormConfirmation.unit)).order_by(FormConfirmation.confirmed_at)
    by_key: dict[tuple[str, int], list[FormConfirmation]] = {}
    for each in db.session.scalars(query):
        by_key.setdefault((each.form, each.form_version), []).append(each)
    return by_key


def provinces_confirmable_by(actor: User) -> list[Unit]:
    """The provinces whose education department `actor` speaks for today."""
    units = [a.unit for a in appointments(actor) if a.role == CONFIRMING_ROLE]
    return [unit for unit in units if unit is not None and unit.kind == "province"]


def looks_after_rules(actor: User) -> bool:
    """Whether `actor` reads definitions more closely than those who work by them: at a province, above, or for all."""
    seats = {part.unit.kind for part in parts.held(actor) if part.unit is not None}
    return bool(seats & {"province", "country"}) or is_administrator(actor)


def require_looking_after_rules(actor: User) -> None:
    """Raise NotPermitted unless `looks_after_rules`."""
    if not looks_after_rules(actor):
        raise NotPermitted(_("The examples of a definition are for administrators and for people of provinces."))


def confirm(name: str, version: int, *, actor: User, document: str) -> FormConfirmation:
    """Record that the criteria set was compared with the signed circular; `document` says on what paper."""
    form = known().form(name, version)
    provinces = provinces_confirmable_by(actor)
    if not provinces:
        raise NotPermitted(_("Only the province's education department can confirm a criteria set."))
    if form.trust == "department":
        raise ActionNotOpen(
            _("The department that published this criteria set is responsible for it; it needs no confirmation.")
        )
    if form.trust != "transcribed":
        raise ActionNotOpen(_("A sample criteria set has no legal force and cannot be confirmed."))
    if not document.strip():
        raise Invalid(fields={"document": (_("Enter the paper that records the comparison."),)})
    if (confirmed := confirmation_for(form, provinces[0])) is not None:
        if (confirmed.confirmed_by_id, confirmed.document) == (actor.id, document.strip()):  # sent once more
            return confirmed
        raise _confirmed()
    confirmation = FormConfirmation(
        form=form.name,
        form_version=form.version,
        unit_id=provinces[0].id,
        confirmed_by=actor.signature,
        confirmed_at=clock.now(),
        document=document.strip(),
    )
    with refusing("pk_form_confirmation", _confirmed()):
        db.session.add(confirmation)
    return confirmation


def _confirmed() -> ActionNotOpen:
    return ActionNotOpen(_("Your department has already confirmed this criteria set."))
