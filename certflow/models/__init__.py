"""Everything that is stored, one module for each room."""

from certflow.models import (
    accounts,
    approval,
    authority,
    catalogue,
    criteria,
    delegation,
    dossiers,
    handling,
    impartiality,
    inheritance,
    people,
    people_import,
    results,
    units,
    working_days,
)
from certflow.models.base import db

__all__ = [
    "accounts",
    "approval",
    "authority",
    "catalogue",
    "criteria",
    "db",
    "delegation",
    "dossiers",
    "handling",
    "impartiality",
    "inheritance",
    "people",
    "people_import",
    "results",
    "units",
    "working_days",
]
