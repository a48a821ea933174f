"""Everything that is stored."""

from certflow.models import (
    authority,
    calendar,
    dossier,
    handling,
    people,
    places,
    proposals,
    published,
    rating_sets,
    recognition,
)
from certflow.models.base import db

__all__ = [
    "authority",
    "calendar",
    "db",
    "dossier",
    "handling",
    "people",
    "places",
    "proposals",
    "published",
    "rating_sets",
    "recognition",
]
