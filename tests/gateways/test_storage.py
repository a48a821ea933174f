import datetime as dt
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow import clock
from certflow.errors import SetupError
from certflow.gateways.storage import CHUNK, Storage, Stored, open_storage
from tests.gateways import s3

LARGE = bytes(range(256)) * 4096 * 8
HOSTILE_KEYS = (
    "",
    "/etc/passwd",
    "../outside",
    "evidence/../../outside",
    "evidence//double",
    "evidence/./here",
    "evidence/%2e%2e/outside",
    "evidence\\outside",
    "evidence/a\x00.pdf",
    "evidence/a\n",
    "Evidence/Upper",
    "minh-chứng/a",
    "evidence/.hidden",
    "evidence/a#1",
    "incoming/half-written",
    "a" * 101,
)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with s3.server(tmp_path_factory.mktemp("s3")) as environ:
        yield environ


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "folder":
        return open_storage(tmp_path.as_uri())
    return _opened(request.getfixturevalue("bucket"), monkeypatch, f"s3://{s3.BUCKET}/{tmp_path.name.lower()}")


def _opened(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, url: str) -> Storage:
    for name, setting in environ.items():
        monkeypatch.setenv(name, setting)
    return open_storage(url)


@pytest.mark.parametrize("content", [b"", b"x", LARGE, LARGE[: CHUNK + 1]], ids=len)
def test_a_file_comes_back_as_it_went_in_with_its_size_and_hash(storage: Storage, content: bytes) -> None:
    key = storage.new_key("evidence")

    stored = storage.put(key, io.BytesIO(content))

    assert stored == Stored(len(content), hashlib.sha256(content).hexdigest())
    assert storage.read(key) == content == b"".join(storage.open(key))
    assert storage.size(key) == len(content)
    assert storage.verify(key, stored.sha256)
    assert storage.verify(key, stored.sha256.upper())
    assert not storage.verify(key, "0" * 64)


def test_pieces_are_written_in_their_order(storage: Storage) -> None:
    key = storage.new_key("documents") + ".pdf"

    stored = storage.put(key, (str(number).encode() for number in range(1000)))

    assert storage.read(key) == "".join(map(str, range(1000))).encode()
    assert stored.size == storage.size(key)


def test_keys_are_listed_below_their_folder_with_the_instant_of_writing(storage: Storage) -> None:
    begun = clock.now() - dt.timedelta(seconds=5)
    for key in ("upload/7/a-0", "upload/7/a-1", "upload/71/b-0", "evidence/7/c"):
        storage.put(key, [b"x"])

    assert sorted(key for key, _at in storage.listed("upload/7")) == ["upload/7/a-0", "upload/7/a-1"]
    assert len(storage.listed("upload")) == 3
    assert storage.listed("nothing") == []
    assert all(begun < at < clock.now() + dt.timedelta(seconds=5) for _key, at in storage.listed("upload"))


def test_a_taken_key_is_refused_and_keeps_its_file(storage: Storage) -> None:
    key = storage.new_key("evidence")
    storage.put(key, [b"first"])

    with pytest.raises(FileExistsError):
        storage.put(key, [b"second"])

    assert storage.read(key) == b"first"


def test_an_upload_that_breaks_off_leaves_nothing_under_the_key(storage: Storage) -> None:
    key = storage.new_key("evidence")

    def broken() -> Iterator[bytes]:
        yield LARGE
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        storage.put(key, broken())

    assert not storage.exists(key)


def test_a_missing_file_is_noticed_at_once_and_deleting_it_twice_is_no_fault(storage: Storage) -> None:
    key = storage.new_key("evidence")
    for ask in (storage.open, storage.read, storage.size, lambda key: storage.verify(key, "0" * 64)):
        with pytest.raises(FileNotFoundError):
            ask(key)
    storage.put(key, [b"x"])
    assert storage.exists(key)

    storage.delete(key)
    storage.delete(key)

    assert not storage.exists(key)


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_a_key_that_could_lead_elsewhere_is_refused_by_every_call(tmp_path: Path, key: str) -> None:
    storage = open_storage(str(tmp_path))

    for call in (storage.open, storage.read, storage.exists, storage.size, storage.delete):
        with pytest.raises(ValueError, match="not a storage key"):
            call(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, [b"x"])
    with pytest.raises(ValueError, match="not a storage key"):
        storage.new_key(f"../{key}")


