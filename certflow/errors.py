"""What can be refused, each with its reasons; the web layer maps every class to one status and page."""

import datetime as dt
from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """An act that is not done. `reasons` are whole sentences in the reader's language; nothing was changed."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons: tuple[str, ...] = reasons


class NotFound(Refusal):
    """There is no such thing, or it is none of this person's business: both answer alike."""


class NotPermitted(Refusal):
    """The person sees the thing but has not the role for this act."""


class ActionNotOpen(Refusal):
    """The state of the dossier does not allow the act (any more)."""


class Stale(Refusal):
    """Somebody else changed the thing after this person opened it."""


class ActionBlocked(Refusal):
    """The act is this person's, but something is still missing; the reasons say what."""


class Invalid(Refusal):
    """What was typed or sent cannot be taken; `fields` maps a field's name to its messages."""

    def __init__(self, *reasons: str, fields: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.fields: dict[str, tuple[str, ...]] = dict(fields or {})
        super().__init__(*(reasons or tuple(m for messages in self.fields.values() for m in messages)))


class TooMany(Refusal):
    """Too many attempts in a short time; the reason says when to try again, as does `until`."""

    def __init__(self, *reasons: str, until: dt.datetime | None = None) -> None:
        super().__init__(*reasons)
        self.until = until


class DefinitionError(Exception):
    """A definition does not hold together: `faults` name file, key and reason, all of them at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class SetupError(Exception):
    """Something the installation needs is missing; `command` is what provides it."""

    def __init__(self, what: str, command: str) -> None:
        super().__init__(f"{what}\n  -> {command}")
        self.what = what
        self.command = command
