"""A definition that extends another: its file says only what differs, and is made whole before it is read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certflow.law.reading.reading import Reader

EXTENDS = "extends"
OWN = ("name", "version")  # never taken from the extended definition
# The lists whose entries have names, with the key that holds the name; any other list is one value.
NAMED_BY = {
    "transitions": "action",
    "deadlines": "name",
    "criteria": "number",
    "indicators": "number",
    "parts": "key",
    "bands": "name",
    "actions": "name",
    "cases": "name",
}
POSITION = re.compile(r"\[(\d+)\](?: \(\w+\))?")

Key = tuple[str, int]
Table = Mapping[str, Any]
Layer = tuple[str, Table]


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole table of the definition in the file `path`.

    `layers` are the files it is made of, each with the table it says itself: its own first, then the extended ones.
    """

    path: str
    table: Table
    layers: tuple[Layer, ...]

    def reader(self, faults: list[str]) -> Reader:
        """A reader of the whole table, whose faults go to `faults`."""
        return Reader(self.path, self.table, faults, note=self.noting(faults))

    def faulty(self, faults: list[str]) -> bool:
        """Whether `faults` holds one of any file the definition is made of."""
        return _any_of(self.layers, faults)

    def noting(self, faults: list[str]) -> Callable[[str, str], None]:
        """A function that adds to `faults` what is wrong at a place of the whole table.

        This definition is named, for what it extends is sound by itself; and the file in which the place is written.
        """

        def note(place: str, reason: str) -> None:
            names, rest = _resolved(self.table, place) if self.layers[1:] else ([], place)
            path = self._written_in(names)
            remark = "" if path == self.path else f" (written in {path})"
            faults.append(f"{self.path}: {'.'.join(names)}{rest}: {reason}{remark}")

        return note

    def _written_in(self, names: list[str]) -> str:
        """The first layer that says something at the place, or at the nearest place around it."""
        for length in range(len(names), 0, -1):
            for path, table in self.layers:
                if _at(table, names[:length]) is not None:
                    return path
        return self.path


class Sources:
    """The tables of all files of one kind by path, in which `extends` is looked up.

    `paths` are the files by the name and version that they are extended by; without it, what their tables say.
    """

    def __init__(self, tables: Mapping[str, Table], paths: Mapping[Key, str] | None = None) -> None:
        self._tables = tables
        self._paths = _paths(tables) if paths is None else paths

    def wholes(self, faults: list[str]) -> dict[str, Whole]:
        """Every definition by its path, but those that cannot be made, which are faults."""
        wholes = {path: self.whole(path, faults) for path in self._tables}
        return {path: whole for path, whole in wholes.items() if whole is not None}

    def whole(self, path: str, faults: list[str]) -> Whole | None:
        """The whole definition in `path`; None when it cannot be made.

        Only what `path` itself says wrongly is added to `faults`: an extended file is told of by itself.
        """
        layers: dict[str, Table] = {}
        leaving_out: list[tuple[str, ...]] = []
        current: str | None = path
        while current is not None and current not in layers:
            table = self._tables[current]
            reader = Reader(current, table, [] if layers else faults)
            layers[current] = {key: value for key, value in table.items() if key != EXTENDS}
            if not reader.has(EXTENDS):
                return _made(tuple(layers.items()), leaving_out, faults)
            current, without = self._extended(reader.table_at(EXTENDS))
            leaving_out.append(without)
        if current == path:
            around = " -> ".join([*layers, path])
            faults.append(f"{path}: {EXTENDS}: leads back to this file: {around}; name another definition")
        return None

    def _extended(self, reader: Reader) -> tuple[str | None, tuple[str, ...]]:
        """The file that is extended, or None and a fault; and the places of it that are left out."""
        with reader.whole():
            name, version = reader.words("name"), reader.number("version", least=1)
            without = reader.list_of_words("without", optional=True)
        path = self._paths.get((name, version))
        if path in self._tables:
            return path, without
        if name and version:
            reader.fault("", f"there is no {name!r} version {version} to extend; name a definition that has a file")
        return None, without


def reported(faults: list[str], wholes: Iterable[Whole]) -> tuple[str, ...]:
    """`faults` but those of definitions that extend a faulty file: they are known when that file is mended."""
    hidden = tuple(f"{whole.path}: " for whole in wholes if _any_of(whole.layers[1:], faults))
    return tuple(fault for fault in faults if not fault.startswith(hidden))


