"""What education departments say of criteria sets: sets of their own that they published, sets that they confirmed."""

from sqlalchemy import select

from certflow.law.sets.tables import Head
from certflow.models.base import db
from certflow.models.criteria import RatingSet

MOST_LISTED = 200


def published_for(unit_id: int, family: str) -> list[RatingSet]:
    """What the department of a province has published for a family, newest first."""
    query = select(RatingSet).where(
        RatingSet.unit_id == unit_id, RatingSet.family == family, RatingSet.published_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(RatingSet.version.desc()).limit(MOST_LISTED)))


def head_of(own: RatingSet) -> Head:
    """The set's head, for its table."""
    return Head(
        own.name,
        own.version,
        own.title_vi,
        own.title_en,
        own.document_number,
        own.document_date,
        own.issuer,
    )
