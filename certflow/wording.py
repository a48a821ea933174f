"""Words for people, below the web layer: English sentences as keys, translated by whoever runs the application."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from certflow import vietnamese
from certflow.clock import ZONE


class Ngettext(Protocol):
    """Translates a counted sentence; `num` chooses the plural form and is offered as %(num)s."""

    def __call__(self, singular: str, plural: str, num: int, **values: object) -> str: ...


def _plain(message: str, **values: object) -> str:
    return message % values if values else message


def _plain_counted(singular: str, plural: str, num: int, **values: object) -> str:
    return (singular if num == 1 else plural) % {"num": num, **values}


class _Translator:
    single: Callable[..., str] = staticmethod(_plain)
    counted: Ngettext = staticmethod(_plain_counted)
    language: Callable[[], str] = staticmethod(lambda: "en")


def use(single: Callable[..., str], counted: Ngettext, language: Callable[[], str]) -> None:
    """Make these translate and name the reader's language from now on; the application does so once, at its start."""
    _Translator.language = staticmethod(language)
    _Translator.single = staticmethod(single)
    _Translator.counted = staticmethod(counted)


def _(message: str, **values: object) -> str:
    """`message` in the reader's language with its %(named)s placeholders filled."""
    return _Translator.single(message, **values)


def _n(singular: str, plural: str, num: int, **values: object) -> str:
    """The counted sentence in the reader's language; `%(num)s` is the count."""
    return _Translator.counted(singular, plural, num, **values)


def N_(message: str) -> str:  # noqa: N802 (the name by which translators' tools find what is only marked)
    """`message` as it is, marked to be translated where it is said."""
    return message


def language() -> str:
    """The reader's language: "vi" or "en"."""
    return _Translator.language()


def cited(source: str, *, begins: bool = False) -> str:
    """A legal basis as the reader's offices cite it; with a capital where it `begins` a line."""
    if language() != "vi":
        return source
    upwards = vietnamese.cited_upwards(source)
    return vietnamese.capitalised(upwards) if begins else upwards


def place(names: str, *, begins: bool = False) -> str:
    """The name of a unit, or several with commas, inside a sentence, or where it `begins` a line."""
    return vietnamese.within_sentence(names, begins=begins) if language() == "vi" else names


def title_at(title: str, unit: str) -> str:
    """A role with its unit."""
    return vietnamese.title_at(title, unit) if language() == "vi" else f"{title}, {unit}"


def instant(moment: dt.datetime, *, seconds: bool = False) -> str:
    """An aware instant in Vietnam time: "06:29 ngày 30/11/2026" in Vietnamese."""
    return instant_in(language(), moment, seconds=seconds)


def instant_in(spoken: str, moment: dt.datetime, *, seconds: bool = False) -> str:
    """An aware instant in Vietnam time for a reader of the language `spoken`."""
    local = moment.astimezone(ZONE)
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{time} ngày {local:%d/%m/%Y}" if spoken == "vi" else f"{time} {local:%d/%m/%Y}"
