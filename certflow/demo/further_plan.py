"""What the practice season offers besides recognising communes: which rounds, whose dossiers, how far, what is said."""

from collections.abc import Mapping
from dataclasses import dataclass

from certflow.demo.cast import CENTRES
from certflow.law.specs.workflow import TransitionSpec


@dataclass(frozen=True, slots=True)
class Undertaking:
    """A round: the states that each unit's dossier goes through, in order, and days from today for its deadlines.

    A dossier without states stays a draft in which only the criteria `drafted` are answered.
    """

    scheme: tuple[str, int]
    title: str
    dates: Mapping[str, int]
    places: Mapping[str, tuple[str, ...]]
    drafted: tuple[int, ...] = ()


RATING = Undertaking(
    ("lang_son_centre_rating", 1),
    "Đợt thực hành 3: xếp loại trung tâm học tập cộng đồng (Lạng Sơn, bộ tiêu chí mẫu)",
    {"rate_plan": 20},
    dict(zip(CENTRES, ((), ("appraising",), ("proposed",), ("rated",)), strict=True)),
    drafted=(1, 2),
)
REPORT = Undertaking(
    ("dong_nai_district_report", 1),
    "Đợt thực hành 4: báo cáo hằng năm của huyện",
    {"report_plan": 9},
    {
        "Huyện Cẩm Mỹ": ("awaiting_leader",),
        "Huyện Xuân Lộc": ("submitted",),
        "Huyện Tân Phú": ("returned",),
    },
)
DISTRICTS = Undertaking(
    ("dong_nai_district_recognition", 1),
    "Đợt thực hành 5: công nhận cấp huyện",
    {"decide_plan": 40, "submit_statutory": 25, "decide_statutory": 56},
    {"Huyện Cẩm Mỹ": ()},
    drafted=(1, 4),
)
UNDERTAKINGS = (RATING, REPORT, DISTRICTS)

_NOTES = {
    "return_for_changes": (
        "Mục 2.1 mới nêu chung; đề nghị huyện nêu rõ từng khó khăn, xã nào vướng mắc, và gửi lại báo cáo."
    )
}
DIFFICULTIES = (
    "Một số xã chưa thống nhất nguồn số liệu công dân từ 15 tuổi trở lên; "
    "minh chứng về trình độ chuyên môn kỹ thuật nộp chậm."
)
PROPOSALS = "Đề nghị tỉnh hướng dẫn thống nhất nguồn số liệu và tập huấn thêm cho công chức phụ trách."

_SCORED = ("1.2", "1.3", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2")


def _points(*values: str) -> dict[str, dict[str, str]]:
    """Points as they are typed, after the one thing that is met or not."""
    return {"1.1": {"value": "yes"}} | {code: {"value": value} for code, value in zip(_SCORED, values, strict=True)}


CENTRE_CLAIMS = _points("9", "8,5", "13", "12,5", "8", "8,5", "13,5", "8")
CENTRE_FINDINGS = _points("8", "8,5", "12", "12", "7,5", "6", "12", "7") | {
    "5.1": {"value": "Số chuyên đề về chuyển đổi số còn ít; sổ theo dõi người học chưa ghi đủ."},
    "5.2": {"value": "Trung tâm thiếu báo cáo viên; cán bộ kiêm nhiệm nên cập nhật hồ sơ chậm."},
    "5.3": {"value": "Phối hợp với trường trung học trên địa bàn mời báo cáo viên; cập nhật sổ theo dõi hằng tháng."},
}


def note(transition: TransitionSpec) -> str:
    """What is typed with an action: words wherever the action needs them."""
    return _NOTES.get(transition.action, "")
