"""The guard at every address: holds each request to its line of the table, before the view runs.

It loads what the address names once and hands it to the view that asks first (`dossier`, `paper` ...), so that a page
makes no query more than it would without a guard. Roles and states are then told without any query. It does not lock:
whoever writes locks the row in the service and looks again, because the state may change in between.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_login import current_user

from certflow.access import access, editing
from certflow.approval import proposals
from certflow.assessment import evidence
from certflow.catalogue.catalogue import workflow_of
from certflow.criteria import confirmations, rating_sets
from certflow.dossiers import dossiers, receipts
from certflow.errors import ActionNotOpen, NotFound, NotPermitted
from certflow.http.rules import About, Part, Rule, When, Who
from certflow.http.table import TABLE, rule_for
from certflow.impartiality import conflicts
from certflow.law import roles as parts
from certflow.models.approval import Proposal
from certflow.models.criteria import RatingSet
from certflow.models.dossiers import Dossier, Evidence, Round
from certflow.models.people import User
from certflow.models.results import Document
from certflow.models.units import Unit
from certflow.results import documents, revocations

LARGEST_ID = 2**31 - 1

Key = tuple[About, tuple[int, ...]]


def _person() -> User:
    return cast(User, current_user._get_current_object())


def _only_departments(person: User) -> None:
    if not confirmations.provinces_confirmable_by(person):
        raise NotPermitted(_("This is for the province's education department."))


def _only_who_looks_at_sets(person: User) -> None:
    if not rating_sets.may_look(person):
        raise NotPermitted(_("Only education departments write criteria sets of their own; administrators may look."))


_WHO: dict[Who, Callable[[User], None]] = {
    Who.ADMINISTRATOR: access.require_administrator,
    Who.DEPARTMENT: _only_departments,
    Who.DEPARTMENT_OR_ADMINISTRATOR: _only_who_looks_at_sets,
}
_FIND: dict[About, Callable[..., Any]] = {
    About.DOSSIER: lambda person, dossier_id: access.dossier(dossier_id, person),
    About.EVIDENCE: lambda person, evidence_id: evidence.find(evidence_id, person),
    About.DOCUMENT: lambda person, document_id: documents.document(document_id, person),
    About.RECUSABLE: lambda person, dossier_id: conflicts.dossier_for(dossier_id, person),
    About.PROPOSAL: lambda person, proposal_id: proposals.get(proposal_id, person),
    About.RATING_SET: lambda person, set_id: rating_sets.find(set_id, person),
    About.OPENING: lambda person, round_id, unit_id: dossiers.may_open(round_id, actor=person, unit_id=unit_id),
}
_NAMED: dict[About, tuple[str, ...]] = {
    About.DOSSIER: ("dossier_id",),
    About.EVIDENCE: ("evidence_id",),
    About.DOCUMENT: ("document_id",),
    About.RECUSABLE: ("dossier_id",),
    About.PROPOSAL: ("proposal_id",),
    About.RATING_SET: ("set_id",),
    About.OPENING: ("round_id", "unit_id"),
}


def _reads_findings(person: User, dossier: Dossier) -> None:
    """Where the scheme has no appraisal of each indicator there is no such page, as the view says."""
    if parts.writers(workflow_of(dossier).spec, "findings"):
        editing.require_findings(person, dossier)


def _takes_action(person: User, dossier: Dossier) -> None:
    """Refuses who may not take an action that is open; one that is not is a matter of the state."""
    try:
        _action_is_open(person, dossier)
    except ActionNotOpen:
        return


def _decides(person: User, dossier: Dossier) -> None:
    if not parts.deciders(workflow_of(dossier).spec) & access.roles_on(person, dossier):
        raise NotPermitted(_("Only the person whose part it is may do this."))


def _takes_part(person: User, dossier: Dossier) -> None:
    if not access.roles_on(person, dossier):
        raise NotPermitted(_("Only the person whose part it is may do this."))


def _settles(person: User, proposal: Proposal) -> None:
    if not proposal.outcome:
        proposals.require_second(proposal, person)


def _proposer(person: User, proposal: Proposal) -> None:
    proposals.require_proposer(proposal, person)


def _its_department(person: User, own: RatingSet) -> None:
    if not rating_sets.is_department(person, own.unit):
        raise NotPermitted(_("Only the province's education department writes its own criteria set."))


_PART: dict[Part, Callable[[User, Any], None]] = {
    Part.CLAIMS: lambda person, dossier: editing.require_writer(dossier, person, "claims"),
    Part.FINDINGS: lambda person, dossier: editing.require_writer(dossier, person, "findings"),
    Part.READS_FINDINGS: _reads_findings,
    Part.ACTION: _takes_action,
    Part.DECIDES: _decides,
    Part.TAKES_PART: _takes_part,
    Part.RECEIVES: lambda person, dossier: receipts.require_receiver(dossier, person),
    Part.ABOVE: lambda person, dossier: revocations.require_above(dossier, person),
    Part.SETTLES: _settles,
    Part.PROPOSER: _proposer,
    Part.ITS_DEPARTMENT: _its_department,
}


def _editor(what: str) -> Callable[[User, Dossier], None]:
    def check(person: User, dossier: Dossier) -> None:
        editing.require_editor(dossier, person, what)

    return check


def _action_is_open(person: User, dossier: Dossier) -> None:
    action, roles = (request.view_args or {})["action"], access.roles_on(person, dossier)
    workflow_of(dossier).require_open(action, state=dossier.state, roles=roles)


def _draft(_person: User, own: RatingSet) -> None:
    if own.published_at is not None:
        raise ActionNotOpen(_("This version is published and stays as it is. Begin the next version to change it."))


# A number of something that was filed is looked up by the service, and `may_open` has asked all of an opening.
_WHEN: dict[When, Callable[[User, Any], None]] = {
    When.CLAIMS: _editor("claims"),
    When.FINDINGS: _editor("findings"),
    When.ACTION: _action_is_open,
    When.DRAFT: _draft,
}


def _about(thing: Any) -> Any:
    """A file or paper is judged by its dossier."""
    return thing.dossier if isinstance(thing, Evidence | Document) else thing


def hold() -> None:
    """Hold the request to the table; a route without a line is closed to everybody."""
    g.pop("held", None)
    if request.endpoint is None:
        return
    rule = rule_for(request.endpoint, request.method)
    if rule is None:
        raise NotFound(_("There is nothing at this address, or it is not yours to see."))
    if rule.who != Who.ANYBODY:
        require(rule, _person(), request.view_args or {})


def require(rule: Rule, person: User, named: Mapping[str, Any]) -> None:
    """Raises the Refusal that `rule` has for `person` and what the address names."""
    if rule.who in _WHO:
        _WHO[rule.who](person)
    if rule.about == About.NOTHING:
        return
    key = rule.about, tuple(_id(named, name) for name in _NAMED[rule.about])
    thing = _FIND[rule.about](person, *key[1])
    if rule.part in _PART:
        _PART[rule.part](person, _about(thing))
    if rule.when in _WHEN and not rule.told_by_view:
        _WHEN[rule.when](person, _about(thing))
    g.held = (key, thing)


def _id(named: Mapping[str, Any], name: str) -> int:
    """The id in the path, or among what was sent; -1, which nothing has, when it is none."""
    if name in named:
        return int(named[name])
    number = (request.args if request.method == "GET" else request.form).get(name, -1, type=int)
    return number if 0 < number <= LARGEST_ID else -1


def _held(about: About, *ids: int) -> Any:
    """What the guard has loaded for this address, once; then, as after a rollback, it is loaded anew."""
    key, thing = g.pop("held", (None, None))
    return thing if key == (about, ids) else _FIND[about](_person(), *ids)


def dossier(dossier_id: int) -> Dossier:
    """The dossier, when the person who is signed in may see it; raises NotFound."""
    return cast(Dossier, _held(About.DOSSIER, dossier_id))


def file(evidence_id: int) -> Evidence:
    """The file of a dossier that the person may see; raises NotFound."""
    return cast(Evidence, _held(About.EVIDENCE, evidence_id))


def paper(document_id: int) -> Document:
    """The paper of a dossier that the person may see; raises NotFound."""
    return cast(Document, _held(About.DOCUMENT, document_id))


def rating_set(set_id: int) -> RatingSet:
    """The criteria set, when the person may see it; raises NotFound."""
    return cast(RatingSet, _held(About.RATING_SET, set_id))


def opening(round_id: int, unit_id: int) -> tuple[Round, Unit]:
    """The round and the unit, when the person may open a dossier of the unit in it; raises a Refusal."""
    return cast(tuple[Round, Unit], _held(About.OPENING, round_id, unit_id))


def without_line(app: Flask) -> list[str]:
    """The routes of `app` that have no line in the table, each as the line that it needs."""
    routes = {(rule.endpoint, m) for rule in app.url_map.iter_rules() for m in (rule.methods or set())}
    asked = sorted((endpoint, method) for endpoint, method in routes if method not in ("HEAD", "OPTIONS"))
    return [f'("{endpoint}", "{method}"): ...,' for endpoint, method in asked if (endpoint, method) not in TABLE]


def register(app: Flask) -> None:
    """Put the guard in front of every view of `app`, behind the login wall."""
    app.before_request(hold)
