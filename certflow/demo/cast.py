"""The people of the practice season: made-up names in every role, at real units of Đồng Nai."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.catalogue import role_titles
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.units import Unit, UnitVersion
from certflow.people import people
from certflow.vietnamese import search_key

PASSWORD = "thuchanh-congnhan"  # noqa: S105 - shown to everybody who runs the practice season
PROVINCE = "Tỉnh Đồng Nai"
COMMUNES = {
    "Huyện Cẩm Mỹ": (
        *("Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San", "Xã Bảo Bình", "Xã Thừa Đức", "Thị trấn Long Giao"),
        *("Xã Xuân Mỹ", "Xã Nhân Nghĩa"),
    ),
    "Huyện Xuân Lộc": (
        *("Xã Suối Cát", "Xã Xuân Hưng", "Xã Lang Minh", "Xã Bảo Hòa", "Xã Xuân Phú", "Thị trấn Gia Ray"),
        "Xã Xuân Trường",
    ),
    "Huyện Tân Phú": ("Xã Đắc Lua", "Xã Tà Lài", "Xã Phú Lâm", "Xã Phú Điền", "Xã Nam Cát Tiên", "Xã Trà Cổ"),
}
DISADVANTAGED = "Xã Đắc Lua"

_KINDS = ("Thị trấn", "Xã", "Huyện", "Tỉnh")
_MEN = ("Văn Hùng", "Đình Phúc", "Minh Tuấn", "Quốc Bảo", "Thanh Sơn", "Hữu Nghĩa", "Ngọc Thắng", "Công Danh")
_WOMEN = ("Thị Lan", "Thị Thu Hà", "Ngọc Mai", "Thị Bích Thủy", "Thanh Hương", "Thị Kim Oanh", "Mỹ Duyên")
_FAMILIES = (
    *("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương"),
    *("Lý", "Đoàn", "Trịnh", "Mai"),
)


class CastRole(NamedTuple):
    """A role of the scheme as the practice season fills it: the first half of the sign-in name, and the position."""

    role: str
    prefix: str
    position: str


COMMUNE_PARTS = (
    CastRole("commune_officer", "canbo", "Công chức văn hóa - xã hội"),
    CastRole("commune_chair", "chutich", "Chủ tịch Ủy ban nhân dân"),
)
DISTRICT_PARTS = (
    CastRole("education_officer", "tiepnhan", "Chuyên viên Phòng Giáo dục và Đào tạo"),
    CastRole("district_appraiser", "thamdinh", "Chuyên viên Phòng Giáo dục và Đào tạo"),
    CastRole("education_head", "truongphong", "Trưởng phòng Giáo dục và Đào tạo"),
)
PROVINCE_PARTS = (CastRole("province_reviewer", "so", "Chuyên viên Sở Giáo dục và Đào tạo"),)


class Further(NamedTuple):
    """A part beyond recognising communes: where it is filled, its short English name, and whom it is about."""

    part: CastRole
    places: tuple[str, ...]
    words: str
    about: str


CENTRES = ("Xã Xuân Tây", "Xã Sông Ray", "Xã Xuân Mỹ", "Xã Bảo Bình")
_DISTRICTS, _PROVINCE, _DEPARTMENT = tuple(COMMUNES), (PROVINCE,), "Sở Giáo dục và Đào tạo"
_DIRECTOR = CastRole("centre_director", "giamdoc", "Giám đốc Trung tâm học tập cộng đồng")
_OFFICER = CastRole("district_officer", "chuyenvien", "Chuyên viên Phòng Giáo dục và Đào tạo")
_LEADER = CastRole("district_chair", "lanhdao", "Phó Chủ tịch Ủy ban nhân dân huyện")
_RECEIVER = CastRole("department_officer", "tiepnhan", f"Chuyên viên {_DEPARTMENT}")
_SECRETARY = CastRole("province_council_secretary", "thuky", "Thư ký Hội đồng đánh giá cấp tỉnh")
_ASSOCIATION = CastRole("association_officer", "khuyenhoc", "Cán bộ Hội Khuyến học tỉnh")
_HEAD = CastRole("department_head", "giamdocso", f"Giám đốc {_DEPARTMENT}")
FURTHER = (
    Further(_DIRECTOR, CENTRES, "centre director", "centres"),
    Further(_OFFICER, _DISTRICTS, "district officer", "districts"),
    Further(_LEADER, _DISTRICTS, "district leader", "districts"),
    Further(_RECEIVER, _PROVINCE, "receiving officer", "districts"),
    Further(_HEAD, _PROVINCE, "department director", "districts"),
    Further(_SECRETARY, _PROVINCE, "council secretary", "districts"),
    Further(_ASSOCIATION, _PROVINCE, "association officer", "districts"),
)
ADMINISTRATOR = CastRole(role_titles.ADMINISTRATOR, "quantri", "Quản trị hệ thống")


@dataclass(frozen=True, slots=True)
class Engagement:
    """One person to be: who, in which part, where (None for the administrator)."""

    part: CastRole
    full_name: str
    unit: Unit | None

    @property
    def sign_in_name(self) -> str:
        """The part and the unit, for example canbo.xuantay."""
        return sign_in_name(self.part, self.unit.name if self.unit else None)


def sign_in_name(part: CastRole, place: str | None) -> str:
    """The name under which the person in this part signs in, at the unit that the season began with under this name."""
    return f"{part.prefix}.{_without_kind(place)}" if place else part.prefix


def _without_kind(place: str) -> str:
    kind = next(kind for kind in _KINDS if place.startswith(f"{kind} "))
    return search_key(place.removeprefix(kind)).replace(" ", "")


def places() -> dict[str, Unit]:
    """The units of the season by the full name each began with: the province, then districts before their communes.

    A resolution may have renamed, moved or ended them since; what cannot be told any more is left out.
    """
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).options(joinedload(Unit.heir)))}
    begun = select(UnitVersion).where(UnitVersion.change == "", UnitVersion.starts_on.is_(None))
    first = {row.unit_id: row for row in db.session.scalars(begun)}
    by_name = {(row.name, _first_name(first, row.parent_id)): units[id_] for id_, row in first.items()}
    wanted = [(PROVINCE, "")]
    for district, communes in COMMUNES.items():
        wanted += [(district, PROVINCE), *((name, district) for name in communes)]
    return {name: by_name[name, above] for name, above in wanted if (name, above) in by_name}


def _first_name(first: Mapping[int, UnitVersion], unit_id: int | None) -> str:
    version = first.get(unit_id or 0)
    return version.name if version else ""


def engagements(units: dict[str, Unit]) -> list[Engagement]:
    """Everybody but the administrator."""
    parts = {"province": PROVINCE_PARTS, "district": DISTRICT_PARTS, "commune": COMMUNE_PARTS}
    names = _names()
    usual = [(part, unit) for unit in units.values() for part in parts[unit.kind]]
    further = [(group.part, units[place]) for group in FURTHER for place in group.places]
    return [Engagement(part, next(names), unit) for part, unit in (*usual, *further)]


def _names() -> Iterator[str]:
    """Full names without repetition for some two hundred people, men and women in turn."""
    for n in count():
        first_names = (_MEN, _WOMEN)[n % 2]
        yield f"{_FAMILIES[n % len(_FAMILIES)]} {first_names[n // 2 % len(first_names)]}"


def first_administrator() -> User:
    """The administrator, made as the command line makes the first one."""
    user = people.add(
        sign_in_name=sign_in_name(ADMINISTRATOR, None),
        full_name="Đào Quang Minh",
        position=ADMINISTRATOR.position,
        password=PASSWORD,
    )
    people.give(user, role=ADMINISTRATOR.role, unit_id=None, starts_on=clock.today())
    return user


def engage(engagement: Engagement, *, actor: User) -> User:
    """Make the account, with the password of `actor`, and the appointment, since the beginning of last year."""
    user = people.create(
        actor=actor,
        sign_in_name=engagement.sign_in_name,
        full_name=engagement.full_name,
        position=engagement.part.position,
    )
    user.password_hash = actor.password_hash  # everybody's is the one that is printed, and hashing takes its time
    people.give(
        user,
        actor=actor,
        role=engagement.part.role,
        unit_id=engagement.unit.id if engagement.unit else None,
        starts_on=clock.today().replace(year=clock.today().year - 1, month=1, day=1),
        ends_on=None,
    )
    return user
