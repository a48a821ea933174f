"""What the rules may know about a dossier when they decide: plain values, gathered by the services."""

from dataclasses import dataclass, field

from certflow.definitions.specs import FormSpec
from certflow.domain.scoring import Answers, Result, score


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """One dossier as the guards see it; `level` is the level the action at hand is about, 0 for none."""

    form: FormSpec
    claims: Answers = field(default_factory=dict)
    findings: Answers = field(default_factory=dict)
    disadvantaged: bool = False
    meeting_recorded: bool = False
    proposed_level: int | None = None
    level: int = 0
    note: str = ""
    actor_took_part_as: frozenset[str] = frozenset()

    def claimed(self) -> Result:
        """The result of the self-assessment."""
        return score(self.form, self.claims, disadvantaged=self.disadvantaged)

    def found(self) -> Result:
        """The result of the appraisal."""
        return score(self.form, self.findings, disadvantaged=self.disadvantaged)
