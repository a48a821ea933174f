"""The codes of results: how they are made, and how they are read from whatever people type, paste or scan."""

import re
import secrets
import unicodedata
from urllib.parse import unquote

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
GROUPS, GROUP_LENGTH = 5, 4
LENGTH = GROUPS * GROUP_LENGTH
LONGEST_TYPED = 1000
LONGEST_SHOWN = 64

ADDRESS = re.compile(r".*VERIFY/(?:\?(?:.*&)?CODE=)?([^/?&#]*)", re.DOTALL)
# What a reader may take for a letter of the alphabet: the signs that it leaves out, then Cyrillic and Greek letters.
# Those whose capital or plain form (NFKC) looks like another letter come first.
SMALL = str.maketrans("νυγωιϲϹ", "VUYWLCC")
LOOK_ALIKES = str.maketrans(
    "O0I1АВЕЁКМНРСТУХЅЈԌԚԜҮЬЗОІЇӀΑΒΕΖΗΚΜΝΡΤΥΧΟΙͿ",
    "QQLLABEEKMHPCTYXSJGQWYB3QLLLABEZHKMNPTYXQLJ",
)


def new_code() -> str:
    """An unguessable code of 100 random bits, without letters that are easily confused."""
    groups = ("".join(secrets.choice(LETTERS) for _n in range(GROUP_LENGTH)) for _g in range(GROUPS))
    return "-".join(groups)


def code_in(text: str) -> str:
    """The code in `text`, in its printed form: typed in any way, with a word before it, or inside an address.

    Without a whole code all that could be part of one, shortened; "" where nothing could.
    """
    signs = unicodedata.normalize("NFKC", unquote(text[:LONGEST_TYPED]).translate(SMALL)).upper()
    address = ADDRESS.match(signs)
    words = _words(address[1] if address else signs.rpartition(":")[2])
    code = _whole_code(words) or "".join(words)[:LONGEST_SHOWN]
    return "-".join(code[at : at + GROUP_LENGTH] for at in range(0, len(code), GROUP_LENGTH))


def _words(signs: str) -> list[str]:
    """The runs of letters and digits, in letters of the alphabet; a run with a sign that is like none is left out."""
    runs = (run.translate(LOOK_ALIKES) for run in re.findall(r"[^\W_]+", signs))
    return [run for run in runs if set(run) <= set(LETTERS)]


def _whole_code(words: list[str]) -> str:
    """The words that follow each other and make exactly one code, groups of four first, then the last; "" for none."""
    codes = []
    for first in range(len(words)):
        size, last = 0, first
        while last < len(words) and size < LENGTH:
            size, last = size + len(words[last]), last + 1
        if size == LENGTH:
            grouped = last - first == GROUPS and len(words[first]) == GROUP_LENGTH == len(words[last - 1])
            codes.append((grouped, first, "".join(words[first:last])))
    return max(codes)[2] if codes else ""
