"""Labels for delegations and signing rules: mode, principal, papers and status."""

import datetime as dt

from flask_babel import gettext as _

from certflow.catalogue import role_titles
from certflow.clock import today
from certflow.models.rules import Delegation, SigningRule
from certflow.rules import signing_rules
from certflow.rules.signing_matrix import paper_title, role_at


def modes() -> dict[str, str]:
    """The ways of signing for another, by the letters that papers print."""
    return {
        "KT": str(_("KT. – a deputy signs in place of the head")),
        "TL": str(_("TL. – the head of a unit below signs by order")),
        "TUQ": str(_("TUQ. – a person signs by delegation")),
    }


def how(mode: str) -> str:
    """A mode in words."""
    return modes().get(mode, mode)


def by_which(delegation: Delegation) -> str:
    """The sentence that says for whom and by which document a delegate acted."""
    return str(
        _(
            "For %(name)s, by %(document)s of %(day)s",
            name=delegation.principal_name,
            document=delegation.document_number,
            day=_day(delegation.document_date),
        )
    )


def before_acting(delegation: Delegation) -> str:
    """The sentence that a delegate reads before confirming an act."""
    values = {
        "whom": f"{role_at(delegation.appointment)}, {delegation.appointment.user.full_name}",
        "document": delegation.document_number,
        "date": _day(delegation.document_date),
        "last": _day(delegation.ends_on),
    }
    if delegation.mode == "KT":
        return str(
            _("You sign in place of (KT.): %(whom)s, by %(document)s of %(date)s, until %(last)s.", **values),
        )
    if delegation.mode == "TL":
        return str(_("You sign by order of (TL.): %(whom)s, by %(document)s of %(date)s, until %(last)s.", **values))
    return str(_("You sign by delegation of (TUQ.): %(whom)s, by %(document)s of %(date)s, until %(last)s.", **values))


def standing(delegation: Delegation) -> tuple[str, str]:
    """The label of a delegation's status today, and the colour name of its tag."""
    day = today()
    if delegation.withdrawn_at is not None:
        return _("Withdrawn"), "bad"
    if delegation.ends_on < day or delegation.appointment.ended_at is not None:
        return _("Ended"), "neutral"
    if delegation.starts_on > day:
        return _("Not in force yet"), "waiting"
    return (_("In force"), "good") if delegation.counts_on(day) else (_("Without effect now"), "bad")


def signer(rule: SigningRule) -> str:
    """The signer of a rule: a position, or a role at the unit."""
    if rule.signer_position:
        return rule.signer_position
    return role_titles.roles().get(rule.signer_role, (rule.signer_role, ""))[0]


def what(rule: SigningRule) -> str:
    """The papers and schemes of a signing rule."""
    titles = signing_rules.schemes_with(rule.role)
    papers = ", ".join(paper_title(kind) for kind in rule.papers) or str(_("Every paper that the role signs"))
    schemes = ", ".join(titles.get(name, name) for name in rule.schemes) or str(_("in every scheme"))
    return f"{papers}; {schemes}"


def scheme_title(delegation: Delegation) -> str:
    """The title of the delegation's scheme, or the label for all schemes."""
    name = delegation.workflow
    if not name:
        return str(_("Every scheme"))
    return signing_rules.schemes_with(delegation.appointment.role).get(name, name)


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
