"""Second officers of the practice season, and who of those that share a part works on which dossier."""

from typing import NamedTuple

from sqlalchemy import select

from certflow.demo import cast
from certflow.demo.cast import CastRole, Engagement
from certflow.demo.stage import Progress, Stage
from certflow.handling import handling
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rounds import Round


class Colleague(NamedTuple):
    """A second person in a part at a unit."""

    part: CastRole
    full_name: str
    place: str


# Nobody shares the dossiers of Xã Xuân Tây, with which newcomers begin.
class DossierAssignment(NamedTuple):
    """A dossier of the round ahead and the officer who works on it: the first of the role, the second, or both in turn.

    With a `reason` the second officer took it over from the first.
    """

    commune: str
    role: str
    place: str
    by_second: bool
    reason: str = ""


_OFFICER = CastRole("commune_officer", "canbo2", cast.COMMUNE_PARTS[0].position)
_APPRAISER = CastRole("district_appraiser", "thamdinh2", cast.DISTRICT_PARTS[1].position)
COLLEAGUES = (
    Colleague(_OFFICER, "Lê Thị Hồng Nhung", "Xã Xuân Hưng"),
    Colleague(_OFFICER, "Võ Minh Trí", "Xã Thừa Đức"),
    Colleague(_APPRAISER, "Phạm Thị Ngọc Ánh", "Huyện Cẩm Mỹ"),
)
HELD = (
    DossierAssignment("Xã Xuân Hưng", "commune_officer", "Xã Xuân Hưng", by_second=True),
    DossierAssignment("Xã Thừa Đức", "commune_officer", "Xã Thừa Đức", by_second=False),
    DossierAssignment(
        "Thị trấn Long Giao",
        "district_appraiser",
        "Huyện Cẩm Mỹ",
        by_second=True,
        reason="Người đang xử lý tham gia đoàn kiểm tra của huyện đến hết tuần; hồ sơ cần thẩm định kịp thời hạn.",
    ),
)


def sign_in_names() -> list[str]:
    """The names under which the second officers sign in."""
    return [cast.sign_in_name(colleague.part, colleague.place) for colleague in COLLEAGUES]


def build(stage: Stage, ahead: Round, progress: Progress) -> None:
    """Make the second officers, then let them and the first ones take dossiers of the round `ahead` on."""
    progress.begin("Colleagues", len(COLLEAGUES) + len(HELD))
    second = {}
    for colleague in COLLEAGUES:
        engagement = Engagement(colleague.part, colleague.full_name, stage.named[colleague.place])
        second[colleague.part.role, colleague.place] = cast.engage(engagement, actor=stage.administrator)
        progress.tick()
    db.session.commit()
    for assignment in HELD:
        first = stage.person_for(assignment.role, stage.named[assignment.place])
        _take(
            _dossier(ahead, stage.named[assignment.commune].id),
            assignment,
            first,
            second.get((assignment.role, assignment.place), first),
        )
        db.session.commit()
        progress.tick()


def _dossier(chosen_round: Round, unit_id: int) -> int:
    query = select(Dossier.id).where(Dossier.round_id == chosen_round.id, Dossier.unit_id == unit_id)
    return db.session.scalars(query).one()


def _take(dossier_id: int, assignment: DossierAssignment, first: User, second: User) -> None:
    begun = handling.take(dossier_id, actor=second if assignment.by_second and not assignment.reason else first)
    if assignment.reason:
        handling.take_over(dossier_id, actor=second, reason=assignment.reason, seen=begun.id)
