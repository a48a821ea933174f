"""How to use the system: one page for each role, with the steps of its part in the order of the work."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import parts
from certflow.catalogue.catalogue import known
from certflow.catalogue.role_titles import ADMINISTRATOR, roles
from certflow.errors import NotFound
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.law.specs.workflow import WorkflowSpec

bp = Room("help", __name__, url_prefix="/help")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a role: what to do, and what to know for it."""

    title: str
    words: str


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The help pages, those of the reader's own roles first."""
    own = {part.role for part in parts.held(actor())}
    titles = {name: title for name, (title, _seat) in roles().items()}
    return render_template(
        "desk/help/listed.html",
        own=[(name, title) for name, title in titles.items() if name in own],
        others=[(name, title) for name, title in titles.items() if name not in own],
    )


@bp.page("/<role>", SIGNED_IN)
def show(role: str) -> ResponseReturnValue:
    """The steps of one role."""
    if role not in roles():
        raise NotFound(_("There is no such role."))
    return render_template("desk/help/show.html", title=roles()[role][0], steps=list(_steps(role)))


def _steps(role: str) -> Iterator[Step]:
    """What the role does in its schemes, in the order of a dossier's way."""
    yield Step(
        _("Sign in"), _("Use the name and password that your administrator gave you; change the password first.")
    )
    if role == ADMINISTRATOR:
        yield from _of_administrators()
        return
    specs = [spec for spec in known().workflows.values() if role in spec.roles]
    yield Step(
        _("Open “My work”"),
        _("What waits for you stands there, the overdue first, with your own date. Choose a column to sort it."),
    )
    if any(role in spec.writers["claims"] for spec in specs):
        yield from _of_assessors()
    if any(_files(spec, role) for spec in specs):
        yield from _of_filers()
    if any(role in spec.receivers for spec in specs):
        yield from _of_receivers()
    if any(role in spec.writers["findings"] for spec in specs):
        yield from _of_appraisers()
    if any(_decides(spec, role) for spec in specs):
        yield from _of_deciders()
    yield from _at_last()


def _files(spec: WorkflowSpec, role: str) -> bool:
    filed = any(role in t.by and t.target in spec.filed_states for t in spec.transitions)
    return filed and role not in spec.writers["claims"]


def _decides(spec: WorkflowSpec, role: str) -> bool:
    decided = any(role in t.by and t.target in spec.final_states for t in spec.transitions)
    return decided and role not in spec.filers


def _of_assessors() -> Iterator[Step]:
    yield Step(
        _("Open the dossier of the round"),
        _("Below your work stand the rounds that take dossiers. One button opens the dossier of your unit."),
    )
    yield Step(
        _("Fill in each criterion"),
        _("Type the figures and attach the papers. The page saves what you type and says at what time it did."),
    )
    yield Step(
        _("Check, then hand over"),
        _("The check names everything that is still missing. Record the meeting, then hand the dossier over."),
    )
    yield Step(
        _("When it comes back"),
        _("The reasons stand at the head of the dossier. Correct what they name and hand it over again."),
    )


def _of_filers() -> Iterator[Step]:
    yield Step(
        _("Look through and file"),
        _("Read the check, then file the dossier, or hand it back with your reason. A receipt says when it was filed."),
    )


def _of_receivers() -> Iterator[Step]:
    yield Step(
        _("Take a dossier on"),
        _("Say that you work on it, so that your colleagues see it. You can give it back at any time."),
    )
    yield Step(
        _("Accept or return"),
        _("Compare the figures with the papers. Return what is incomplete with your reasons, which the sender reads."),
    )


def _of_appraisers() -> Iterator[Step]:
    yield Step(
        _("Write your findings"),
        _("Each indicator shows the claim beside your finding. You may begin with the claimed figures."),
    )
    yield Step(
        _("Put forward the result"),
        _("The level that the findings reach is offered. Give the reason where you put forward a lower one."),
    )


def _of_deciders() -> Iterator[Step]:
    yield Step(
        _("Decide"),
        _("Read what was claimed and found, then decide. The papers get their numbers and are made at once."),
    )


def _at_last() -> Iterator[Step]:
    yield Step(
        _("Follow a dossier"),
        _("Under “Dossiers” you find all that you may see. The history of each says who did what and when."),
    )
    yield Step(
        _("Where you have an interest"),
        _("Declare it under “Conflicts of interest” before you act; somebody else then takes your part."),
    )


def _of_administrators() -> Iterator[Step]:
    yield Step(
        _("Enter the offices"),
        _("Under “Office contacts” enter whom people call. It then stands at the foot of every page."),
    )
    yield Step(
        _("Make the accounts"),
        _("Add people one by one or from a spreadsheet, and give each a role at a unit from a day on."),
    )
    yield Step(
        _("Open the round"),
        _("Choose the scheme and the year, then set the dates. Later changes of dates need a second person."),
    )
    yield Step(
        _("Keep the rules"),
        _("Enter who decides, who signs and who stands in, each with its document. A wrong rule is withdrawn."),
    )
    yield Step(
        _("Enter working days"),
        _("Days that a document moves change the dates counted in working days."),
    )
    yield Step(
        _("Confirm as the second person"),
        _("Under “Two-person acts” stands what another administrator proposed and you confirm or refuse."),
    )
