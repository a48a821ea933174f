"""The text of papers: one spelling for each letter, and no letter that would come out as a box or not at all."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from certflow.wording import _

SPACES = re.compile(r"[ \t\n\r\v\f\x85\u2028\u2029]+")
REFUSED_KINDS = ("Cc", "Co", "Cs")  # controls, private use, halves of broken pairs
REFUSED = "\ufffc\ufffd"  # what is left where something could not be read
INVISIBLE = "Cf"  # soft hyphens, joiners, marks of direction: they have no shape of their own
EVERY_FACE_HAS = "".join(map(chr, range(0x20, 0x7F)))
AROUND = 30
UNREADABLE = "?"


class UnprintableError(ValueError):
    """A fact holds a letter that cannot be printed; `letters` are those, the message names them and their places."""

    def __init__(self, letters: Mapping[str, str]) -> None:
        self.letters = tuple(letters)
        phrase = ", ".join(f"{_shown(letter)} (“{_around(text, letter)}”)" for letter, text in letters.items())
        super().__init__(_("The paper cannot be printed: its font has no character for %(letters)s.", letters=phrase))


class FaultyPaperError(ValueError):
    """A finished file that does not show what it must; `missing` is the text, or the letters without ink."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            _(
                "The file is not issued, because “%(missing)s” cannot be read on it. Fonts of the server are missing "
                "or were exchanged: put them in order, then start the worker again.",
                missing=missing,
            )
        )
        self.missing = missing


def printable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` with every text in composed Unicode (NFC), single spaces and no invisible marks.

    Raises UnprintableError for what no typeface prints: control characters, private letters, broken ones.
    """
    cleaned = {name: _each(value, _composed) for name, value in facts.items()}
    refuse(cleaned, _has_no_shape)
    return cleaned


def legible(facts: Mapping[str, Any], lacking: Callable[[str], bool]) -> dict[str, Any]:
    """`facts` as `printable` gives them, with a question mark for each letter that has no shape or is `lacking`."""
    absent = dict.fromkeys(EVERY_FACE_HAS, False)

    def replaced(text: str) -> str:
        for letter in set(text) - absent.keys():
            absent[letter] = _has_no_shape(letter) or lacking(letter)
        return "".join(UNREADABLE if absent[letter] else letter for letter in text)

    return {name: _each(value, lambda text: replaced(_composed(text))) for name, value in facts.items()}


def refuse(facts: Mapping[str, Any], lacking: Callable[[str], bool]) -> None:
    """Raises UnprintableError naming the letters of `facts` for which `lacking` is true."""
    missing: dict[str, str] = {}
    absent = dict.fromkeys(EVERY_FACE_HAS, False)
    for text in _texts(facts):
        for letter in text:
            if letter not in absent:
                absent[letter] = lacking(letter)
            if absent[letter]:
                missing.setdefault(letter, text)
    if missing:
        raise UnprintableError(missing)


def letters(facts: Mapping[str, Any]) -> str:
    """Every letter that occurs in `facts`, once."""
    return "".join(sorted(set().union(*_texts(facts))))


def _composed(text: str) -> str:
    seen = "".join(letter for letter in text if unicodedata.category(letter) != INVISIBLE)
    return SPACES.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def _has_no_shape(letter: str) -> bool:
    return unicodedata.category(letter) in REFUSED_KINDS or letter in REFUSED


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each(part, change) for part in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _shown(letter: str) -> str:
    code = f"U+{ord(letter):04X}"
    return code if _has_no_shape(letter) else f"“{letter}” ({code})"


def _around(text: str, letter: str) -> str:
    """Some of `text` around `letter`, with a mark in place of what cannot be shown anywhere."""
    at = text.index(letter)
    part = text[max(0, at - AROUND) : at + AROUND]
    return "".join("\N{WHITE SQUARE}" if _has_no_shape(each) else each for each in part)
