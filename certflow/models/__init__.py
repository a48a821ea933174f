"""Everything that is stored."""

from certflow.models import (
    authority,
    calendar,
    delegation,
    dossier,
    people,
    places,
    published,
    rating_sets,
    recognition,
)
from certflow.models.base import db

__all__ = [
    "authority",
    "calendar",
    "db",
    "delegation",
    "dossier",
    "people",
    "places",
    "published",
    "rating_sets",
    "recognition",
]
