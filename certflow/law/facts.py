"""What the rules may know about a dossier when they decide: facts, each looked up or stated by a case when needed."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Generic, TypeVar

from certflow.law.case_keys import Key
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

Value = TypeVar("Value")
Stated = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeldLevel:
    """A level that the subject holds, and the day of its decision."""

    level: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class OutsideDocument:
    """A paper from outside that an act records: its number and notation, and its date."""

    number: str = ""
    dated: dt.date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fact(Generic[Value]):
    """One thing that guards know about a dossier.

    A case states it under `keys`. `made` makes its value of the form and of what stands under each key, `words` puts
    the same into words, "" for nothing to say. What no case states has no keys, and is None in all of them.
    """

    keys: tuple[Key, ...] = ()
    made: Callable[..., Value] = lambda _form, value=None: value
    words: Callable[..., str] = lambda *_stated: ""

    def in_case(self, form: FormSpec, stated: Stated) -> Value:
        """Its value in a case."""
        return self.made(form, *self._values(stated))

    def in_words(self, spec: WorkflowSpec, stated: Stated) -> str:
        """What a case says of it, in the reader's language."""
        return self.words(spec, *self._values(stated))

    def _values(self, stated: Stated) -> list[Any]:
        return [stated.get(key.name, key.default) for key in self.keys]


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """One dossier as the guards see it, in the light of one action; `facts[NOTE]` is the value of a fact.

    `known` holds what is typed or known already; `look_up` finds the rest, when a guard asks, and remembers it. `level`
    is the level the action is about (0 for none), `acting_as` the roles that may take it, `authority_asked` the role
    that an authority rule must name for it.
    """

    form: FormSpec
    look_up: Callable[[Fact[Any]], Any]
    known: Mapping[Fact[Any], Any] = field(default_factory=dict)
    level: int = 0
    acting_as: frozenset[str] = frozenset()
    authority_asked: str = ""
    upgrade_after_months: int = 0

    @classmethod
    def of_case(cls, form: FormSpec, stated: Stated) -> "DossierFacts":
        """The dossier of a case."""
        return cls(form, cache(lambda fact: fact.in_case(form, stated)))

    def __getitem__(self, fact: Fact[Value]) -> Value:
        value: Value = self.known[fact] if fact in self.known else self.look_up(fact)
        return value

    def __or__(self, values: Mapping[Fact[Any], Any]) -> "DossierFacts":
        """The same dossier with `values` in place of what would be looked up."""
        return replace(self, known={**self.known, **values})
