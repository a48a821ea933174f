"""What one application works with: its settings, file storage and queue, and what rooms load once for it.

It is kept in `app.extensions`, so that several applications in one process know nothing of each other. This is the only
module below `http` that knows Flask: services reach what is kept through it.
"""

from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, current_app

from certflow.config import Settings
from certflow.gateways.queue import Queue
from certflow.gateways.storage import Storage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Equipment:
    """Everything outside the database."""

    settings: Settings
    storage: Storage
    queue: Queue


def keep(thing: T) -> T:
    """Keep `thing` with the current application, in place of what it kept of this class; returns `thing`."""
    kind = type(thing)
    current_app.extensions[f"{kind.__module__}.{kind.__name__}"] = thing
    return thing


def kept(kind: type[T]) -> T:
    """What the current application keeps of the class `kind`; raises LookupError before `keep`."""
    application: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # ten times faster than the proxy
    thing: T = application.extensions[f"{kind.__module__}.{kind.__name__}"]
    return thing


def equipment() -> Equipment:
    """The equipment of the current application."""
    return kept(Equipment)
