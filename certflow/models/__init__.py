"""Everything that is stored."""

from certflow.models import calendar, dossier, people, places, published, recognition
from certflow.models.base import db

__all__ = ["calendar", "db", "dossier", "people", "places", "published", "recognition"]
