"""Things that happened some time ago: what was done by doing is moved back in time."""

import datetime as dt

from certflow.models.results import Recognition
from tests import make


def decided_earlier(recognition: Recognition, days: int) -> None:
    """Move the day on which a recognition was decided back by `days`."""
    recognition.recognised_on -= dt.timedelta(days=days)
    make.commit()
