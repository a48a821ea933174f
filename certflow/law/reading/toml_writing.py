"""A criteria set as the text of a TOML file, which reads back as the same table."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

ORDER = ("name", "version", "method", "title", "number", "kind", "most", "step", "total", "at_least", "band", "below")


def toml_text(table: Mapping[str, Any]) -> str:
    """The file: values first, then arrays of tables as their own sections."""
    return "\n".join(_section(table, "")).strip() + "\n"


def _section(table: Mapping[str, Any], where: str) -> Iterator[str]:
    keys = sorted(table, key=lambda key: (ORDER.index(key) if key in ORDER else len(ORDER), key))
    for key in keys:
        if not _is_tables(table[key]):
            yield f"{_key(key)} = {_value(table[key])}"
    for key in sorted(keys):
        if _is_tables(table[key]):
            place = f"{where}{_key(key)}"
            for item in table[key]:
                yield f"\n[[{place}]]"
                yield from _section(item, f"{place}.")


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").isalnum() else _value(key)