def _any_of(layers: tuple[Layer, ...], faults: list[str]) -> bool:
    return any(fault.startswith(f"{path}: ") for fault in faults for path, _table in layers)


def _paths(tables: Mapping[str, Table]) -> dict[Key, str]:
    paths: dict[Key, str] = {}
    for path, table in tables.items():
        name, version = table.get("name"), table.get("version")
        if isinstance(name, str) and isinstance(version, int):
            paths.setdefault((name, version), path)
    return paths


def _made(layers: tuple[Layer, ...], leaving_out: list[tuple[str, ...]], faults: list[str]) -> Whole:
    """The last layer changed by each one before it, after what that one leaves out has been taken away."""
    whole = layers[-1][1]
    for (path, table), without in zip(layers[-2::-1], reversed(leaving_out), strict=True):
        extended = {key: value for key, value in whole.items() if key not in OWN}
        for place in without:
            shorter = _without(extended, place)
            if shorter == extended and path == layers[0][0]:
                faults.append(f"{path}: {EXTENDS}.without: {place!r} is not in the extended definition")
            extended = shorter
        whole = _merged(extended, table)
    return Whole(layers[0][0], whole, layers)


def _entries(value: Any, key: str) -> dict[Any, Any]:
    """What is in a table, or in the list of named entries under `key`, by name; what has no name of its own by none."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or key not in NAMED_BY:
        return {}
    names = [entry.get(NAMED_BY[key]) if isinstance(entry, dict) else None for entry in value]
    single = [isinstance(name, str | int) and names.count(name) == 1 for name in names]
    return {str(n) if is_name else object(): entry for n, is_name, entry in zip(names, single, value, strict=True)}


def _merged(extended: Any, own: Any, key: str = "") -> Any:
    """`extended` changed by `own`: tables and lists of named entries entry by entry, any other value as a whole.

    A new entry stands in the place that `own` gives it among the entries of both; at the end when there are none.
    """
    by_entries = isinstance(own, dict) or (isinstance(own, list) and key in NAMED_BY)
    if type(extended) is not type(own) or not by_entries:
        return own
    entries, changes = _entries(extended, key), _entries(own, key)
    both = [name for name in changes if name in entries]
    order = list(entries)
    position = order.index(both[0]) if both else len(order)
    for name in changes:
        if name in entries:
            position = order.index(name)
        else:
            order.insert(position, name)
        position += 1
    merged = entries | changes | {name: _merged(entries[name], changes[name], name) for name in both}
    return _like(own, {name: merged[name] for name in order})


def _like(value: Any, entries: dict[Any, Any]) -> Any:
    return entries if isinstance(value, dict) else list(entries.values())


def _without(value: Any, place: str, key: str = "") -> Any:
    """`value` without the entry at `place`, such as states.submitted; as it was when there is none."""
    entries, rest = _entries(value, key), {}
    for name, entry in entries.items():
        if isinstance(name, str) and place.startswith(f"{name}."):
            rest[name] = _without(entry, place.removeprefix(f"{name}."), name)
        elif name != place:
            rest[name] = entry
    return _like(value, rest) if entries else value


def _at(table: Any, names: list[str]) -> Any:
    """What a table says at the place; None for nothing."""
    key = ""
    for name in names:
        table, key = _entries(table, key).get(name), name
    return table


def _resolved(table: Any, place: str) -> tuple[list[str], str]:
    """The names that lead to a place, with names for positions in lists; and the rest of it that is not there."""
    names: list[str] = []
    entries, rest = _entries(table, ""), place
    while step := _step(entries, rest):
        name, rest = step
        names.append(name)
        entries = _entries(entries[name], name)
    return names, rest


def _step(entries: dict[Any, Any], place: str) -> tuple[str, str] | None:
    """The name of the entry in which a place lies, and what of the place remains; None when there is no such entry."""
    names = list(entries)
    if position := POSITION.match(place):
        name = dict(enumerate(names, 1)).get(int(position[1]))
        return (name, place[position.end() :]) if isinstance(name, str) else None
    place = place.removeprefix(".")
    for name in names:
        if isinstance(name, str) and (place == name or place.startswith((f"{name}.", f"{name}["))):
            return name, place.removeprefix(name)
    return None
