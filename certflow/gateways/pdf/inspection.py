"""A finished paper is looked at before it counts: all that it must say is in the file, and every letter leaves ink.

A face whose file goes away or is exchanged under a running process gives blank papers without any error, and blank
papers pass every check of the archive format.
"""

import ctypes
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from certflow.gateways.pdf.glyphs import FaultyPaperError

SCALE = 1.5  # dots a point
MOST_NAMED = 40
LONGEST_WORD = 24  # a longer one may break anywhere
FAINTEST = 6  # of 255: by how much the faintest mark of a sample darkens its ground
_OPEN = threading.Lock()  # PDFium serves one thread at a time
_UNSEEN = frozenset("-\x02 \t\r\n\u00a0\u00ad\u200b\u2028\ufffe\ufeff")


def inspect(content: bytes, texts: Iterable[str], on_each_page: Iterable[str] = ()) -> None:
    """Raises FaultyPaperError when one of these texts is not in the PDF, or a letter leaves no ink on its page."""
    with _OPEN, pypdfium2.PdfDocument(content) as document:
        pages = [_read(page) for page in document]
    whole = "".join(pages)
    missing = [text for text in texts if not _says(whole, text)]
    missing += [text for text in on_each_page if not all(_plain(text) in page for page in pages)]
    if missing:
        raise FaultyPaperError(missing[0])


def _read(page: pypdfium2.PdfPage) -> str:
    textpage, picture = page.get_textpage(), page.render(scale=SCALE, grayscale=True).to_pil()
    if blank := "".join(_without_ink(textpage, picture, page.get_height())):
        raise FaultyPaperError(blank[:MOST_NAMED])
    return _plain(textpage.get_text_range())


def texts_of(value: Any) -> Iterator[str]:
    """All texts inside a fact."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_of(part)
    else:
        for part in value:
            yield from texts_of(part)


def _plain(text: str) -> str:
    """Without any space, and in small letters: lines and capitals are the template's business.

    Without hyphens too, for PDFium gives another sign for one at the end of a line.
    """
    return "".join(letter for letter in text if letter not in _UNSEEN and not letter.isspace()).casefold()


def _says(whole: str, text: str) -> bool:
    """Whether a text is there in one piece, or each of its words is: a foot may stand between two halves of it."""
    words = (word for word in text.split() if len(word) < LONGEST_WORD)
    return _plain(text) in whole or all(_plain(word) in whole for word in words)


def _without_ink(textpage: pypdfium2.PdfTextPage, picture: Image.Image, height: float) -> Iterator[str]:
    """The letters whose place on the page is of one shade."""
    left, right, bottom, top = (ctypes.c_double() for _n in range(4))
    for index in range(textpage.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(textpage, index))
        if letter in _UNSEEN or letter.isspace() or raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
        corners = (left.value, height - top.value, right.value, height - bottom.value)
        x, y, until_x, until_y = (round(corner * SCALE) for corner in corners)
        shades = picture.crop((x - 1, y - 1, until_x + 1, until_y + 1)).tobytes()
        if not shades or max(shades) - min(shades) < FAINTEST:
            yield letter
