"""The blueprints of all rooms, found where their pages stand: a new page is in no list."""

from importlib import import_module
from pathlib import Path

import certflow
from certflow.desk import guide, work
from certflow.http import health
from certflow.http.policy import Room

PAGES = ("*/pages.py", "*/pages/[!_]*.py")


def blueprints() -> list[Room]:
    """The blueprint `bp` of each module of pages that has one, of my work, of help and of the health check."""
    root = Path(certflow.__file__).parent
    files = sorted(file for pattern in PAGES for file in root.glob(pattern))
    modules = [import_module(".".join(file.relative_to(root.parent).with_suffix("").parts)) for file in files]
    return [health.bp, work.bp, guide.bp, *(module.bp for module in modules if hasattr(module, "bp"))]
