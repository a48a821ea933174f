"""Who judges a dossier in the words of pages: the parts, who may not act and why, and the council that is left."""

from dataclasses import dataclass

from flask_babel import gettext as _

from certflow.access import turns
from certflow.impartiality.judges import COUNCIL_ROLES, Bench
from certflow.law import councils
from certflow.law.impartiality import THEY
from certflow.models.dossiers import Dossier


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody's part in judging a dossier; `why` says why they may not act, nothing when they may."""

    name: str
    part: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judges:
    """Everybody's parts; `lacking` names the part that nobody is left for, `council` what is left of the council."""

    everybody: tuple[Judge, ...]
    lacking: str
    council: str
    shortcomings: tuple[str, ...]

    @property
    def recused(self) -> tuple[Judge, ...]:
        """Who may not act."""
        return tuple(judge for judge in self.everybody if judge.why)


def shown(dossier: Dossier, bench: Bench) -> Judges:
    """The bench of a dossier in words."""
    everybody = tuple(
        Judge(seat.name, part(dossier, seat.role), tuple(_(THEY[tie]) for tie in bench.recused.get(seat, ())))
        for seat in bench.seats
    )
    lacking = part(dossier, bench.lacking) if bench.lacking else ""
    sitting = bench.sitting
    if sitting is None:
        return Judges(everybody, lacking, "", ())
    counted = _("Members of the council who may act on this dossier: %(count)s", count=sitting.members)
    return Judges(everybody, lacking, str(counted), tuple(councils.shortcomings(sitting).values()))


def part(dossier: Dossier, role: str) -> str:
    """A role of the dossier's scheme with its place, or a part in its council."""
    if role in COUNCIL_ROLES:
        return council_part(role.removeprefix("council_"))
    return turns.part(dossier, role) or role


def council_part(name: str) -> str:
    """A part in a council in the reader's language."""
    titles = {
        "chair": _("Chair of the council"),
        "secretary": _("Secretary of the council"),
        "member": _("Member of the council"),
    }
    return str(titles[name])
