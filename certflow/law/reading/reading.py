"""Careful reading of TOML tables: every access notes a fault with file, key and reason instead of failing."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from certflow.law.specs.words import Text

WHOLE_NUMBER = "a whole number"
NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}([./][0-9]{1,15})?\s*\Z")  # "1e999999999" would never be computed


class Reader:
    """One table of one file; faults are collected in a list that the readers of all its parts share.

    `note` adds a fault at a place to the list where the table is made of several files.
    """

    def __init__(
        self,
        path: str,
        table: Mapping[str, Any],
        faults: list[str],
        where: str = "",
        note: Callable[[str, str], None] | None = None,
    ) -> None:
        self.path, self.table, self.faults, self.where, self.note = path, table, faults, where, note
        self.read: set[str] = set()

    def fault(self, key: str, reason: str) -> None:
        """Note that `key` of this table is wrong, and why."""
        place = ".".join(part for part in (self.where, key) if part)
        if self.note:
            self.note(place, reason)
        else:
            self.faults.append(f"{self.path}: {place}: {reason}")

    def has(self, key: str) -> bool:
        """Whether the table says anything under `key`."""
        return key in self.table

    def require_known(self, key: str, name: str, names: Collection[str], what: str) -> None:
        """Note a fault under `key` when `name` is none of `names`; `what` they are called in it."""
        if name not in names:
            self.fault(key, f"{name!r} is no {what}; choose one of {', '.join(sorted(names))}")

    def _get(self, key: str, kind: Any, words: str, default: Any) -> Any:
        self.read.add(key)
        if key not in self.table:
            if default is None:
                self.fault(key, f"is missing; give {words}")
            return default
        value = self.table[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            self.fault(key, f"must be {words}, not {value!r}")
            return default
        return value

    def words(self, key: str, default: str | None = None) -> str:
        """A non-empty string."""
        value = self._get(key, str, "a text", default)
        if isinstance(value, str) and not value.strip() and default is None and key in self.table:
            self.fault(key, "is empty; give a text")
        return value or ""

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value = self._get(key, int, WHOLE_NUMBER, default)
        if isinstance(value, int) and value < least:
            self.fault(key, f"must be at least {least}, not {value}")
        return int(value or 0)

    def truth(self, key: str) -> bool:
        """true or false, said outright."""
        value = self._get(key, bool, "true or false", None)
        return bool(value)

    def instant(self, key: str) -> dt.datetime:
        """A point in time with its zone, such as 2025-02-15T23:59:59+07:00."""
        value = self._get(key, dt.datetime, "an instant with its zone", None)
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return value
        if isinstance(value, dt.datetime):
            self.fault(key, "says no zone; write 2025-02-15T23:59:59+07:00")
        return dt.datetime.min.replace(tzinfo=dt.UTC)

    def day(self, key: str, default: str | None = None) -> dt.date | None:
        """A date written 31/12/2025; None for "" or for what is no date, which is a fault."""
        text = self.words(key, default)
        try:
            return dt.datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=dt.UTC).date() if text else None
        except ValueError:
            self.fault(key, f"{text!r} is no date; write 31/12/2025")
            return None

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> Any:
        """One of `choices`."""
        value = self.words(key, default)
        if value and value not in choices:
            self.fault(key, f"is unknown: {value!r}; choose one of {', '.join(filter(None, choices))}")
            return choices[0]
        return value or choices[0]

    def text(self, key: str, *, optional: bool = False) -> Text | None:
        """Words in both languages; a missing translation is a fault."""
        if optional and key not in self.table:
            self.read.add(key)
            return None
        value = self._get(key, dict, 'words in both languages: { vi = "...", en = "..." }', None)
        if not isinstance(value, dict):
            return Text("", "")
        return self._text(key, value)

    def _text(self, key: str, value: Mapping[str, Any]) -> Text:
        for language in ("vi", "en"):
            words = value.get(language)
            if not isinstance(words, str) or not words.strip():
                self.fault(f"{key}.{language}", "the translation is missing")
        for other in set(value) - {"vi", "en"}:
            self.fault(f"{key}.{other}", "is not known here; languages are vi and en")
        return Text(str(value.get("vi", "")), str(value.get("en", "")))

    def list_of_words(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """A list of non-empty strings."""
        value = self._get(key, list, "a list of texts", [] if optional else None)
        items = value if isinstance(value, list) else []
        for item in items:
            if not isinstance(item, str) or not item.strip():
                self.fault(key, f"must be a list of texts; this is none: {item!r}")
        if not optional and value is not None and not items:
            self.fault(key, "is empty; name at least one")
        return tuple(item for item in items if isinstance(item, str))

    def fractions(self, key: str) -> tuple[Fraction, ...]:
        """A list of exact numbers (whole, or decimals as text such as "10.5"); () when absent."""
        value = self._get(key, list, "a list of numbers", [])
        result = []
        for item in value:
            number = self._exact(key, item)
            if number is not None:
                result.append(number)
        return tuple(result)

    def fraction(self, key: str, default: Fraction | None = None) -> Fraction:
        """An exact number that people can write, of at most two decimals: 60 or "10.5"."""
        value = self._get(key, int | str, 'a number such as 60 or "10.5"', default)
        number = value if isinstance(value, Fraction) else self._exact(key, value) if value is not None else None
        if number is not None and (number * 100).denominator != 1:
            self.fault(key, f"{value!r} has more than two decimals; round it")
        return Fraction(0) if number is None else number

    def _exact(self, key: str, item: Any) -> Fraction | None:
        try:
            if isinstance(item, bool) or not isinstance(item, int | str) or not NUMBER.match(str(item)):
                raise ValueError
            return Fraction(item)
        except (ValueError, ZeroDivisionError):
            self.fault(key, f'is no exact number: {item!r}; write 60 or "10.5"')
            return None

    def table_at(self, key: str) -> "Reader":
        """The table under `key`."""
        value = self._get(key, dict, "a table", None)
        return self.part(key, value if isinstance(value, dict) else {})

    def tables(self, key: str, *, optional: bool = False) -> list["Reader"]:
        """The array of tables under `key`, each named by its position."""
        value = self._get(key, list, "a list of tables", [] if optional else None)
        items = value if isinstance(value, list) else []
        if not items and not optional and value is not None:
            self.fault(key, "is empty; give at least one")
        return [self.part(f"{key}[{n}]", item) for n, item in enumerate(items, 1) if self._is_table(key, n, item)]

    def named_tables(self, key: str) -> dict[str, "Reader"]:
        """The tables under `key` by their names."""
        inner = self.table_at(key)
        inner.read.update(inner.table)
        return {name: inner.part(name, item) for name, item in inner.table.items() if inner._is_table(name, 0, item)}

    def part(self, key: str, table: Mapping[str, Any]) -> "Reader":
        """A reader of a table inside this one, sharing the list of faults."""
        where = ".".join(p for p in (self.where, key) if p)
        return Reader(self.path, table, self.faults, where, self.note)

    def _is_table(self, key: str, position: int, item: Any) -> bool:
        if isinstance(item, dict):
            return True
        self.fault(f"{key}[{position}]" if position else key, f"must be a table, not {item!r}")
        return False

    @contextmanager
    def whole(self) -> Iterator["Reader"]:
        """Read this table to its end: what nobody asked for is a fault, so that a mistyped key is seen."""
        yield self
        for key in sorted(set(self.table) - self.read):
            self.fault(key, "is not known here; is it mistyped?")
