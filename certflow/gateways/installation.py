"""The outside things the services use: settings, file storage and the queue, put in place once at start."""

from dataclasses import dataclass

from certflow.config import Settings
from certflow.gateways.queue import Queue
from certflow.gateways.storage import Storage


@dataclass(frozen=True, slots=True)
class Equipment:
    """Everything outside the database."""

    settings: Settings
    storage: Storage
    queue: Queue


class _InUse:
    equipment: Equipment | None = None


def use(equipment: Equipment) -> None:
    """Work with `equipment` from now on; the application does so once, at its start."""
    _InUse.equipment = equipment


def equipment() -> Equipment:
    """The equipment in use."""
    if _InUse.equipment is None:
        raise RuntimeError("there is no equipment: create the application first")
    return _InUse.equipment
