"""The council that appraises: a chair, a secretary and members, an odd number and at least five of them."""

from dataclasses import dataclass

from certflow.law.facts import Fact
from certflow.wording import _, _n

LEAST = 5
PARTS = ("chair", "secretary", "member")


@dataclass(frozen=True, slots=True)
class Sitting:
    """The council of one dossier after recusals and with substitutes: how many sit, and in which parts.

    One that is not `recorded` is only asked for; where the law says nothing of the number, it is not `counted`.
    """

    members: int = 0
    parts: frozenset[str] = frozenset()
    recorded: bool = True
    counted: bool = True


COUNCIL: Fact[Sitting | None] = Fact()  # None where no council is asked for, as in all cases


def shortcomings(sitting: Sitting | None) -> dict[str, str]:
    """Why the council cannot put forward a result (Circular 25/2023/TT-BGDĐT art. 9.2.b); nothing asked without one."""
    if sitting is None:
        return {}
    if not sitting.recorded:
        return {"council_recorded": _("No council is recorded for this dossier; an administrator records it first")}
    missing = {}
    if sitting.counted and (sitting.members < LEAST or sitting.members % 2 == 0):
        missing["council_number"] = _n(
            "The council has only %(num)s member left for this dossier; it needs an odd number, at least 5",
            "The council has %(num)s members left for this dossier; it needs an odd number, at least 5",
            sitting.members,
        )
    if "chair" not in sitting.parts:
        missing["council_chair"] = _("The council has no chair for this dossier")
    if "secretary" not in sitting.parts:
        missing["council_secretary"] = _("The council has no secretary for this dossier")
    return missing
