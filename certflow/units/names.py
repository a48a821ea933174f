"""Units by code or by name with the units above, for a whole list at once: one query, however many are asked for."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from certflow.catalogue.units import standing
from certflow.models.base import db
from certflow.models.units import Unit
from certflow.vietnamese import search_key

CODE_LENGTH = {"province": 2, "district": 3, "commune": 5}


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as lists of people name it."""

    id: int
    code: str
    kind: str
    name: str
    short_name: str
    parent_id: int | None
    key: str

    @property
    def short_key(self) -> str:
        """The short name's key: as many of the last words of the full name's as the short name has."""
        return " ".join(self.key.split()[-len(self.short_name.split()) :])


class UnitNames:
    """All units as they are now, to look up what people wrote."""

    def __init__(self) -> None:
        columns = (Unit.id, Unit.code, Unit.kind, Unit.name, Unit.short_name, Unit.parent_id, Unit.search_key)
        self._by_id = {row.id: Named(*row) for row in db.session.execute(select(*columns).where(standing()))}
        self._by_code = {unit.code.casefold(): unit for unit in self._by_id.values()}
        self._by_key: dict[str, list[Named]] = defaultdict(list)
        for unit in self._by_id.values():
            for key in {unit.key, unit.short_key}:
                self._by_key[key].append(unit)

    def found(self, words: str, kind: str) -> list[Named]:
        """The units of `kind` meant by an official code or by "Xã Xuân Tây, Huyện Cẩm Mỹ"; accents only tell apart.

        A code whose first zeros a spreadsheet program took for those of a number is found too.
        """
        code = words.casefold()
        if code.isdecimal() and code.isascii():
            code = code.zfill(CODE_LENGTH.get(kind, 0)) if code not in self._by_code else code
        if code in self._by_code:
            unit = self._by_code[code]
            return [unit] if unit.kind == kind else []
        parts = [part.strip() for part in words.split(",")]
        fitting = [unit for unit in self._by_key[search_key(parts[0])] if unit.kind == kind]
        fitting = [unit for unit in fitting if self._lies_in(unit, parts[1:])]
        exact = [unit for unit in fitting if parts[0].casefold() in (unit.name.casefold(), unit.short_name.casefold())]
        return exact or fitting

    def _lies_in(self, unit: Named, above: list[str]) -> bool:
        """Whether units of these names lie above, from below upwards; some may be left out."""
        wanted = [search_key(name) for name in above if name]
        step = self._parent(unit)
        while wanted and step is not None:
            if wanted[0] in (step.key, step.short_key):
                wanted.pop(0)
            step = self._parent(step)
        return not wanted

    def _parent(self, unit: Named) -> Named | None:
        return self._by_id[unit.parent_id] if unit.parent_id is not None else None

    def full_name(self, unit: Named) -> str:
        """A unit with the units above it: "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai"."""
        names, step = [unit.name], self._parent(unit)
        while step is not None:
            names.append(step.name)
            step = self._parent(step)
        return ", ".join(names)
