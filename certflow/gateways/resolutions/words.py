"""The words of a resolution file in both languages: what they stand for, and what they are called to the reader."""

import re
import unicodedata
from datetime import date
from typing import Generic, Literal, TypeVar

from certflow.gateways.unit_sources.data import UnitKind
from certflow.gateways.unit_sources.resolutions import Extent
from certflow.wording import _

ChangeKind = Literal["continue", "rename", "recode", "move", "merge", "split", "create", "end"]

_LONGEST = 60

Meaning = TypeVar("Meaning", bound=str)


def folded(text: str) -> str:
    """A word as it is compared: without marks, capitals, underscores, a final colon and double blanks."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d").replace("_", " "))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split()).rstrip(" :")


class Words(Generic[Meaning]):
    """Words that mean something in a file, spelled in full; they are found without marks and capitals too."""

    def __init__(self, spelled: dict[str, Meaning]) -> None:
        self.spelled = tuple(spelled)
        self._meanings = {folded(word): meaning for word, meaning in spelled.items()}
        self.meanings = tuple(dict.fromkeys(spelled.values()))
        groups = [[word for word in spelled if spelled[word] == meaning] for meaning in self.meanings]
        self.choices = ", ".join(f"{same[0]} ({same[-1]})" for same in groups)

    def find(self, word: str) -> Meaning | None:
        """What a word means; None for one that is not known."""
        return self._meanings.get(folded(word)) if len(word) <= _LONGEST else None


NOTE = "note"
HEAD = Words(
    {
        "số": "number",
        "số, ký hiệu": "number",
        "number": "number",
        "tên": "title",
        "trích yếu": "title",
        "title": "title",
        "cơ quan ban hành": "issued_by",
        "issued by": "issued_by",
        "ngày ban hành": "dated",
        "dated": "dated",
        "ngày hiệu lực": "effective_on",
        "effective on": "effective_on",
        "nguồn": "source",
        "source": "source",
        "ghi chú": NOTE,
        "note": NOTE,
    }
)
COLUMNS = Words(
    {
        "thay đổi": "change",
        "change": "change",
        "mã": "code",
        "code": "code",
        "loại": "kind",
        "kind": "kind",
        "mã mới": "new_code",
        "new code": "new_code",
        "tên mới": "new_name",
        "new name": "new_name",
        "loại mới": "new_kind",
        "new kind": "new_kind",
        "mã cha": "parent_code",
        "parent code": "parent_code",
        "phạm vi": "extent",
        "extent": "extent",
        "căn cứ": "cites",
        "cites": "cites",
        "ghi chú": NOTE,
        "note": NOTE,
    }
)
CHANGES: Words[ChangeKind] = Words(
    {
        "đổi tên": "rename",
        "rename": "rename",
        "đổi mã": "recode",
        "recode": "recode",
        "chuyển": "move",
        "move": "move",
        "nhập": "merge",
        "sáp nhập": "merge",
        "merge": "merge",
        "chia": "split",
        "tách": "split",
        "split": "split",
        "thành lập": "create",
        "create": "create",
        "giải thể": "end",
        "end": "end",
        "giữ nguyên": "continue",
        "continue": "continue",
    }
)
KINDS: Words[UnitKind] = Words(
    {
        "tỉnh": "province",
        "cấp tỉnh": "province",
        "thành phố trực thuộc trung ương": "province",
        "province": "province",
        "huyện": "district",
        "cấp huyện": "district",
        "district": "district",
        "xã": "commune",
        "phường": "commune",
        "thị trấn": "commune",
        "đặc khu": "commune",
        "cấp xã": "commune",
        "commune": "commune",
    }
)
EXTENTS: Words[Extent] = Words(
    {
        "toàn bộ": "whole",
        "whole": "whole",
        "một phần": "part",
        "phần còn lại": "part",
        "part": "part",
    }
)

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( 0{1,2}:00(:00)?)?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})([T ]00:00(:00)?)?", re.ASCII)


def shown(name: str) -> str:
    """A column or head row by its name to the reader."""
    return {
        "number": _("number"),
        "title": _("title"),
        "issued_by": _("issued by"),
        "dated": _("dated"),
        "effective_on": _("effective on"),
        "source": _("source"),
        "note": _("note"),
        "change": _("change"),
        "code": _("code"),
        "kind": _("kind"),
        "new_code": _("new code"),
        "new_name": _("new name"),
        "new_kind": _("new kind"),
        "parent_code": _("parent code"),
        "extent": _("extent"),
        "cites": _("cites"),
    }[name]


def as_date(text: str) -> date | None:
    """A day as written in Vietnam or by ISO 8601; None where it is neither, the month before the day included."""
    local, iso = _DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    if local:
        day, month, year = local.group(1, 2, 3)
    elif iso:
        year, month, day = iso.group(1, 2, 3)
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
