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
from certflow.models.running import clocks, leases

__all__ = [
    "accounts",
    "approval",
    "audit",
    "clocks",
    "criteria",
    "db",
    "dossiers",
    "impartiality",
    "leases",
    "people",
    "results",
    "rounds",
    "rules",
    "units",
]
