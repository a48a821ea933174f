"""How to use the system: one page for each role, with the steps of its part in the order of the work."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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

# Pictures of the product, which `poe pictures` takes; the width and height at which each is shown, half of its pixels.
PICTURES = Path(__file__).parents[1] / "http" / "static" / "help"
SIZES = Path(__file__).with_name("pictures.json")

bp = Room("help", __name__, url_prefix="/help")
_sizes: dict[str, tuple[int, int]] = json.loads(SIZES.read_text())


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the place that a step speaks of: the name of its file, and what is seen on it."""

    name: str
    seen: str

    @property
    def filename(self) -> str:
        """Its file in the static folder."""
        return f"{PICTURES.name}/{self.name}.webp"

    @property
    def size(self) -> tuple[int, int]:
        """The width and height at which it is shown, in pixels of CSS."""
        return _sizes[self.name]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a role: what to do, what to know for it, and the place where it is done."""

    title: str
    words: str
    picture: Picture


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
    return render_template("desk/help/show.html", title=roles()[role][0], steps=list(steps_of(role)))


def steps_of(role: str) -> Iterator[Step]:
    """What the role does in its schemes, in the order of a dossier's way."""
    yield Step(
        _("Sign in"),
        _("Use the name and password that your administrator gave you; change the password first."),
        Picture("sign-in", _("The sign-in page, with a name and a password typed; the button below them is outlined.")),
    )
    if role == ADMINISTRATOR:
        yield from _of_administrators()
        return
    specs = [spec for spec in known().workflows.values() if role in spec.roles]
    yield Step(
        _("Open “My work”"),
        _("What waits for you stands there, the overdue first, with your own date. Choose a column to sort it."),
        _of_my_work(role),
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


def _of_my_work(role: str) -> Picture:
    """Communes read it on a telephone, offices on a wide screen."""
    if roles()[role][1] == "commune":
        return Picture(
            "my-work-phone", _("“My work” on a telephone: a dossier as an outlined card, with its state and days left.")
        )
    return Picture("my-work", _("“My work” as a table: the first dossier, which is overdue, is outlined."))


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
        Picture(
            "open", _("A round that takes dossiers, with its dates; the button that opens the dossier is outlined.")
        ),
    )
    yield Step(
        _("Fill in each criterion"),
        _("Type the figures and attach the papers. The page saves what you type and says at what time it did."),
        Picture(
            "criterion", _("An indicator with outlined figures, an attached file, and the line that says it is saved.")
        ),
    )
    yield Step(
        _("Check, then hand over"),
        _("The check names everything that is still missing. Record the meeting, then hand the dossier over."),
        Picture(
            "check", _("The check: the outlined box lists the indicators that are still missing for the next level.")
        ),
    )
    yield Step(
        _("When it comes back"),
        _("The reasons stand at the head of the dossier. Correct what they name and hand it over again."),
        Picture("returned", _("A returned dossier: the box with the reasons, and who returned it, is outlined.")),
    )


def _of_filers() -> Iterator[Step]:
    yield Step(
        _("Look through and file"),
        _("Read the check, then file the dossier, or hand it back with your reason. A receipt says when it was filed."),
        Picture(
            "file", _("A dossier that waits for its leader: the buttons that file it and hand it back are outlined.")
        ),
    )


def _of_receivers() -> Iterator[Step]:
    yield Step(
        _("Take a dossier on"),
        _("Say that you work on it, so that your colleagues see it. You can give it back at any time."),
        Picture("take", _("A filed dossier: the button by which an officer takes it on is outlined.")),
    )
    yield Step(
        _("Accept or return"),
        _("Compare the figures with the papers. Return what is incomplete with your reasons, which the sender reads."),
        Picture("accept", _("A filed dossier: the button that accepts it and the one that returns it are outlined.")),
    )


def _of_appraisers() -> Iterator[Step]:
    yield Step(
        _("Write your findings"),
        _("Each indicator shows the claim beside your finding. You may begin with the claimed figures."),
        Picture("findings", _("An indicator: the claim and its file on the left, the outlined finding on the right.")),
    )
    yield Step(
        _("Put forward the result"),
        _("The level that the findings reach is offered. Give the reason where you put forward a lower one."),
        Picture(
            "propose", _("A dossier that is appraised: the button that puts forward the level reached is outlined.")
        ),
    )


def _of_deciders() -> Iterator[Step]:
    yield Step(
        _("Decide"),
        _("Read what was claimed and found, then decide. The papers get their numbers and are made at once."),
        Picture(
            "decide", _("The page of a decision: the drafts of its papers and the button that decides are outlined.")
        ),
    )


def _at_last() -> Iterator[Step]:
    yield Step(
        _("Follow a dossier"),
        _("Under “Dossiers” you find all that you may see. The history of each says who did what and when."),
        Picture(
            "history", _("The history of a dossier: the newest entry, with its reasons, name and time, is outlined.")
        ),
    )
    yield Step(
        _("Where you have an interest"),
        _("Declare it under “Conflicts of interest” before you act; somebody else then takes your part."),
        Picture("conflict", _("The page on which an interest is declared: the button below the reason is outlined.")),
    )


def _of_administrators() -> Iterator[Step]:
    yield Step(
        _("Enter the offices"),
        _("Under “Office contacts” enter whom people call. It then stands at the foot of every page."),
        Picture(
            "contacts",
            _("The contact of an office, with name, telephone and hours; the button that saves is outlined."),
        ),
    )
    yield Step(
        _("Make the accounts"),
        _("Add people one by one or from a spreadsheet, and give each a role at a unit from a day on."),
        Picture("accounts", _("“People”: the buttons for one person and for a spreadsheet are outlined.")),
    )
    yield Step(
        _("Open the round"),
        _("Choose the scheme and the year, then set the dates. Later changes of dates need a second person."),
        Picture("round", _("The page that opens a round: scheme, province, year and title; its button is outlined.")),
    )
    yield from _of_rules()


def _of_rules() -> Iterator[Step]:
    yield Step(
        _("Keep the rules"),
        _("Enter who decides, who signs and who stands in, each with its document. A wrong rule is withdrawn."),
        Picture(
            "rules", _("The menu with all tasks: the rules on deciding and signing and the delegations are outlined.")
        ),
    )
    yield Step(
        _("Enter working days"),
        _("Days that a document moves change the dates counted in working days."),
        Picture(
            "working-days",
            _("The form for a day that a document makes a working day or a day off; its button is outlined."),
        ),
    )
    yield Step(
        _("Confirm as the second person"),
        _("Under “Two-person acts” stands what another administrator proposed and you confirm or refuse."),
        Picture(
            "second-person", _("A rule that another administrator entered: the button that confirms it is outlined.")
        ),
    )
