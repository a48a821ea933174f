"""A scheme's outcome from TOML."""

from string import Formatter
from typing import cast

from certflow.law.reading.reading import Reader
from certflow.law.specs.outcome import (
    OUTCOME_KINDS,
    PAPERS,
    PLACEHOLDERS,
    OfficeSpec,
    OutcomeKind,
    OutcomeSpec,
    PaperSpec,
)
from certflow.law.specs.words import UNIT_KINDS


def read_outcome(reader: Reader) -> OutcomeSpec:
    """The outcome in its table; faults go to the reader's list."""
    with reader.whole():
        years, months = reader.number("validity_years", 0), reader.number("upgrade_after_months", 0)
        offices, reply = _offices(reader), _reply_office(reader)
        return OutcomeSpec(
            award=cast(OutcomeKind, reader.one_of("kind", OUTCOME_KINDS, "recognition")),
            deciders=tuple(offices),
            source=reader.words("source"),
            validity_years=years,
            validity=reader.text("validity", optional=True),
            validity_source=_asked(reader, "validity_source", years > 0 or reader.has("validity")),
            upgrade_after_months=months,
            upgrade_source=_asked(reader, "upgrade_source", months > 0),
            offices=offices | reply,
            replier=next(iter(reply), ""),
            **{kind: _paper(reader.table_at(kind)) if reader.has(kind) else None for kind in PAPERS},
        )


def _asked(reader: Reader, key: str, required: bool) -> str:
    """A source that must be given where something is said that needs one."""
    return reader.words(key) if required else reader.words(key, "")


def _offices(reader: Reader) -> dict[str, OfficeSpec]:
    """The office of every role that may decide: of one named as decider, or of those among whom a rule chooses."""
    if reader.has("decider"):
        return {reader.words("decider"): _office(reader.table_at("office"))}
    if reader.has("office"):
        reader.fault("decider", "is missing; name the role whose office this is")
        reader.table_at("office")
        return {}
    offices = {role: _office(part) for role, part in reader.named_tables("offices").items()}
    if len(offices) == 1:
        reader.fault("offices", "has one role only; name it as decider, with its office under [outcome.office]")
    return offices


def _reply_office(reader: Reader) -> dict[str, OfficeSpec]:
    """The office of the role that signs the written reply, where it is none of the deciders."""
    return {reader.words("replier"): _office(reader.table_at("reply_office"))} if reader.has("replier") else {}


def _office(reader: Reader) -> OfficeSpec:
    with reader.whole():
        return OfficeSpec(
            seat=reader.one_of("seat", UNIT_KINDS),
            parent=_filled(reader, "parent") if reader.has("parent") else "",
            name=_filled(reader, "name"),
            position=reader.words("position"),
            authority=_filled(reader, "authority"),
            place=_filled(reader, "place"),
            filing=reader.words("filing"),
            initials=reader.words("initials", ""),
        )


def _paper(reader: Reader) -> PaperSpec:
    with reader.whole():
        return PaperSpec(
            template=reader.words("template"),
            notation=_filled(reader, "notation", ("office_initials",)),
            title=_filled(reader, "title"),
            legal_bases=_all_filled(reader, "legal_bases"),
            articles=_all_filled(reader, "articles"),
            recipients=_all_filled(reader, "recipients"),
            addressee=_filled(reader, "addressee") if reader.has("addressee") else "",
        )


def _filled(reader: Reader, key: str, placeholders: tuple[str, ...] = PLACEHOLDERS) -> str:
    words = reader.words(key)
    _check_placeholders(reader, key, words, placeholders)
    return words


def _all_filled(reader: Reader, key: str) -> tuple[str, ...]:
    lines = reader.list_of_words(key, optional=True)
    for line in lines:
        _check_placeholders(reader, key, line)
    return lines


def _check_placeholders(reader: Reader, key: str, words: str, placeholders: tuple[str, ...] = PLACEHOLDERS) -> None:
    try:
        names = [name for _literal, name, _format, _conversion in Formatter().parse(words) if name is not None]
    except ValueError as fault:
        reader.fault(key, f"has a broken placeholder: {fault}")
        return
    for name in names:
        if name not in placeholders:
            reader.fault(key, f"{{{name}}} is no placeholder; use {', '.join(placeholders)}")
