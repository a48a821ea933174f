"""What a definition file says as one canonical text, and the hash by which a change is noticed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

IN_ORDER = ("stages", "states", "roles")


def canonical(table: Mapping[str, Any]) -> str:
    """The parsed TOML as JSON: keys sorted, but for the tables whose order people see. `json.loads` reads it back."""
    arranged = {key: _arranged(table[key], in_order=key in IN_ORDER) for key in sorted(table)}
    return json.dumps(arranged, ensure_ascii=False, separators=(",", ":"), default=str)


def _arranged(value: Any, *, in_order: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _arranged(value[key]) for key in (value if in_order else sorted(value))}
    return [_arranged(item) for item in value] if isinstance(value, list) else value


def fingerprint(content: str) -> str:
    """The SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()
