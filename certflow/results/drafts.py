"""Drafts of the papers that an act would make: their words as a page, without a number, a code or a stored file."""

from collections.abc import Sequence
from dataclasses import dataclass

from certflow import clock
from certflow.access.parts import Held
from certflow.catalogue.catalogue import form_of
from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing
from certflow.law.specs.workflow import TransitionSpec
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.results import papers, recognitions
from certflow.results.papers import Paper, Signed, outcome_of
from certflow.rules import signing
from certflow.wording import _

CODE = "DU-THAO"  # no code of a result: those have five groups
REASONS = "(Lý do theo nội dung ghi khi ban hành.)"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an act would make of a dossier: the act, who would take it, and their parts in the dossier."""

    dossier: Dossier
    transition: TransitionSpec
    actor: User
    held: Sequence[Held]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of papers, in the order of their making."""
        return signing.papers_of(self.dossier, self.transition)

    def html(self, kind: str, stylesheet_url: str) -> str:
        """The words of one paper as a page, marked as a draft across; raises NotFound when the act makes none."""
        if kind not in self.kinds:
            raise NotFound(_("This step makes no such paper."))
        spec = outcome_of(self.dossier).papers[kind]
        facts = papers.facts(self._paper(), spec, "", public_url=equipment().settings.public_url, decision=None)
        return printing.html_copy(spec.template, facts | {"draft": True, "stylesheet_url": stylesheet_url})

    def _paper(self) -> Paper:
        effects = self.transition.effects
        if "decline" in effects:
            return Paper(self.dossier, self._signed(), reasons=REASONS)
        level = recognitions.level_found(self.dossier) if "rate" in effects else self.transition.level
        grade = form_of(self.dossier).grade(level).vi
        until = recognitions.kept_until(outcome_of(self.dossier), clock.today())
        return Paper(self.dossier, self._signed(), level=level, grade=grade, valid_until=until, code=CODE)

    def _signed(self) -> Signed:
        roles = [part.role for part in self.held]
        role = next(role for role in self.transition.by if role in roles)
        delegation = signing.delegation_for(self.dossier, self.transition, self.held)
        return Signed(self.actor, clock.today(), role, delegation)
