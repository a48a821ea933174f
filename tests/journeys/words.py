"""The Vietnamese words of the pages, by the English sentence that is their key."""

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import certflow


@cache
def _catalogue() -> Catalog:
    path = Path(certflow.__file__).parent / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale="vi")


def vi(sentence: str, **values: object) -> str:
    """`sentence` as a Vietnamese reader sees it."""
    message = _catalogue().get(sentence)
    assert message is not None, f"no such words: {sentence}"
    assert message.string, f"no translation: {sentence}"
    words = str(message.string)
    return words % values if values else words
