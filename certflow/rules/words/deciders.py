"""Who decides where the law names nobody, in the words of the pages about a round or a dossier."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certflow import clock
from certflow.catalogue.catalogue import workflow_of
from certflow.models.dossiers import Dossier
from certflow.models.results import Document
from certflow.models.rounds import Round
from certflow.models.rules import AuthorityRule
from certflow.rules import authority
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class Decider:
    """The role that an authority rule names, and its document; `rule_id` is None while there is no rule."""

    role: str = ""
    document: str = ""
    rule_id: int | None = None


def of_round(round_: Round) -> Decider | None:
    """Who decides in a round today; None where the scheme itself names the decider."""
    if not authority.by_rule(round_):
        return None
    return _by(round_, authority.in_force(round_.unit_id, round_.workflow, clock.today(), practice=round_.practice))


def of_dossier(dossier: Dossier, papers: Iterable[Document]) -> Decider | None:
    """Who decides on a dossier today, or decided on it by the rule that its papers cite; None as in `of_round`."""
    if not authority.by_rule(dossier):
        return None
    for paper in papers:
        frozen: Mapping[str, Any] | None = paper.facts.get("authority_rule")
        if frozen is not None:
            return Decider(_title(dossier, frozen["role"]), frozen["document_number"], frozen["id"])
    return _by(dossier, authority.for_dossier(dossier, clock.today()))


def _by(pinned: Round | Dossier, rule: AuthorityRule | None) -> Decider:
    return Decider(_title(pinned, rule.role), rule.document_number, rule.id) if rule else Decider()


def _title(pinned: Round | Dossier, role: str) -> str:
    spec = workflow_of(pinned).spec.roles.get(role)
    return spec.title.in_language(language()) if spec else role
