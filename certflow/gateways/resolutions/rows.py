"""The changes in a resolution file, row by row: what each may say and must say."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certflow.errors import Invalid
from certflow.gateways.resolutions.words import CHANGES, COLUMNS, EXTENTS, KINDS, NOTE, ChangeKind, shown
from certflow.gateways.unit_sources.data import UnitKind, labelled
from certflow.gateways.unit_sources.resolutions import Extent
from certflow.wording import _, _n

MOST_ROWS = 5_000
MOST_SHOWN = 60
_MOST_SAID = 100
_DIGITS: dict[UnitKind, int] = {"province": 2, "district": 3, "commune": 5}
_CODE = re.compile(r"(\d{1,5})(\.0+)?", re.ASCII)
_NEEDED: dict[ChangeKind, tuple[str, ...]] = {
    "continue": ("code", "kind"),
    "rename": ("code", "kind", "new_name"),
    "recode": ("code", "kind", "new_code"),
    "move": ("code", "kind", "parent_code"),
    "merge": ("code", "kind", "new_code"),
    "split": ("code", "kind", "new_code", "new_name"),
    "create": ("new_code", "new_name", "new_kind"),
    "end": ("code", "kind"),
}
_ALLOWED: dict[ChangeKind, tuple[str, ...]] = {
    "continue": ("extent",),
    "rename": ("new_kind", "extent"),
    "recode": ("extent",),
    "move": ("extent",),
    "merge": ("new_name", "new_kind", "parent_code", "extent"),
    "split": ("new_kind", "parent_code", "extent"),
    "create": ("parent_code",),
    "end": ("extent",),
}


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """One row. `code` and `kind` are the unit before (None for "create"), the rest is what it becomes.

    `new_kind` is never missing where there is a new unit; `parent_code` None leaves the parent as it was, or for a
    new unit takes the parent of its predecessors. `row` is the row's number in the spreadsheet.
    """

    row: int
    change: ChangeKind
    code: str | None
    kind: UnitKind | None
    new_code: str | None
    new_name: str | None
    new_kind: UnitKind | None
    parent_code: str | None
    extent: Extent
    cites: str


class Faults:
    """Everything that is wrong with a file, said together when it has been read to its end."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def add(self, row: int | None, column: str | None, words: str) -> None:
        """`column` is a name of `COLUMNS` or `HEAD`; no row means the head as a whole."""
        where = {"row": row, "column": shown(column) if column else "", "words": words}
        if row is not None and column:
            words = _("Row %(row)s, “%(column)s”: %(words)s", **where)
        elif row is not None:
            words = _("Row %(row)s: %(words)s", **where)
        elif column:
            words = _("“%(column)s”: %(words)s", **where)
        self._said.append(words)

    def __len__(self) -> int:
        return len(self._said)

    def refuse(self) -> None:
        """Raises Invalid when there are faults, the first hundred of them and how many more there are."""
        if not self._said:
            return
        more = len(self._said) - _MOST_SAID
        rest = [_n("%(num)s more fault.", "%(num)s more faults.", more)] if more > 0 else []
        raise Invalid(*self._said[:_MOST_SAID], *rest)


def columns(row: tuple[int, list[str]], faults: Faults) -> Mapping[str, int]:
    """Where each column stands; a name that is not known or given twice is a fault."""
    number, cells = row
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = COLUMNS.find(cell)
        if name is None and cell:
            names = ", ".join(shown(each) for each in COLUMNS.meanings)
            words = _("“%(name)s” is not a column; the columns are: %(known)s.", name=cell[:MOST_SHOWN], known=names)
            faults.add(number, None, words)
        elif name in places and name != NOTE:
            faults.add(number, name, _("This column appears twice; keep one."))
        elif name:
            places[name] = place
    return places


def changes(
    rows: Iterable[tuple[int, list[str]]], places: Mapping[str, int], faults: Faults
) -> tuple[ResolutionRow, ...]:
    """The changes of the rows that have no fault of their own, in order; a row with a note alone is none."""
    parsed = []
    any_change = False
    for number, cells in rows:
        texts = {name: cells[at] for name, at in places.items() if at < len(cells) and cells[at]}
        if len(texts) < sum(map(bool, cells)):
            faults.add(number, None, _("A cell of this row has no column name above it."))
        if texts.keys() - {NOTE}:
            any_change = True
            parsed.append(_Row(number, texts, faults).change())
    if not any_change:
        faults.add(None, None, _("The file has no changes."))
    return tuple(change for change in parsed if change)


