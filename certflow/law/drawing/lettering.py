"""How much room words take in a drawing, on the safe side for the fonts a page may be shown in."""

import unicodedata
from functools import lru_cache

_WIDTHS = (("ijlI'|", 0.3), (" .,:;!/", 0.34), ("ftr()[]-–", 0.42), ("mwMW", 0.98))
_CAPITAL, _OTHER, _BOLD = 0.75, 0.63, 1.13


def width(words: str, size: float, *, bold: bool = False) -> float:
    """The most that `words` take in letters of `size`; after DejaVu Sans, wider than the other fonts of pages."""
    letters = unicodedata.normalize("NFD", words)
    plain = size * sum(_letter(letter) for letter in letters if not unicodedata.combining(letter))
    return plain * _BOLD if bold else plain


def _letter(letter: str) -> float:
    for letters, share in _WIDTHS:
        if letter in letters:
            return share
    return _CAPITAL if letter.isupper() else _OTHER


@lru_cache(maxsize=4096)  # the same titles on every page
def wrapped(words: str, size: float, room: float, *, bold: bool = False) -> tuple[str, ...]:
    """`words` in as few lines as fit in `room`, of like length, broken at spaces; too long a word stands alone."""
    lines = _filled(words, size, room, bold)
    narrower = room
    while len(lines) > 1 and narrower > 0:
        narrower -= size
        tighter = _filled(words, size, narrower, bold)
        if len(tighter) > len(lines) or max(width(line, size, bold=bold) for line in tighter) > narrower:
            break
        lines = tighter
    return tuple(lines)


def _filled(words: str, size: float, room: float, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
