"""The spreadsheet of a list of people: its columns in both languages, its template and its rows."""

from dataclasses import dataclass

from certflow.catalogue import role_titles
from certflow.errors import Invalid
from certflow.gateways.spreadsheets import reading
from certflow.gateways.spreadsheets.reading import Cell, SheetRow
from certflow.gateways.spreadsheets.writing import SheetContent, csv_file, workbook
from certflow.law.specs.words import Text
from certflow.vietnamese import search_key
from certflow.wording import _, language

COLUMNS = {
    "full_name": Text("Họ và tên", "Full name"),
    "sign_in_name": Text("Tên đăng nhập", "Sign-in name"),
    "email": Text("Thư điện tử", "E-mail"),
    "position": Text("Chức vụ", "Position"),
    "role": Text("Vai trò", "Role"),
    "unit": Text("Đơn vị", "Unit"),
    "starts_on": Text("Ngày bắt đầu", "First day"),
    "ends_on": Text("Ngày kết thúc", "Last day"),
}
ALSO = {
    "ho ten": "full_name",
    "ten dang nhap": "sign_in_name",
    "email": "email",
    "dia chi thu dien tu": "email",
    "tu ngay": "starts_on",
    "den ngay": "ends_on",
    "from": "starts_on",
    "until": "ends_on",
}
OBLIGATORY = ("full_name", "sign_in_name", "role", "unit", "starts_on")
EXAMPLE = Text("VÍ DỤ (xóa dòng này):", "EXAMPLE (delete this row):")
HEADINGS_WITHIN = 10
MOST_ROWS = 5000
_KEYS = {search_key(words): name for name, text in COLUMNS.items() for words in (text.vi, text.en)} | ALSO


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One row of the list: its number and its cells by column; a column that the list lacks has an empty cell."""

    row: int
    cells: dict[str, Cell]

    def text(self, column: str) -> str:
        """The text of the cell in a column."""
        return self.cells[column].text


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a list, its unknown headings, and the number of skipped example rows."""

    entries: tuple[ListEntry, ...]
    unknown: tuple[str, ...]
    examples: int


def heading(column: str) -> str:
    """A column's heading in the reader's language."""
    return COLUMNS[column].in_language(language())


def read(content: bytes) -> Listing:
    """Read the entries of a sent file; the headings may stand in any order and have hints above them.

    Raises Invalid at the field `file`. Does not use the database.
    """
    rows = reading.rows(content, most=MOST_ROWS + HEADINGS_WITHIN)
    at = next((n for n, row in enumerate(rows[:HEADINGS_WITHIN]) if _headings(row).keys() >= {"full_name"}), None)
    if at is None:
        raise _refused(_("No headings were found in the first rows. Use the template, or copy its row of headings."))
    places = _headings(rows[at])
    missing = [heading(column) for column in OBLIGATORY if column not in places]
    if missing:
        raise _refused(
            _("These columns are missing: %(names)s. Use the headings of the template.", names="; ".join(missing))
        )
    filled = [entry for row in rows[at + 1 :] if (entry := _entry(row, places))]
    entries = tuple(entry for entry in filled if not _is_example(entry))
    if not entries:
        raise _refused(_("There is no row with a person below the headings."))
    if len(entries) > MOST_ROWS:
        raise reading.too_many_rows(MOST_ROWS)
    return Listing(entries, _unknown(rows[at]), examples=len(filled) - len(entries))


def _refused(reason: str) -> Invalid:
    return Invalid(fields={"file": (reason,)})


def _headings(row: SheetRow) -> dict[str, int]:
    """The place of each column; raises Invalid when a column stands twice."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        column = _KEYS.get(_bare(cell.text))
        if column in places:
            raise _refused(_("The column “%(name)s” appears twice.", name=heading(column)))
        if column:
            places[column] = place
    return places


def _bare(words: str) -> str:
    """A heading without what a template puts behind it: a star, a remark in brackets."""
    return search_key(words.partition("(")[0]).strip(" *:")


def _unknown(row: SheetRow) -> tuple[str, ...]:
    return tuple(cell.text[:60] for cell in row.cells if cell.text and _bare(cell.text) not in _KEYS)


def _entry(row: SheetRow, places: dict[str, int]) -> ListEntry | None:
    """The row's cells by column; None when only unknown columns are filled."""
    cells = {name: _at(row, places.get(name)) for name in COLUMNS}
    return ListEntry(row.number, cells) if any(cell.text or cell.computed for cell in cells.values()) else None


def _at(row: SheetRow, place: int | None) -> Cell:
    return row.cells[place] if place is not None and place < len(row.cells) else Cell()


def _is_example(entry: ListEntry) -> bool:
    words = search_key(entry.text("full_name"))
    return words.startswith((search_key(EXAMPLE.vi), search_key(EXAMPLE.en)))


def template_xlsx() -> bytes:
    """A workbook to fill in, in the reader's language: the list with an example, and the roles with their units."""
    headings = [_("Role"), _("Code of the role"), _("Unit of the role")]
    return workbook([_list_sheet(), SheetContent(_("Roles"), _roles_hint(), headings, rows=_roles())])


def template_csv() -> bytes:
    """The list with its example as CSV."""
    sheet = _list_sheet()
    return csv_file([sheet.headings, *sheet.examples])


def _list_sheet() -> SheetContent:
    return SheetContent(_("People"), _hint(), [heading(column) for column in COLUMNS], examples=[_example()])


def _hint() -> str:
    return _(
        "One row for each person and role; another row with the same sign-in name adds another "
        "role. Days like 15/02/2026. Unit: its code, or its name with the units above it. "
        "E-mail, position and last day may be empty. Values only, no formulas."
    )


def _roles_hint() -> str:
    return _("Write the role's name or its code. Where several roles have the same name, write the code.")


def _example() -> list[str]:
    roles = role_titles.roles()
    role = "commune_officer" if "commune_officer" in roles else next(iter(roles))
    name = f"{EXAMPLE.in_language(language())} Nguyễn Văn A"
    unit = "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai"
    return [name, "nguyenvana", "nguyenvana@example.gov.vn", _("Officer"), roles[role][0], unit, "01/01/2026", ""]


def _roles() -> list[list[str]]:
    return [
        [title, name, role_titles.kind_title(seat) if seat else _("no unit: leave it empty")]
        for name, (title, seat) in role_titles.roles().items()
    ]
