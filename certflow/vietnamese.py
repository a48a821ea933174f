"""Vietnamese as offices write it: clauses and units in sentences, and names as keys to search and to sort by.

A database sorts Vietnamese only with a locale that not every server has; a stored key sorts alike everywhere.
"""

import re
import unicodedata

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
_LEVEL_TONE = "1"
_LETTERS = {"\u0306": "1", "\u0302": "1", "\u031b": "2"}
_CIRCUMFLEX_AFTER_BREVE = {"a\u0302": "a2"}
_UNIT_KIND = re.compile(r"(^|, |\()(Xã|Phường|Thị trấn|Đặc khu|Huyện|Quận|Thị xã|Thành phố|Tỉnh) (?=(.))")
_POINT = r"[a-zđ](?![^\W_])"
_ARTICLE, _CLAUSES, _POINTS = r"Điều \d+(?:-\d+)?", r"\d+(?:, \d+)*", rf"{_POINT}(?:, {_POINT})*"
_REFERENCE = re.compile(rf"(?P<article>{_ARTICLE})(?: khoản (?P<clauses>{_CLAUSES}))?(?: điểm (?P<points>{_POINTS}))?")
_DOWNWARDS = rf"{_ARTICLE}(?: khoản {_CLAUSES})?(?: điểm {_POINTS})?"
_NUMBERED = r"(?:Thông tư|Nghị định|Quyết định|Nghị quyết|Luật|Kế hoạch|Công văn)"
_IN_DOCUMENT = re.compile(
    rf"(?P<document>{_NUMBERED} số \d[^\s,;()]*), (?P<references>{_DOWNWARDS}(?:, {_DOWNWARDS})*)"
)
_WITHOUT_SO = re.compile(rf"({_NUMBERED}) (?=\d+/)")
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


def cited_upwards(text: str) -> str:
    """`text` with its clauses cited from the smallest part up: "Điều 9 khoản 1 điểm d" gives "điểm d khoản 1 Điều 9".

    The document that names them comes last, with "số" before its number. What is written otherwise stays.
    """
    numbered = _WITHOUT_SO.sub(r"\1 số ", text)
    return _REFERENCE.sub(_upwards, _IN_DOCUMENT.sub(_document_last, numbered))


def _document_last(citation: re.Match[str]) -> str:
    return f"{_REFERENCE.sub(_upwards, citation['references'])} {citation['document']}"


def _upwards(reference: re.Match[str]) -> str:
    parts = _counted("điểm", reference["points"]), _counted("khoản", reference["clauses"]), reference["article"]
    return " ".join(part for part in parts if part)


def _counted(word: str, names: str | None) -> str:
    """One name after its word, or several: "các điểm a, b và c"."""
    if not names:
        return ""
    *first, last = names.split(", ")
    return f"các {word} {', '.join(first)} và {last}" if first else f"{word} {last}"


def within_sentence(names: str, *, begins: bool = False) -> str:
    """Units as a sentence names them: "xã Xuân Tây, huyện Cẩm Mỹ"; where it `begins` a line, the first has a capital.

    Names that are not of units stay as they are, also "Huyện ủy Cẩm Mỹ".
    """

    def small(unit: re.Match[str]) -> str:
        kept = unit[3].islower() or (begins and unit.start() == 0)
        return unit[0] if kept else f"{unit[1]}{unit[2].lower()} "

    return _UNIT_KIND.sub(small, names)


# What the units of a tier are called: a role of the commune is one of the ward and of the town as well.
_KINDS_OF_TIER = {
    "xã": ("xã ", "phường ", "thị trấn ", "đặc khu "),
    "huyện": ("huyện ", "quận ", "thị xã ", "thành phố "),
    "tỉnh": ("tỉnh ", "thành phố "),
}


def title_at(title: str, unit: str) -> str:
    """A role with its unit, the kind of unit said once: "Chủ tịch Ủy ban nhân dân xã Xuân Tây"."""
    place = within_sentence(unit)
    for tier, kinds in _KINDS_OF_TIER.items():
        if title.endswith(f" {tier}") and place.startswith(kinds):
            return title.removesuffix(tier) + place
    return f"{title}, {place}"


_BODY = re.compile(r"\b(?:Văn phòng|[Pp]hòng|Sở|Bộ|Vụ|Hội|Ủy ban nhân dân) .+")


def body_in(title: str) -> str:
    """The body that the title of a role names, "" for none: of "Chuyên viên Sở Giáo dục và Đào tạo" the department."""
    body = _BODY.search(title)
    return capitalised(body[0]) if body else ""


def without_tier(body: str) -> str:
    """A body without the tier behind it: "Phòng Văn hóa - Xã hội xã" gives "Phòng Văn hóa - Xã hội"."""
    for tier in _KINDS_OF_TIER:
        body = body.removesuffix(f" {tier}")
    return body


def capitalised(sentence: str) -> str:
    """`sentence` with a capital at its start."""
    return sentence[:1].upper() + sentence[1:]
