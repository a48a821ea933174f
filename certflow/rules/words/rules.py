"""Labels for rules with days and a document: their status and the text of the withdrawal page."""

from collections.abc import Sequence

from flask_babel import gettext as _

from certflow.clock import today
from certflow.http.withdrawing import Withdrawal
from certflow.models.rules import AuthorityRule, InheritanceRule, SigningRule

Rule = AuthorityRule | SigningRule | InheritanceRule


def standing(rule: Rule) -> tuple[str, str]:
    """The label of a rule's status today, and the colour name of its tag."""
    if rule.withdrawn_at is not None:
        return _("Withdrawn"), "bad"
    if rule.counts_on(today()):
        return _("In force"), "good"
    return (_("Not in force yet"), "waiting") if rule.starts_on > today() else (_("Ended"), "neutral")


def withdrawal_of(
    rule: Rule,
    title: str,
    *,
    trail: Sequence[tuple[str, str]],
    back: str,
    success: str,
    follows: Sequence[str],
    details: str = "",
) -> Withdrawal:
    """The words of the page on which a rule is withdrawn."""
    return Withdrawal(
        title=title,
        question=_("Withdraw this rule?"),
        eyebrow=f"{rule.cited} · {rule.unit.name}",
        button=_("Withdraw the rule"),
        done=success,
        trail=[*trail, (rule.cited, back)],
        back=back,
        follows=[*follows, _("The rule stays in the list with your reason; it cannot be put back in force.")],
        details=details,
        closed=_("This rule has already been withdrawn.") if rule.withdrawn_at else "",
    )
