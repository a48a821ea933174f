"""The real worker, as `certflow worker` starts it, beside a served application."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from certflow.config import Settings
from tests import snapshots
from tests.waiting import AT_MOST


def environment(settings: Settings) -> dict[str, str]:
    """The environment that makes a `certflow` command run on `settings`."""
    snapshots.not_for(settings.database_url)
    return os.environ | {
        "CERTFLOW_DIR": str(settings.data_dir),
        "CERTFLOW_DATABASE_URL": settings.database_url,
        "CERTFLOW_STORAGE_URL": settings.storage_url,
        "CERTFLOW_SECRET_KEY": settings.secret_key,
        "CERTFLOW_AUDIT_KEY": settings.audit_key,
        "CERTFLOW_PUBLIC_URL": settings.public_url,
        "CERTFLOW_PDF_ENGINE": settings.pdf_engine,
    }


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """A worker process that is stopped at the end."""
    command = [sys.executable, "-m", "certflow", "worker"]
    process = subprocess.Popen(command, env=environment(settings))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=AT_MOST)
