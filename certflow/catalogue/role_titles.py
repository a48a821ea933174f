"""The roles of all schemes, in words."""

from certflow.catalogue.catalogue import known
from certflow.wording import _, language


def roles() -> dict[str, tuple[str, str]]:
    """Every role that can be given: its title in the reader's language and the kind of its unit ("" for none)."""
    spoken = language()
    of_schemes = {name: (role.title.in_language(spoken), str(role.seat)) for name, role in known().roles.items()}
    return {ADMINISTRATOR: (_("Administrator"), "")} | of_schemes


def kind_title(kind: str) -> str:
    """The kind of a unit in the reader's language."""
    kinds = {"commune": _("commune"), "district": _("district"), "province": _("province")}
    return kinds.get(kind, _("central authority"))


def deciding_roles() -> frozenset[str]:
    """The roles that some scheme lets decide or sign."""
    outcomes = [spec.outcome for spec in known().workflows.values() if spec.outcome is not None]
    return frozenset(role for outcome in outcomes for role in (*outcome.deciders, *outcome.offices))


def judging_roles() -> frozenset[str]:
    """The roles that some scheme lets write findings, decide or sign."""
    writing = (role for spec in known().workflows.values() for role in spec.writers["findings"])
    return deciding_roles() | frozenset(writing)


def privileged_roles() -> frozenset[str]:
    """The roles that judge, decide, sign or administer: two persons are needed to give one."""
    return judging_roles() | {ADMINISTRATOR}


ADMINISTRATOR = "administrator"
