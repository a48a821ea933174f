"""Everything that is stored, one module for each room."""

from certflow.models import (
    accounts,
    approval,
    catalogue,
    criteria,
    dossiers,
    handling,
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
    "catalogue",
    "criteria",
    "db",
    "dossiers",
    "handling",
    "impartiality",
    "people",
    "results",
    "rounds",
    "rules",
    "units",
]
