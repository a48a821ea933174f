"""What all definitions are made of: words in two languages, and the kinds of units from the country down."""

from dataclasses import dataclass
from typing import Literal

UnitKind = Literal["country", "province", "district", "commune"]
UNIT_KINDS: tuple[UnitKind, ...] = ("country", "province", "district", "commune")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Vietnamese and in English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The words in `language` ("vi" or "en"; anything else is read as Vietnamese)."""
        return self.en if language == "en" else self.vi
