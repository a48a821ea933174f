"""The page on which somebody takes an action: what follows from it, what is missing, the note, and the button."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from certflow import clock
from certflow.access import access, turns, vacancies
from certflow.access.policy import DOSSIER
from certflow.access.turns import Reading
from certflow.catalogue.catalogue import is_sample, workflow_of
from certflow.catalogue.words import marks
from certflow.dossiers import actions, dossiers
from certflow.dossiers.forms import ActionForm, action_form, action_named, asking
from certflow.dossiers.words import brief, timeline
from certflow.dossiers.words.refiling import refiling
from certflow.errors import ActionBlocked, Invalid, NotFound, Stale
from certflow.handling.words import handled
from certflow.http.errors import status_of
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import judged, subject
from certflow.law.deadlines import standing
from certflow.law.specs.outcome import DECIDING
from certflow.law.specs.workflow import TransitionSpec
from certflow.law.workflow import Offer
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.results.drafts import Draft
from certflow.results.pages import documents
from certflow.rules import signing
from certflow.rules.words import delegated
from certflow.wording import language


def decides() -> bool:
    """Whether the action that the address names decides or signs."""
    named = (request.view_args or {}).get("action")
    effects = [set(each.effects) for each in workflow_of(judged()).spec.transitions if each.action == named]
    return any(each & set(DECIDING) for each in effects)


def act(dossier_id: int, action: str) -> ResponseReturnValue:
    """Show what an action means, and take it."""
    dossier = subject(DOSSIER, dossier_id)
    form = action_form(dossier, action)
    if request.method == "GET":
        form.version.data = str(dossier.version)
        return _page(form, dossier, _offer(dossier, action))
    if not form.validate_on_submit():
        return _page(form, dossier, _offer(dossier, action)), 422
    try:
        _confirmed(form, dossier, action)
        changed = actions.act(dossier_id, action, actor=actor(), version=form.seen, **form.typed())
    except ActionBlocked as refusal:
        return _blocked(form, dossier, action, refusal)
    except Invalid as refusal:
        show_faults(form, refusal)
        return _page(form, dossier, _offer(dossier, action)), 422
    except Stale as refusal:
        return _overtaken(form, dossier_id, action, refusal)
    title = _transition(changed, action).title.in_language(language())
    flash(_("Recorded: %(action)s.", action=title))
    _warn_of_vacancy(changed)
    return redirect(url_for("dossiers.show", dossier_id=dossier_id))


def _confirmed(form: ActionForm, dossier: Dossier, action: str) -> None:
    """Raises Invalid where something stands out in what goes on to be filed again, and the box is not ticked."""
    transition = action_named(dossier, action)
    if form.seen != dossier.version or transition is None or form.confirmed.data:
        return
    again = refiling(dossier, transition)
    if again is not None and again.doubtful:
        raise Invalid(fields={"confirmed": (_("Tick this box to go on all the same, or change the dossier first."),)})


def draft(dossier_id: int, action: str, paper: str) -> ResponseReturnValue:
    """The draft of a paper that the action would make, as a page of its own."""
    dossier = subject(DOSSIER, dossier_id)
    offer, held = _offer(dossier, action), access.parts_on(actor(), dossier)
    made = Draft(dossier, offer.transition, actor(), held)
    return Response(made.html(paper, url_for("static", filename="document.css")), mimetype="text/html")


def _warn_of_vacancy(dossier: Dossier) -> None:
    """Say at once that the dossier now waits for a role that nobody holds."""
    state = turns.state_of(dossier)
    if not state.final and not vacancies.holding(dossier, state.turn):
        flash(
            _(
                "At present nobody holds the role that the dossier now waits for: %(part)s. "
                "The administrators see this and must appoint somebody.",
                part=turns.part(dossier, state.turn),
            ),
            "warning",
        )


def _transition(dossier: Dossier, action: str) -> TransitionSpec:
    transition = action_named(dossier, action)
    if transition is None:
        raise NotFound(_("There is no such step in this scheme."))
    return transition


def _offer(dossier: Dossier, action: str) -> Offer:
    """The action as it is open to the person now; raises ActionNotOpen or NotPermitted."""
    for offer in actions.offers(dossier, actor=actor()):
        if offer.transition.action == action:
            return offer
    facts = actions.facts_of(dossier, actor=actor())
    roles = access.roles_on(actor(), dossier)
    move = workflow_of(dossier).take(action, state=dossier.state, roles=roles, facts=facts)
    return Offer(move.transition, ())


def _blocked(form: ActionForm, dossier: Dossier, action: str, refusal: ActionBlocked) -> ResponseReturnValue:
    """Say what is missing: a missing note at its field, the rest above."""
    offer = _offer(dossier, action)
    reasons = [reason for reason in refusal.reasons if reason not in offer.reasons]
    field = _field_at_fault(form, offer.transition)
    field.errors = [*field.errors, *reasons]
    return _page(form, dossier, offer, reasons=offer.reasons), status_of(refusal)


def _field_at_fault(form: ActionForm, transition: TransitionSpec) -> Field:
    """The field that what was typed lacks: of the document, where one is asked for, else the note."""
    if transition.document and not form.document.number.strip():
        return form.document_number
    if transition.document and (form.document.dated is None or form.document.dated > clock.today()):
        return form.document_date
    return form.note


def _overtaken(form: ActionForm, dossier_id: int, action: str, refusal: Stale) -> ResponseReturnValue:
    """Say that somebody was faster, show how the dossier is now, and keep what was typed."""
    db.session.rollback()
    dossier = access.dossier(dossier_id, actor())
    form.version.data = str(dossier.version)
    offers = actions.offers(dossier, actor=actor())
    offer = next((o for o in offers if o.transition.action == action), None)
    return _page(form, dossier, offer, reasons=refusal.reasons, action=action, overtaken=True), status_of(refusal)


def _page(
    form: ActionForm,
    dossier: Dossier,
    offer: Offer | None,
    *,
    reasons: Sequence[str] = (),
    action: str = "",
    overtaken: bool = False,
) -> str:
    transition = offer.transition if offer else _transition(dossier, action)
    last, reading = dossiers.last_act(dossier), turns.reading(dossier, actor())
    page: str = render_template(
        "dossiers/act.html",
        form=form,
        dossier=dossier,
        offer=offer,
        transition=transition,
        asks_reason=_name_the_note(form, offer, transition),
        brief=brief.brief(reading),
        reasons=reasons,
        overtaken=overtaken,
        last=timeline.told(reading, last) if last else None,
        state=reading.state,
        turn=turns.turn(dossier),
        handled=handled.of_reading(reading),
        notices=marks.of_dossier(dossier),
        **_supplements(form, dossier, offer),
        **_consequences(reading, transition),
    )
    return page


def _supplements(form: ActionForm, dossier: Dossier, offer: Offer | None) -> dict[str, object]:
    """What the action asks for, and what stands out where it leads to filing again; nothing once it is not open."""
    again = refiling(dossier, offer.transition) if offer else None
    return {"asking": asking(form, dossier) if offer else [], "refiling": again}


def _name_the_note(form: ActionForm, offer: Offer | None, transition: TransitionSpec) -> bool:
    """Call the note what it is, and say whether it must give reasons."""
    asks_reason = offer.asks_reason if offer else transition.note == "required"
    if asks_reason:
        form.note.label.text = _("Reasons")
    return asks_reason


def _consequences(reading: Reading, transition: TransitionSpec) -> dict[str, object]:
    """What the action leads to, in which part the person takes it, and the dates it is about."""
    dossier, spec = reading.dossier, reading.workflow.spec
    target = spec.states[transition.target]
    dues = [each.due for each in dossiers.standings(dossier) if target.name in each.due.spec.states]
    delegation = signing.delegation_for(dossier, transition, reading.held)
    return {
        "signs_for": delegated.before_acting(delegation) if delegation is not None else "",
        "target": target,
        "next_turn": turns.part(dossier, target.turn),
        "next_people": [person.full_name for person in vacancies.holding(dossier, target.turn)],
        "acting_as": [turns.part(dossier, role) for role in transition.by if role in reading.roles],
        "standings": [standing(due, None, today=clock.today()) for due in dues],
        "sample": is_sample(dossier),
        "makes_papers": bool(set(DECIDING) & set(transition.effects)),
        "drafts": [(kind, documents.KINDS[kind]) for kind in Draft(dossier, transition, actor(), reading.held).kinds],
        "certificate": spec.outcome is not None and spec.outcome.certificate is not None,
    }
