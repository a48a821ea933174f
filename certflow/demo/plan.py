"""Which dossiers the practice season has: in which round, from whom, how far, and by what detours."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from certflow.law.specs.workflow import TransitionSpec

When = Literal["ahead", "passed"]

TITLES: dict[When, str] = {
    "ahead": "Đợt thực hành 1 (chưa đến hạn)",
    "passed": "Đợt thực hành 2 (đã quá hạn)",
}
# Days from today for each deadline of the scheme.
DATES: dict[When, dict[str, int]] = {
    "ahead": {"submit_plan": 12, "review_plan": 22, "submit_statutory": 25, "decide_statutory": 56},
    "passed": {"submit_plan": -14, "submit_statutory": -8, "review_plan": -4, "decide_statutory": -1},
}
DISADVANTAGED_SOURCE = "Nguồn mẫu để thực hành, không phải văn bản thật"


@dataclass(frozen=True, slots=True)
class Story:
    """One dossier: it goes through `states` in order; levels say what is claimed and what is found (0 for none).

    `criteria` is how many criteria are filled in a draft that goes nowhere, `files` how many files are attached.
    """

    round: When
    commune: str
    states: tuple[str, ...] = ()
    claimed: int = 1
    found: int = 1
    criteria: int = 5
    files: int = 0


def stories() -> tuple[Story, ...]:
    """All dossiers of the season."""
    return (*_ahead(), *_passed())


def _ahead() -> tuple[Story, ...]:
    ends = "recognised_level_1", "recognised_level_2"
    again = ("returned", "submitted")
    return (
        Story("ahead", "Xã Xuân Tây", criteria=2, files=1),
        Story("ahead", "Xã Tà Lài", criteria=0),
        Story("ahead", "Xã Xuân Hưng", claimed=2, criteria=4, files=2),
        Story("ahead", "Xã Lâm San", ("awaiting_chair", "drafting"), claimed=1),
        Story("ahead", "Xã Sông Ray", ("awaiting_chair",), claimed=2, files=1),
        Story("ahead", "Xã Phú Lâm", ("awaiting_chair",)),
        Story("ahead", "Xã Bảo Bình", ("submitted",), files=2),
        Story("ahead", "Xã Suối Cát", ("submitted",), claimed=2),
        Story("ahead", "Xã Phú Điền", again),
        Story("ahead", "Xã Thừa Đức", ("returned",), files=1),
        Story("ahead", "Xã Lang Minh", ("returned",), claimed=2),
        Story("ahead", "Thị trấn Long Giao", ("appraising",), claimed=2, files=3),
        Story("ahead", "Xã Bảo Hòa", ("appraising",), files=1),
        Story("ahead", "Xã Đắc Lua", ("under_review", "appraising"), files=1),
        Story("ahead", "Xã Xuân Phú", ("under_review",), claimed=2, found=1),
        Story("ahead", "Xã Nam Cát Tiên", ("under_review",), claimed=1, found=0),
        Story("ahead", "Xã Xuân Mỹ", ("endorsed",), claimed=2, found=2, files=1),
        Story("ahead", "Thị trấn Gia Ray", (*again, ends[1]), claimed=2, found=2, files=3),
        Story("ahead", "Xã Nhân Nghĩa", (ends[0],), files=2),
        Story("ahead", "Xã Xuân Trường", ("declined",), claimed=1, found=0),
    )


def _passed() -> tuple[Story, ...]:
    level_1, level_2 = ("recognised_level_1",), ("recognised_level_2",)
    return (
        Story("passed", "Xã Nam Cát Tiên", criteria=3),
        Story("passed", "Xã Xuân Mỹ", ("awaiting_chair",), files=1),
        Story("passed", "Xã Lang Minh", ("submitted",), claimed=2),
        Story("passed", "Xã Tà Lài", ("submitted",)),
        Story("passed", "Xã Xuân Phú", ("returned",), files=1),
        Story("passed", "Xã Bảo Bình", ("appraising",), files=1),
        Story("passed", "Xã Suối Cát", ("endorsed", "appraising"), claimed=2, found=1),
        Story("passed", "Xã Lâm San", ("under_review",), claimed=2, found=2),
        Story("passed", "Xã Phú Lâm", ("under_review",)),
        Story("passed", "Xã Thừa Đức", ("endorsed",)),
        Story("passed", "Xã Bảo Hòa", ("endorsed",), claimed=1, found=0),
        Story("passed", "Xã Xuân Tây", level_2, claimed=2, found=2, files=3),
        Story("passed", "Xã Sông Ray", ("returned", *level_1), claimed=2, files=2),
        Story("passed", "Thị trấn Long Giao", level_2, claimed=2, found=2, files=1),
        Story("passed", "Thị trấn Gia Ray", ("under_review", "appraising", *level_1), claimed=2, files=1),
        Story("passed", "Xã Xuân Hưng", level_1, files=1),
        Story("passed", "Xã Đắc Lua", level_1, files=2),
        Story("passed", "Xã Phú Điền", ("returned", "submitted", *level_1)),
        Story("passed", "Xã Xuân Trường", ("declined",), claimed=1, found=0),
        Story("passed", "Xã Nhân Nghĩa", ("declined",), claimed=2, found=0),
    )


# What is typed with an action that needs words.
NOTES = {
    "hand_back": "Số liệu chỉ tiêu 5.1 chưa khớp với báo cáo thống kê cuối năm; đề nghị rà soát lại trước khi gửi.",
    "return_for_changes": (
        "Chỉ tiêu 5.2 chưa nêu nguồn số liệu về trình độ chuyên môn kỹ thuật.\n"
        "Chỉ tiêu 1.3 thiếu báo cáo Tuần lễ hưởng ứng học tập suốt đời. Đề nghị xã bổ sung và gửi lại."
    ),
    "send_back": "Đề nghị huyện làm rõ cách xác định số công dân dùng làm mẫu số ở chỉ tiêu 5.1 và thẩm định lại.",
    "reopen_appraisal": "Kết quả chỉ tiêu 4.2 chưa thống nhất với quyết định công nhận phổ cập; yêu cầu thẩm định lại.",
    "propose_none": "Tỷ lệ công dân đạt danh hiệu Công dân học tập thấp hơn mức quy định; chỉ tiêu 2.1 chưa đủ căn cứ.",
    "decline": (
        "Tỷ lệ công dân đạt danh hiệu Công dân học tập (chỉ tiêu 5.1) thấp hơn 60 %.\n"
        "Kinh phí cho xây dựng xã hội học tập (chỉ tiêu 2.1) chưa được bố trí đủ trong dự toán năm."
    ),
    "accept": "Hồ sơ đủ thành phần.",
    "endorse": "Sở đã đối chiếu kết quả thẩm định, nhất trí với đề nghị của huyện.",
}
UNMET = ("2.1", "5.1")

EXPLANATIONS = {
    "1.1": "Xã đã tổ chức 12 buổi tuyên truyền tại các ấp và phát trên hệ thống truyền thanh.",
    "2.2": "Quỹ khuyến học của xã vận động từ doanh nghiệp, nhà hảo tâm và các dòng họ.",
    "3.1": "Trung tâm có phòng làm việc riêng, tủ sách và máy vi tính nối mạng.",
    "5.1": "Theo danh sách công nhận Công dân học tập của các ấp, có xác nhận của Hội Khuyến học xã.",
}
SUPPLEMENT = EXPLANATIONS | {"5.2": "Bổ sung nguồn: điều tra lao động, việc làm và báo cáo thống kê của xã."}

FILES = (
    ("1.2", "Kế hoạch xây dựng xã hội học tập.pdf", "KẾ HOẠCH XÂY DỰNG XÃ HỘI HỌC TẬP"),
    ("5.1", "Danh sách Công dân học tập.pdf", "DANH SÁCH CÔNG DÂN HỌC TẬP"),
    ("3.1", "Ảnh Trung tâm học tập cộng đồng.png", ""),
)


def note(transition: TransitionSpec) -> str:
    """What is typed with an action of the season: words wherever the action needs them."""
    fallback = "Đề nghị làm rõ nội dung nêu trên." if transition.note == "required" else ""
    return NOTES.get(transition.action, fallback)


def days(offsets: Mapping[str, int], today: dt.date) -> dict[str, dt.date]:
    """The dates of a round by deadline, so many days from today."""
    return {name: today + dt.timedelta(days=offset) for name, offset in offsets.items()}