class _Row:
    """One row by the names of its columns; every reading adds its own fault and gives None."""

    def __init__(self, number: int, texts: dict[str, str], faults: Faults) -> None:
        self.said = texts
        self._number = number
        self._faults = faults

    def change(self) -> ResolutionRow | None:
        what = CHANGES.find(self.said.get("change", ""))
        if what is None:
            self._fault("change", _("Write one of: %(words)s.", words=CHANGES.choices))
            return None
        before = len(self._faults)
        self._presence(what)
        kind = self._kind("kind")
        new_kind = self._kind("new_kind") or kind
        change = ResolutionRow(
            row=self._number, change=what, kind=kind, code=self._code("code", kind),
            new_code=self._code("new_code", new_kind), new_name=self._name(new_kind),
            new_kind=None if what == "end" else new_kind, parent_code=self._parent(new_kind or kind),
            extent=self._extent(what), cites=self.said.get("cites", ""),
        )  # fmt: skip
        if kind and new_kind and kind != new_kind and what in ("rename", "split"):
            self._fault("new_kind", _("This change keeps the tier; write a unit of another tier as a merge."))
        return change if len(self._faults) == before else None

    def _fault(self, column: str, words: str) -> None:
        self._faults.add(self._number, column, words)

    def _presence(self, what: ChangeKind) -> None:
        needed = _NEEDED[what]
        if what == "create" and KINDS.find(self.said.get("new_kind", "")) != "province":
            needed += ("parent_code",)
        for column in needed:
            if column not in self.said:
                self._fault(column, _("This cell must be filled for this change."))
        for column in self.said:
            if column not in (*needed, *_ALLOWED[what], "change", "cites", NOTE):
                words = _("This change does not use this cell; leave it empty, or write its content in another row.")
                self._fault(column, words)

    def _kind(self, column: str) -> UnitKind | None:
        text = self.said.get(column)
        kind = KINDS.find(text or "")
        if text and kind is None:
            self._fault(column, _("Write one of: %(words)s.", words=KINDS.choices))
        return kind

    def _code(self, column: str, kind: UnitKind | None) -> str | None:
        text = self.said.get(column)
        if text is None or kind is None:
            return None
        code = _as_code(text, _DIGITS[kind])
        if code is None:
            words = _("A unit of this kind has a code of %(digits)s digits.", digits=_DIGITS[kind])
            self._fault(column, words)
        return code

    def _parent(self, kind: UnitKind | None) -> str | None:
        """A commune's parent is a province, or, where three digits are written, a district of the time before."""
        text = self.said.get("parent_code")
        if text is None or kind is None:
            return None
        if kind == "province":
            self._fault("parent_code", _("A province has no unit above it here; leave this cell empty."))
            return None
        digits = 3 if kind == "commune" and len(text) == 3 else 2
        code = _as_code(text, digits)
        if code is None:
            self._fault("parent_code", _("Write the code of the province, two digits."))
        return code

    def _name(self, kind: UnitKind | None) -> str | None:
        text = self.said.get("new_name")
        if text is None or kind is None:
            return None
        name = labelled(kind, text)
        if name is None:
            self._fault("new_name", _("Write the full name with the kind of unit, for example “Phường Trị An”."))
        return " ".join(name) if name else None

    def _extent(self, what: ChangeKind) -> Extent:
        usual: Extent = "part" if what == "split" else "whole"
        text = self.said.get("extent")
        if text is None:
            return usual
        extent = EXTENTS.find(text)
        if extent is None:
            self._fault("extent", _("Write one of: %(words)s.", words=EXTENTS.choices))
        elif what != "merge" and extent != usual:
            words = (
                _("Each row of a split is one part.")
                if what == "split"
                else _("This change applies to the whole unit.")
            )
            self._fault("extent", words)
        return extent or usual


def _as_code(text: str, digits: int) -> str | None:
    """The zeros that a spreadsheet took away come back; None where it is no code of so many digits."""
    match = _CODE.fullmatch(unicodedata.normalize("NFKC", text))
    code = match.group(1).zfill(digits) if match else ""
    return code if len(code) == digits and code.strip("0") else None
