"""How a case states what is known of a dossier: under which key, and how that is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from certflow.law.reading.reading import Reader
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

Read = Callable[[Reader, str, WorkflowSpec, FormSpec], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a case, such as `note`: how its value is read, and what holds in a case that leaves it out."""

    name: str
    read: Read
    default: Any = None


class Keyed(Protocol):
    """A guard, as far as cases are concerned: the keys of the facts that it looks at."""

    @property
    def keys(self) -> Iterable[Key]: ...


def level(reader: Reader, key: str, _spec: WorkflowSpec, form: FormSpec) -> int:
    """A level of the form; 0 for none."""
    number = reader.number(key)
    if number > form.levels:
        reader.fault(key, f"{number} is above the form's {form.levels} levels")
    return number


def roles(reader: Reader, key: str, spec: WorkflowSpec, _form: FormSpec) -> tuple[str, ...]:
    """A list of roles of the scheme, which may be empty."""
    names = reader.list_of_words(key, optional=True)
    for name in names:
        reader.require_known(key, name, spec.roles, "role")
    return names


def _in_any_scheme(read: Callable[[Reader, str], Any]) -> Read:
    return lambda reader, key, _spec, _form: read(reader, key)


truth = _in_any_scheme(Reader.truth)
words = _in_any_scheme(partial(Reader.words, default=""))
day = _in_any_scheme(Reader.day)
day_or_none = _in_any_scheme(partial(Reader.day, default=""))
