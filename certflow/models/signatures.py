"""Under which name and in which position a person did an act: kept with the act, whatever the account says later."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Composite, composite, mapped_column

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Signature:
    """The id of the account that did an act, with the name and the position that it had on the day of the act."""

    id: int
    name: str
    position: str = ""

    @property
    def full(self) -> str:
        """The name and, where there was one, the position behind a comma."""
        return ", ".join(part for part in (self.name, self.position) if part)

    def columns(self, act: str) -> dict[str, Any]:
        """The values of the columns of `signed(act)`, for statements that are sent past the unit of work."""
        return {f"{act}_id": self.id, f"{act}_name": self.name, f"{act}_position": self.position}


def signed(act: str, *, optional: bool = False) -> Composite[Any]:
    """The signature of an act whose account stands in the column `<act>_id`, with columns for name and position.

    Writing the signature writes all three. An `optional` one is None while there is no account.
    """
    words = (mapped_column(f"{act}_{word}", String(LONGEST_NAME), nullable=optional) for word in ("name", "position"))
    return composite(Signature, f"{act}_id", *words, return_none_on=lambda account, *_words: account is None)
