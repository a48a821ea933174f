"""What changed between two versions of a scheme or of a criteria set, in sentences people can read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any

from certflow.errors import Invalid
from certflow.law.difference.difference_words import label, part_name, section
from certflow.law.specs.form import FormSpec, Threshold
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import DeadlineSpec, WorkflowSpec
from certflow.wording import _, language

Definition = FormSpec | WorkflowSpec
IDENTITY = ("path", "version", "name")
KEYS = ("code", "number", "key", "action", "name")
NAMED = {
    **dict.fromkeys(("by", "notify", "turn", "deciders", "replier", "authority"), "roles"),
    **dict.fromkeys(("origins", "target", "states", "initial", "after"), "states"),
    "stage": "stages",
    "band": "bands",
}
LONGEST = 160

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """One change as a sentence, and the heading it belongs under, in the reader's language."""

    section: str
    sentence: str


def difference(old: Definition, new: Definition) -> tuple[DefinitionChange, ...]:
    """Everything that `new` says otherwise than `old`; raises Invalid when they are not of one kind."""
    if type(old) is not type(new):
        raise Invalid(_("A scheme and a criteria set cannot be compared with each other."))
    before, after, names = _values(old), _values(new), {**_names(old), **_names(new)}
    return tuple(
        DefinitionChange(section(name), sentence[:1].upper() + sentence[1:])
        for name in before
        for sentence in _value("", name, before[name], after[name], names)
    )


def _names(spec: Definition) -> dict[tuple[str, str], str]:
    """The titles of the roles, states and stages that a scheme's rules name, and of the bands that caps name."""
    if isinstance(spec, FormSpec):
        return {("bands", band.name): band.title.in_language(language()) for band in spec.bands}
    parts: dict[str, Iterable[Any]] = {
        "roles": spec.roles.values(),
        "states": spec.states.values(),
        "stages": spec.stages,
    }
    return {(kind, item.name): item.title.in_language(language()) for kind, items in parts.items() for item in items}


def _values(item: Any) -> dict[str, Any]:
    """What is compared of one part; a date's day, month and inclusion are read as one."""
    values = {f.name: getattr(item, f.name) for f in fields(item) if f.compare and f.name not in IDENTITY}
    if isinstance(item, DeadlineSpec):
        month, day, included = values.pop("month"), values.pop("day"), values.pop("included")
        on = f"{day:02d}/{month:02d}"
        by = _("by %(date)s", date=on) if included else _("before %(date)s", date=on)
        values |= {"day": "" if item.counted else by, "working_days": item.working_days or None}
    return values


def _value(where: str, name: str, old: Any, new: Any, names: Names) -> Iterator[str]:
    if old == new and not isinstance(old, dict):
        return
    if _is_parts(old) and _is_parts(new) and (old or new):
        where = "" if name == "indicators" else where  # an indicator's code tells its criterion
        yield from _parts(where, name, _keyed(old), _keyed(new), names)
    elif _is_part(old) and type(old) is type(new):
        yield from _part(_within(where, label(name)), old, new, names)
    else:
        old, new = _entitled(name, old, names), _entitled(name, new, names)
        yield _changed(_within(where, label(name)), old, new)


def _entitled(name: str, value: Any, names: Names) -> Any:
    """What a rule names, by its title."""
    kind = NAMED.get(name, "")
    if isinstance(value, tuple):
        return tuple(_entitled(name, item, names) for item in value)
    return names.get((kind, value), value) if isinstance(value, str) else value


def _part(where: str, old: Any, new: Any, names: Names) -> Iterator[str]:
    before, after = _values(old), _values(new)
    for name in before:
        yield from _value(where, name, before[name], after[name], names)


def _parts(where: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Names) -> Iterator[str]:
    for position, (key, item) in enumerate(new.items(), 1):
        if key in old and type(old[key]) is type(item):
            yield from _part(_within(where, _place(item, position)), old[key], item, names)
        else:
            yield _("%(what)s is new%(title)s.", what=_whole(where, item, position), title=_title(item))
    for position, (key, item) in enumerate(old.items(), 1):
        if key not in new or type(new[key]) is not type(item):
            yield _("%(what)s was removed%(title)s.", what=_whole(where, item, position), title=_title(item))
    common = [key for key in old if key in new]
    if common != [key for key in new if key in old]:
        yield _("%(what)s are in another order.", what=_within(where, label(name)))


def _place(item: Any, position: int) -> str:
    """The name of one part in a sentence; the only part of an indicator has no words of its own."""
    if isinstance(item, Threshold):
        return _("level %(level)s", level=position)
    return "" if getattr(item, "key", "") == "value" else part_name(item, position)


def _whole(where: str, item: Any, position: int) -> str:
    """The name of a part that comes or goes, which is never without words."""
    return _within(where, _place(item, position) or part_name(item, position))


def _title(item: Any) -> str:
    """The title of what is known by its number."""
    numbered = hasattr(item, "code") or hasattr(item, "number")
    return f": {item.title.in_language(language())}" if numbered else ""


def _changed(what: str, old: Any, new: Any) -> str:
    before, after = _shown(old), _shown(new)
    if before == after and isinstance(old, Text) and isinstance(new, Text):
        before, after = f"{old.vi} / {old.en}", f"{new.vi} / {new.en}"
    before, after = _short(before), _short(after)
    if not before:
        return _("%(what)s is now “%(new)s”; before, it was empty.", what=what, new=after)
    if not after:
        return _("%(what)s was “%(old)s”; now it is empty.", what=what, old=before)
    if before == after:
        return _("%(what)s changed in its later text: “%(old)s”.", what=what, old=before)
    return _("%(what)s changed from “%(old)s” to “%(new)s”.", what=what, old=before, new=after)


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case Text():
            return value.in_language(language())
        case bool():
            return _("yes") if value else _("no")
        case Fraction():
            return f"{float(value):g}"
        case tuple() | list():
            return "; ".join(_shown(item) for item in value)
    return part_name(value, 1) if is_dataclass(value) else str(value)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _within(where: str, what: str) -> str:
    """The longer name of a place; one without words adds nothing."""
    return ", ".join(part for part in (where, what) if part)


def _is_part(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, Text)


def _is_parts(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_part(item) for item in value.values())
    return isinstance(value, tuple) and all(_is_part(item) for item in value)


def _keyed(parts: Any) -> dict[str, Any]:
    """Parts by what identifies them across versions: a code, number or name, else their position."""
    if isinstance(parts, dict):
        return parts
    keyed: dict[str, Any] = {}
    for position, item in enumerate(parts, 1):
        key = next((str(getattr(item, name)) for name in KEYS if hasattr(item, name)), str(position))
        times = sum(other == key or other.startswith(f"{key}#") for other in keyed)
        keyed[f"{key}#{times}" if times else key] = item
    return keyed
