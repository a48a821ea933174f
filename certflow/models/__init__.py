"""Everything that is stored."""

from certflow.models import (
    accounts,
    authority,
    calendar,
    dossier,
    people,
    people_import,
    places,
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
    "dossier",
    "people",
    "people_import",
    "places",
    "published",
    "rating_sets",
    "recognition",
]
