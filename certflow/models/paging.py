"""Pagination of queries and of lists in memory; pages count from 1, and one without rows is empty."""

from collections.abc import Sequence
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select

from certflow.models.base import db

__all__ = ["IdPagination", "ListPagination", "Pagination", "paginate"]


def paginate(query: Select[Any], page: int, per_page: int) -> Pagination:
    """One page of an ordered query with the number of all its rows; a page beyond the last has no rows."""
    return db.paginate(query, page=page, per_page=per_page, max_per_page=None, error_out=False)


class ClampedPagination(Pagination):
    """A page of which the argument `total` is known before; a number beyond the last page is the last page."""

    def __init__(self, page: int, per_page: int, *, total: int, **arguments: Any) -> None:
        last = max(1, -(-total // per_page))
        super().__init__(min(page, last), per_page, max_per_page=None, error_out=False, total=total, **arguments)

    def _query_count(self) -> int:
        total: int = self._query_args["total"]
        return total


class ListPagination(ClampedPagination):
    """A page of a list in memory; as `ClampedPagination`."""

    def __init__(self, rows: Sequence[Any], page: int, per_page: int) -> None:
        super().__init__(page, per_page, total=len(rows), rows=rows)

    def _query_items(self) -> list[Any]:
        rows: Sequence[Any] = self._query_args["rows"]
        return list(rows[self._query_offset : self._query_offset + self.per_page])


class IdPagination(ClampedPagination):
    """A page of the ordered query `select` of one class, whose id is `key`; `options` say what is loaded with it.

    Sorting whole rows of all pages for the sake of one would take most of the time: the ids alone are sorted.
    """

    def _query_items(self) -> list[Any]:
        query, key = self._query_args["select"], self._query_args["key"]
        ids = query.with_only_columns(key, maintain_column_froms=True).limit(self.per_page).offset(self._query_offset)
        query = query.options(*self._query_args["options"]).where(key.in_(ids.correlate(None)))
        return list(db.session.scalars(query).unique())
