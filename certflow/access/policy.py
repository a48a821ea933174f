"""The words of the policy for administrators and for dossiers."""

from collections.abc import Callable

from certflow.access import access, editing
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, NotPermitted
from certflow.http.policy import About, Named, Part, Rule, When, Who
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import _


def _reads_findings(person: User, dossier: Dossier, _named: Named) -> None:
    """Where the scheme has no appraisal of each indicator there is no such page, as the view says.

    Findings stand beside the claims, which those above do not read while they are written again.
    """
    if workflow_of(dossier).spec.writers["findings"]:
        editing.require_findings(person, dossier)
        editing.require_draft(person, dossier)


def _takes_action(person: User, dossier: Dossier, arguments: Named) -> None:
    """Refuse a person who may not take an open action; an action that is not open is left to the check of state."""
    try:
        _action_is_open(person, dossier, arguments)
    except ActionNotOpen:
        return


def _action_is_open(person: User, dossier: Dossier, arguments: Named) -> None:
    workflow_of(dossier).require_open(arguments["action"], state=dossier.state, roles=access.roles_on(person, dossier))


def _takes_part(person: User, dossier: Dossier, _named: Named) -> None:
    if not access.roles_on(person, dossier):
        raise NotPermitted(_("Only a person with this role may do this."))


def _writer(what: str) -> Callable[[User, Dossier, Named], None]:
    return lambda person, dossier, _named: editing.require_writer(dossier, person, what)


def _editor(what: str) -> Callable[[User, Dossier, Named], None]:
    def require(person: User, dossier: Dossier, _named: Named) -> None:
        editing.require_editor(dossier, person, what)

    return require


ADMINISTRATORS = Who("administrator", "administrators", access.require_administrator)
ADMINISTRATOR = Rule(ADMINISTRATORS)

# A dossier is seen by the people of its unit, and by those above it once it was filed.
DOSSIER = About("dossier", "a dossier", ("dossier_id",), access.dossier, lock=access.locked)

# The roles are those that the dossier's scheme names, whatever they are called.
CLAIMS = Part("claims", "those who write claims", _writer("claims"))
FINDINGS = Part("findings", "those who write findings", _writer("findings"))
FINDINGS_READERS = Part(
    "reads_findings",
    "those with a part after filing, and who filed once it is decided; not while claims are written again",
    _reads_findings,
)
CLAIMS_READERS = Part(
    "reads_claims",
    "everybody who sees it; while it is prepared again, its own people alone",
    lambda person, dossier, _named: editing.require_draft(person, dossier),
)
ACTION = Part("action", "those who take the action that the address names", _takes_action)
TAKES_PART = Part("takes_part", "those with any role of the scheme for this dossier", _takes_part)

WHILE_CLAIMS = When("claims", "while claims are written and it is the person's turn", _editor("claims"))
WHILE_FINDINGS = When("findings", "while findings are written and it is the person's turn", _editor("findings"))
WHILE_OPEN = When("action", "while the action is open", _action_is_open)
TURN = When("turn", "while it is the person's turn")
FILED = When("filed", "once it was filed; before there is nothing to find")

SEES = Rule(about=DOSSIER)
READS_CLAIMS = Rule(about=DOSSIER, part=CLAIMS_READERS)
SEES_FILED = Rule(about=DOSSIER, when=FILED)
READS_FINDINGS = Rule(about=DOSSIER, part=FINDINGS_READERS)
WRITES_CLAIMS = Rule(about=DOSSIER, part=CLAIMS, when=WHILE_CLAIMS)
WRITES_FINDINGS = Rule(about=DOSSIER, part=FINDINGS, when=WHILE_FINDINGS, locks=True)
TYPES_CLAIMS = Rule(about=DOSSIER, part=CLAIMS, when=WHILE_CLAIMS, told_by_view=True, locks=True)
TYPES_FINDINGS = Rule(about=DOSSIER, part=FINDINGS, when=WHILE_FINDINGS, told_by_view=True, locks=True)
LOOKS_AT_ACTION = Rule(about=DOSSIER, part=ACTION, when=WHILE_OPEN)
TAKES_ACTION = Rule(about=DOSSIER, part=ACTION, when=WHILE_OPEN, told_by_view=True)
HANDLES = Rule(about=DOSSIER, part=TAKES_PART, when=TURN, told_by_view=True)
