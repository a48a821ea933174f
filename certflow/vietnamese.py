"""Vietnamese words as keys, one to search by, one to sort by; and whether what was typed says anything.

A database sorts Vietnamese only with a locale that not every server has; a stored key sorts alike everywhere.
"""

import re
import unicodedata

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
_LEVEL_TONE = "1"
_LETTERS = {"\u0306": "1", "\u0302": "1", "\u031b": "2"}
_CIRCUMFLEX_AFTER_BREVE = {"a\u0302": "a2"}
_PIECE = re.compile(r"(?P<number>[0-9]+)|(?P<syllable>[^\W\d_]+)")


def search_key(name: str) -> str:
    """`name` in lower case without marks, single spaces: "Xã Đăk Ơ" gives "xa dak o"."""
    bare = "".join(sign for sign in _decomposed(name) if not unicodedata.combining(sign))
    return " ".join(bare.replace("đ", "d").split())


def sort_key(name: str) -> str:
    """An ASCII key whose byte order is that of a Vietnamese dictionary, made of a-z and 0-9 only.

    Syllable by syllable: letters first (a ă â b c d đ e ê ...), then the tone (ngang, huyền, hỏi, ngã, sắc,
    nặng); numbers by their size ("Phường 2" before "Phường 10"). Case, spacing and punctuation do not count.
    """
    pieces = _PIECE.finditer(unicodedata.normalize("NFC", name).lower())
    return "".join(_number(piece[0]) if piece["number"] else _syllable(piece[0]) for piece in pieces)


def name_key(full_name: str) -> str:
    """The `sort_key` by which lists of people are ordered: the given name, which stands last, then the others."""
    *others, given = full_name.split() or [""]
    return sort_key(" ".join([given, *others]))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text.lower())


def _number(digits: str) -> str:
    """A number begins below every letter, the shorter before the longer."""
    size = digits.lstrip("0")
    return f"1{len(size):02d}{size}00"


def _syllable(syllable: str) -> str:
    """Two signs a letter, then 0 and the tone: the 0 puts "ba" before "ban", as no letter begins with it."""
    tone = next((_TONES[sign] for sign in _decomposed(syllable) if sign in _TONES), _LEVEL_TONE)
    return "".join(_letter(letter) for letter in syllable) + "0" + tone


def _letter(letter: str) -> str:
    """The letter and its place among those written with the same base: a0 ă1 â2, d0 đ1, o0 ô1 ơ2, u0 ư2."""
    if letter == "đ":
        return "d1"
    marked = "".join(sign for sign in _decomposed(letter) if sign not in _TONES)
    base, marks = marked[0], marked[1:]
    if not base.isascii():
        return f"z9{ord(base):06x}"
    return _CIRCUMFLEX_AFTER_BREVE.get(marked) or base + _LETTERS.get(marks, "0")


def says_something(text: str) -> bool:
    """Whether the text has a letter or a digit; blanks, signs and invisible characters do not count."""
    return any(sign.isalnum() for sign in text)
