"""Two people storing the same thing at the same moment: the database keeps one, the other is told."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from certflow.errors import Refusal
from certflow.models.base import db


@contextmanager
def refusing(constraint: str, refusal: Refusal) -> Iterator[None]:
    """Store what is added inside; raises `refusal` when the unique `constraint` says that somebody was faster.

    What the transaction did before stays. The constraint is known by its name, which PostgreSQL gives; SQLite has
    one writer at a time, whose own question before the insert has already found the other.
    """
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as fault:
        if getattr(getattr(fault.orig, "diag", None), "constraint_name", None) != constraint:
            raise
        raise refusal from fault
