"""Everything that is stored, one module for each room."""

from certflow.models import (
    accounts,
    approval,
    audit,
    criteria,
    dossiers,
    impartiality,
    people,
    results,
    rounds,
    rules,
    units,
)
from certflow.models.base import db

__all__ = [
    "accounts",
    "approval",
    "audit",
    "criteria",
    "db",
    "dossiers",
    "impartiality",
    "people",
    "results",
    "rounds",
    "rules",
    "units",
]
