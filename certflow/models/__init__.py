"""Everything that is stored."""

from certflow.models import (
    accounts,
    authority,
    calendar,
    delegation,
    dossier,
    handling,
    impartiality,
    inheritance,
    people,
    people_import,
    places,
    proposals,
    published,
    rating_sets,
    recognition,
)
from certflow.models.base import db

__all__ = [
    "accounts",
    "authority",
    "calendar",
    "db",
    "delegation",
    "dossier",
    "handling",
    "impartiality",
    "inheritance",
    "people",
    "people_import",
    "places",
    "proposals",
    "published",
    "rating_sets",
    "recognition",
]
