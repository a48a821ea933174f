"""Schemes from TOML."""

import datetime as dt
import re
from typing import cast

from certflow.law.reading.outcome_loader import read_outcome
from certflow.law.reading.reading import Reader
from certflow.law.specs.words import UNIT_KINDS, Text, UnitKind
from certflow.law.specs.workflow import (
    EDITS,
    HOLDER_KINDS,
    LAYERS,
    NOTE_POLICIES,
    SUBJECT_KINDS,
    YEARS,
    DeadlineSpec,
    RoleSpec,
    StageSpec,
    StateSpec,
    SubjectKind,
    TransitionSpec,
    WorkflowSpec,
)

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def read_workflow(reader: Reader) -> WorkflowSpec:
    """The scheme in one file; faults go to the reader's list. Whether it holds together is checked elsewhere."""
    with reader.whole():
        form_name, form_version, form_family = _form(reader.table_at("form"))
        subject = cast(SubjectKind, reader.one_of("subject", SUBJECT_KINDS))
        place = _place(reader, subject)
        return WorkflowSpec(
            name=_name(reader, "name"),
            version=reader.number("version", least=1),
            title=cast(Text, reader.text("title")),
            source=reader.words("source"),
            subject=subject,
            place=place,
            tiers=_tiers(reader, place),
            form=form_name,
            form_version=form_version,
            form_family=form_family,
            initial=reader.words("initial"),
            roles={name: _role(name, part) for name, part in reader.named_tables("roles").items()},
            stages=_stages(reader),
            states={name: _state(name, part) for name, part in reader.named_tables("states").items()},
            transitions=tuple(_transition(part) for part in reader.tables("transitions")),
            deadlines=tuple(_deadline(part) for part in reader.tables("deadlines", optional=True)),
            outcome=read_outcome(reader.table_at("outcome")) if reader.has("outcome") else None,
            path=reader.path,
        )


def _form(reader: Reader) -> tuple[str, int, str]:
    with reader.whole():
        return reader.words("name"), reader.number("version", least=1), reader.words("family", "")


def _place(reader: Reader, subject: SubjectKind) -> UnitKind:
    """The kind of unit the subject is, or belongs to."""
    if subject in HOLDER_KINDS:
        return cast(UnitKind, reader.one_of("place", UNIT_KINDS[1:]))
    if reader.has("place"):
        reader.fault("place", f"is said only of {', '.join(HOLDER_KINDS)}; a {subject} is a place itself")
        reader.words("place")
    return cast(UnitKind, subject) if subject in UNIT_KINDS else "commune"


def _tiers(reader: Reader, place: UnitKind) -> tuple[UnitKind, ...]:
    whole = UNIT_KINDS[1 : UNIT_KINDS.index(place) + 1]
    if not reader.has("tiers"):
        return whole
    kinds = reader.list_of_words("tiers")
    if kinds != tuple(kind for kind in whole if kind in kinds) or {"province", place} - set(kinds):
        reader.fault("tiers", f"must lead from province to {place} in the order {', '.join(whole)}, not {kinds}")
        return whole
    return cast(tuple[UnitKind, ...], kinds)


def _name(reader: Reader, key: str) -> str:
    name = reader.words(key)
    if name and not NAME.match(name):
        reader.fault(key, f"{name!r} is no name; use lower-case letters, digits and _")
    return name


def _role(name: str, reader: Reader) -> RoleSpec:
    with reader.whole():
        return RoleSpec(name, cast(Text, reader.text("title")), reader.one_of("seat", UNIT_KINDS))


def _stages(reader: Reader) -> tuple[StageSpec, ...]:
    inner = reader.table_at("stages")
    return tuple(StageSpec(name, cast(Text, inner.text(name))) for name in inner.table)


def _state(name: str, reader: Reader) -> StateSpec:
    with reader.whole():
        return StateSpec(
            name=name,
            title=cast(Text, reader.text("title")),
            turn=reader.words("turn", ""),
            stage=reader.words("stage"),
            level=reader.number("level", 0),
            edits=reader.one_of("edits", EDITS, ""),
            favourable=reader.truth("favourable") if reader.has("favourable") else False,
        )


def _transition(reader: Reader) -> TransitionSpec:
    with reader.whole():
        return TransitionSpec(
            action=_name(reader, "action"),
            title=cast(Text, reader.text("title")),
            origins=reader.list_of_words("from"),
            target=reader.words("to"),
            by=reader.list_of_words("by"),
            source=reader.words("source"),
            needs=reader.list_of_words("needs", optional=True),
            effects=reader.list_of_words("effects", optional=True),
            notify=reader.list_of_words("notify", optional=True),
            note=reader.one_of("note", NOTE_POLICIES, "none"),
            level=reader.number("level", 0),
            document=reader.truth("document") if reader.has("document") else False,
            authority=reader.words("authority", ""),
        )


def _deadline(reader: Reader) -> DeadlineSpec:
    if reader.has("working_days"):
        return _counted_deadline(reader)
    with reader.whole():
        on = reader.day("on") if reader.has("on") else None
        month, day = (on.month, on.day) if on else (1, 1) if reader.has("on") else _day(reader)
        return DeadlineSpec(
            name=_name(reader, "name"),
            title=cast(Text, reader.text("title")),
            layer=reader.one_of("layer", LAYERS),
            states=reader.list_of_words("states"),
            month=month,
            day=day,
            included=reader.truth("included"),
            source=reader.words("source"),
            remark=reader.text("remark", optional=True),
            year=reader.one_of("year", YEARS, "next"),
            on=on,
        )


def _counted_deadline(reader: Reader) -> DeadlineSpec:
    """So many working days after an event; the law's "within" includes the last of them."""
    with reader.whole():
        return DeadlineSpec(
            name=_name(reader, "name"),
            title=cast(Text, reader.text("title")),
            layer=reader.one_of("layer", LAYERS),
            states=reader.list_of_words("states"),
            month=0,
            day=0,
            included=True,
            source=reader.words("source"),
            remark=reader.text("remark", optional=True),
            working_days=reader.number("working_days", least=1),
            after=reader.list_of_words("after"),
        )


def _day(reader: Reader) -> tuple[int, int]:
    text = reader.words("day")
    try:
        day = dt.datetime.strptime(f"{text}/2024", "%d/%m/%Y").replace(tzinfo=dt.UTC)
    except ValueError:
        reader.fault("day", f"{text!r} is no day of a year; write 15/02")
        return 1, 1
    return day.month, day.day
