"""Who writes claims and findings of a dossier now, and who reads the findings."""

from certflow.access.access import roles_on
from certflow.access.turns import reading
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, NotPermitted
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import _


def sees_findings(user: User, dossier: Dossier) -> bool:
    """Whether `user` may read the appraiser's findings; those who file may do so once it is decided."""
    return reading(dossier, user).sees_findings


def acts_above(user: User, dossier: Dossier) -> bool:
    """Whether `user` has a part in the dossier beyond those who file it."""
    return reading(dossier, user).acts_above


def require_findings(user: User, dossier: Dossier) -> None:
    """Raises NotPermitted unless `user` may read the findings."""
    if not sees_findings(user, dossier):
        raise NotPermitted(_("The unit itself sees the findings after its dossier is decided."))


def require_draft(user: User, dossier: Dossier) -> None:
    """Raises NotPermitted while those who file work on the dossier again, for whoever may only read what was filed."""
    if not reading(dossier, user).sees_draft:
        raise NotPermitted(
            _("The unit is working on this dossier again. What it filed stands on the page of the filing.")
        )


def require_writer(dossier: Dossier, user: User, what: str) -> None:
    """Raises NotPermitted unless `user` has a role that writes `what` in some state of the dossier."""
    if not workflow_of(dossier).spec.writers[what] & roles_on(user, dossier):
        raise NotPermitted(_("Only a person with this role may write here."))


def require_editor(dossier: Dossier, user: User, what: str) -> str:
    """The role in which `user` may write `what` ("claims" or "findings") now; raises NotPermitted or ActionNotOpen."""
    require_writer(dossier, user, what)
    state = workflow_of(dossier).spec.states[dossier.state]
    if state.edits != what or state.turn not in roles_on(user, dossier):
        raise ActionNotOpen(_("The dossier cannot be changed in its present state."))
    return state.turn