@given(key=st.text(max_size=40))
def test_whatever_the_key_nothing_is_written_outside(tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    folder = tmp_path_factory.mktemp("keys") / "files"
    storage = open_storage(str(folder), create=True)
    try:
        storage.put(key, [b"x"])
    except ValueError:
        assert not any(path.is_file() for path in folder.rglob("*"))
    else:
        assert (folder / key).resolve().is_relative_to(folder.resolve())
    assert list(folder.parent.iterdir()) == [folder]


def test_new_keys_are_random_and_say_nothing_but_their_purpose(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))

    keys = {storage.new_key("evidence") for _number in range(1000)}

    assert len(keys) == 1000
    assert all(re.fullmatch(r"evidence/([0-9a-f]{2})/\1[0-9a-f]{38}", key) for key in keys)


def test_files_in_a_folder_are_for_their_owner_only_and_nothing_is_left_beside(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path / "files"), create=True)
    key = storage.new_key("evidence")

    storage.put(key, [b"x"])

    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert files == [tmp_path / "files" / key]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


_WRITER = """
import os, sys
from certflow.gateways.storage import open_storage
storage = open_storage(sys.argv[1])
while True:
    key = storage.new_key("evidence")
    print(key, flush=True)
    storage.put(key, (bytes([7]) * 65536 for _ in range(64)))
"""


def test_killed_at_any_moment_a_key_holds_the_whole_file_or_nothing(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    written = 0
    for round_ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(round_ * 0.0013)
        writer.send_signal(signal.SIGKILL)
        keys = (first + writer.communicate()[0]).decode().split()

        for key in keys:
            assert not storage.exists(key) or storage.read(key) == bytes([7]) * 65536 * 64
        assert all(storage.exists(key) for key in keys[:-1])
        written += len(keys)
    assert written >= 12, "the writer did not run"
    assert list((tmp_path / "incoming").iterdir()), "no write was ever cut short, so nothing was shown"


def test_a_half_written_file_is_flushed_before_it_gets_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(str(tmp_path))
    order: list[str] = []
    flush, link = os.fsync, os.link

    def flushed(handle: int) -> None:
        order.append(os.readlink(f"/proc/self/fd/{handle}").removeprefix(str(tmp_path)) or "/")
        flush(handle)

    def linked(source: Path, target: Path) -> None:
        order.append("link")
        link(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "link", linked)
    storage.put("evidence/ab/abc", [b"x"])

    assert order[0].startswith("/incoming/")
    assert order[1:] == ["link", "/evidence/ab", "/evidence", "/"]


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    open_storage(str(tmp_path))
    old, new = tmp_path / "incoming/old", tmp_path / "incoming/new"
    for left in (old, new):
        left.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 86400,) * 2)

    open_storage(str(tmp_path))

    assert not old.exists()
    assert new.exists()


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refused:
        open_storage((tmp_path / "tệp tin").as_uri())

    assert str(tmp_path / "tệp tin") in refused.value.what
    assert "mkdir -p" in refused.value.command
    assert "CERTFLOW_STORAGE_URL" in refused.value.command


def test_a_folder_that_takes_no_files_is_a_setup_error(tmp_path: Path) -> None:
    (tmp_path / "incoming").write_text("in the way")

    with pytest.raises(SetupError, match="cannot be written"):
        open_storage(str(tmp_path))


def test_a_file_in_the_folders_place_is_a_setup_error(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")

    for create in (False, True):
        with pytest.raises(SetupError):
            open_storage(str(tmp_path / "files"), create=create)


@pytest.mark.parametrize("url", ["ftp://host/files", "gs://bucket", "https://host/bucket"])
def test_an_unknown_scheme_is_a_setup_error(url: str) -> None:
    with pytest.raises(SetupError, match="unknown scheme"):
        open_storage(url)


@pytest.mark.parametrize(
    ("url", "changed"),
    [
        ("s3://no-such-bucket/files", {"AWS_SECRET_ACCESS_KEY": "only-for-tests"}),
        (f"s3://{s3.BUCKET}/files", {"AWS_SECRET_ACCESS_KEY": "wrong"}),
        (f"s3://{s3.BUCKET}/files", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        ("s3://", {}),
    ],
    ids=["bucket", "secret", "address", "nothing"],
)
def test_a_bucket_that_cannot_be_used_is_a_setup_error_within_seconds(
    bucket: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, url: str, changed: dict[str, str]
) -> None:
    begun = time.monotonic()

    with pytest.raises(SetupError) as refused:
        _opened({**bucket, **changed}, monkeypatch, url)

    assert "AWS_ENDPOINT_URL" in refused.value.command
    assert "\n" not in refused.value.what
    assert time.monotonic() - begun < 100, "tried for as long as one would for a file, not for a start"


def test_a_server_that_goes_away_is_told_as_an_os_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3.server(tmp_path) as environ:
        storage = _opened(environ, monkeypatch, f"s3://{s3.BUCKET}")

    with pytest.raises(OSError, match="the storage failed"):
        storage.read("evidence/ab/abc")
