"""Everything that is stored."""

from certflow.models import dossier, people, places, published, rating_sets, recognition
from certflow.models.base import db

__all__ = ["db", "dossier", "people", "places", "published", "rating_sets", "recognition"]
