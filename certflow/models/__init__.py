"""Everything that is stored."""

from certflow.models import authority, dossier, people, places, published, recognition
from certflow.models.base import db

__all__ = ["authority", "db", "dossier", "people", "places", "published", "recognition"]
