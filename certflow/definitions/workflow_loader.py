"""Schemes from TOML."""

import datetime as dt
import re
from string import Formatter
from typing import cast

from certflow.definitions.reading import Reader
from certflow.definitions.specs import (
    EDITS,
    LAYERS,
    NOTE_POLICIES,
    PLACEHOLDERS,
    UNIT_KINDS,
    DeadlineSpec,
    OfficeSpec,
    OutcomeSpec,
    PaperSpec,
    RoleSpec,
    StageSpec,
    StateSpec,
    Text,
    TransitionSpec,
    WorkflowSpec,
)

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def read_workflow(reader: Reader) -> WorkflowSpec:
    """The scheme in one file; faults go to the reader's list. Whether it holds together is checked elsewhere."""
    with reader.whole():
        form = reader.table_at("form")
        with form.whole():
            form_name, form_version = form.words("name"), form.number("version", least=1)
        return WorkflowSpec(
            name=_name(reader, "name"),
            version=reader.number("version", least=1),
            title=cast(Text, reader.text("title")),
            source=reader.words("source"),
            subject=reader.one_of("subject", UNIT_KINDS),
            form=form_name,
            form_version=form_version,
            initial=reader.words("initial"),
            roles={name: _role(name, part) for name, part in reader.named_tables("roles").items()},
            stages=_stages(reader),
            states={name: _state(name, part) for name, part in reader.named_tables("states").items()},
            transitions=tuple(_transition(part) for part in reader.tables("transitions")),
            deadlines=tuple(_deadline(part) for part in reader.tables("deadlines", optional=True)),
            outcome=_outcome(reader.table_at("outcome")) if reader.has("outcome") else None,
            path=reader.path,
        )


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
        )


def _deadline(reader: Reader) -> DeadlineSpec:
    with reader.whole():
        month, day = _day(reader)
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
        )


def _day(reader: Reader) -> tuple[int, int]:
    given = reader.words("day")
    try:
        day = dt.datetime.strptime(f"{given}/2024", "%d/%m/%Y").replace(tzinfo=dt.UTC)
    except ValueError:
        reader.fault("day", f"{given!r} is no day of a year; write 15/02")
        return 1, 1
    return day.month, day.day


def _outcome(reader: Reader) -> OutcomeSpec:
    with reader.whole():
        return OutcomeSpec(
            decider=reader.words("decider"),
            validity_years=reader.number("validity_years", least=1),
            source=reader.words("source"),
            validity_source=reader.words("validity_source"),
            office=_office(reader.table_at("office")),
            decision=_paper(reader.table_at("decision")),
            certificate=_paper(reader.table_at("certificate")),
            refusal=_paper(reader.table_at("refusal")),
        )


def _office(reader: Reader) -> OfficeSpec:
    with reader.whole():
        return OfficeSpec(
            seat=reader.one_of("seat", UNIT_KINDS),
            parent=_filled(reader, "parent"),
            name=_filled(reader, "name"),
            position=reader.words("position"),
            authority=_filled(reader, "authority"),
            place=_filled(reader, "place"),
            filing=reader.words("filing"),
        )


def _paper(reader: Reader) -> PaperSpec:
    with reader.whole():
        return PaperSpec(
            template=reader.words("template"),
            notation=reader.words("notation"),
            title=_filled(reader, "title"),
            legal_bases=_all_filled(reader, "legal_bases"),
            articles=_all_filled(reader, "articles"),
            recipients=_all_filled(reader, "recipients"),
        )


def _filled(reader: Reader, key: str) -> str:
    words = reader.words(key)
    _check_placeholders(reader, key, words)
    return words


def _all_filled(reader: Reader, key: str) -> tuple[str, ...]:
    lines = reader.list_of_words(key, optional=True)
    for line in lines:
        _check_placeholders(reader, key, line)
    return lines


def _check_placeholders(reader: Reader, key: str, words: str) -> None:
    try:
        names = [name for _literal, name, _format, _conversion in Formatter().parse(words) if name is not None]
    except ValueError as fault:
        reader.fault(key, f"has a broken placeholder: {fault}")
        return
    for name in names:
        if name not in PLACEHOLDERS:
            reader.fault(key, f"{{{name}}} is no placeholder; use {', '.join(PLACEHOLDERS)}")
