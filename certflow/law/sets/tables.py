"""A department's own set by points while it is written: the table of its file, in which anything may be missing yet.

Numbers are kept as they were typed, with a decimal point where they are numbers; groups and rows are counted from 1.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certflow.law.reading.reading import NUMBER
from certflow.law.specs.form import FormSpec

Content = dict[str, Any]

PARTS = ("total", "criteria", "bands", "caps")
USUAL_TOTAL, USUAL_STEP = "100", "0.5"
PLACE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?\Z")
KEYS_OF = {
    "points": ("number", "kind", "title", "definition_hint", "evidence_hint", "source", "most", "step"),
    "yes_no": ("number", "kind", "title", "definition_hint", "evidence_hint", "source", "most"),
    "text": (
        *("number", "kind", "title", "definition_hint", "evidence_hint", "source"),
        *("part", "optional", "least_characters"),
    ),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the department says of its set as a whole; `number` is the paper's kind and number."""

    name: str
    version: int
    title_vi: str
    title_en: str
    number: str
    dated: dt.date | None
    issuer: str

    @property
    def document(self) -> str:
        """The paper as it is cited."""
        return f"{self.number} ngày {self.dated:%d/%m/%Y} của {self.issuer}" if self.dated else self.number


def first_content(default: FormSpec) -> Content:
    """What a new set begins with: those groups of the family's default set that bring points, without its rows.

    Of the rating of learning centres these are the four of the ministry's guidance, each with its source.
    """
    groups = [criterion for criterion in default.criteria if criterion.most]
    return {
        "total": USUAL_TOTAL,
        "criteria": [
            {"title": {"vi": group.title.vi, "en": group.title.en}, "source": group.source, "indicators": []}
            for group in groups
        ],
        "bands": [],
        "caps": [],
    }


def content_of(table: Mapping[str, Any]) -> Content:
    """The part of a file's table that is a set's content; its head is left to the department's own page."""
    return {key: deepcopy(table[key]) for key in PARTS if key in table}


def table_of(content: Content, head: Head) -> dict[str, Any]:
    """The whole table, as a file says it: numbered, with what only the other kinds of rows use left out."""
    table = deepcopy(content)
    for number, group in enumerate(table.get("criteria", ()), 1):
        group["number"] = number
        rows = group.get("indicators", [])
        group["indicators"] = [_row(row, position) for position, row in enumerate(rows, 1)]
    return completed(table, head)


def _row(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    keys = KEYS_OF.get(row.get("kind", ""), KEYS_OF["points"])
    return {key: value for key, value in {**row, "number": number}.items() if key in keys}


def completed(table: Mapping[str, Any], head: Head) -> dict[str, Any]:
    """`table` with its head, each part's source where it names none, and Vietnamese words where English are missing."""
    cited = head.document or "–"
    whole: dict[str, Any] = deepcopy(dict(table)) | {
        "name": head.name,
        "version": head.version,
        "method": "points",
        "title": {"vi": head.title_vi, "en": head.title_en},
        "source": cited,
        "method_source": cited,
        "trust": "department",
        "trust_note": {
            "vi": f"Bộ tiêu chí do {head.issuer or 'sở giáo dục và đào tạo'} ban hành",
            "en": f"Criteria set of the education department ({head.issuer or '–'})",
        },
    }
    whole.setdefault("criteria", [])
    whole.setdefault("bands", [])
    for part in ("criteria", "bands", "caps"):
        for item in _tables(whole.get(part)):
            if not item.get("source"):
                item["source"] = cited
    for item in (whole, *_nested(whole)):
        _fill_english(item)
    return whole


def _nested(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("criteria", "bands", "caps"):
        for item in _tables(table.get(part)):
            yield item
            yield from _tables(item.get("indicators"))


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _fill_english(item: Mapping[str, Any]) -> None:
    for key in ("title", "definition_hint", "evidence_hint"):
        words = item.get(key)
        if isinstance(words, dict) and not words.get("en") and words.get("vi"):
            words["en"] = words["vi"]


def points(content: Content) -> Fraction:
    """The points that all rows bring together; what is no number counts as none."""
    return sum((most(row) for group in content.get("criteria", ()) for row in group.get("indicators", ())), Fraction(0))


def most(row: Mapping[str, Any]) -> Fraction:
    """The points that a row brings; none where they are not written yet."""
    if row.get("kind") == "text":
        return Fraction(0)
    text = str(row.get("most", ""))
    try:
        return Fraction(text) if NUMBER.match(text) else Fraction(0)
    except ZeroDivisionError:
        return Fraction(0)


def without_row(content: Content, group: int, row: int) -> Content:
    """The content without one row; caps that looked at it look at nothing, others follow the new numbers."""
    changed = deepcopy(content)
    del changed["criteria"][group - 1]["indicators"][row - 1]
    _follow(changed, lambda g, r: None if (g, r) == (group, row) else (g, r - (g == group and r > row)))
    return changed


def without_group(content: Content, group: int) -> Content:
    """The content without one group, as `without_row`."""
    changed = deepcopy(content)
    del changed["criteria"][group - 1]
    _follow(changed, lambda g, r: None if g == group else (g - (g > group), r))
    return changed


def _follow(content: Content, moved: Callable[[int, int], tuple[int, int] | None]) -> None:
    for cap in content.get("caps", ()):
        looked_at = looks_at(cap)
        if looked_at is not None:
            look_at(cap, moved(*looked_at))


def looks_at(cap: Mapping[str, Any]) -> tuple[int, int] | None:
    """The group and the row (0 for the group as a whole) whose points a cap looks at; None for none."""
    match = PLACE.match(str(cap.get("indicator") or cap.get("criterion") or ""))
    return (int(match[1]), int(match[2] or 0)) if match else None


def look_at(cap: dict[str, Any], place: tuple[int, int] | None) -> None:
    """Let a cap look at a group or a row, as `looks_at` gives it."""
    cap.pop("indicator", None)
    cap.pop("criterion", None)
    if place is not None and place[1]:
        cap["indicator"] = f"{place[0]}.{place[1]}"
    elif place is not None:
        cap["criterion"] = place[0]


def new_band_name(content: Content) -> str:
    """A name for one more band that no other has."""
    names = {band.get("name") for band in content.get("bands", ())}
    return next(name for name in (f"band_{n}" for n in range(1, len(names) + 2)) if name not in names)
