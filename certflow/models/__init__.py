"""Everything that is stored."""

from certflow.models import (
    authority,
    calendar,
    dossier,
    impartiality,
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
    "dossier",
    "impartiality",
    "people",
    "places",
    "published",
    "rating_sets",
    "recognition",
]
