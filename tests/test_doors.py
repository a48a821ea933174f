"""The data folder is for one account alone, and where people use https their cookies and pages say so."""

import dataclasses
import datetime as dt
import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from certflow import clock
from certflow.app import create_app
from certflow.backup import backups
from certflow.config import Settings
from certflow.results.pages import lookups
from tests import make
from tests.applications import migrate, settings_in

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_data_folder_is_private_whatever_the_umask_and_a_loose_one_is_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    before = os.umask(0)
    try:
        settings = Settings.from_environment({"CERTFLOW_DIR": str(folder)})
        migrate(dataclasses.replace(settings, testing=True))
        backups.record(folder, backups.Manifest("a", "2026-01-01", "", "sqlite", {}, {}, keys=False), "here")
        assert modes(folder) == {"": "700"} | private(folder)
        settings.anchors.touch()

        for path in (folder, *folder.iterdir()):
            path.chmod(0o777)
        app = create_app(dataclasses.replace(settings, testing=True))
        with app.app_context():
            make.commit()
        assert modes(folder) == {"": "700"} | private(folder)
    finally:
        os.umask(before)


def private(folder: Path) -> dict[str, str]:
    return {path.name: "600" for path in folder.iterdir() if path.is_file()}


def modes(folder: Path) -> dict[str, str]:
    files = {path.name: path for path in folder.iterdir() if path.is_file()}
    assert {"certflow.sqlite3", "secret-key", "audit-key", "last-backup.json"} <= files.keys()
    return {name: f"{path.stat().st_mode & 0o777:o}" for name, path in ({"": folder} | files).items()}


@on_one_database
def test_an_https_address_gives_host_cookies_and_hsts(tmp_path: Path, database_url: str) -> None:
    app = create_app(
        dataclasses.replace(settings_in(tmp_path, database_url, "https://example.vn"), secure_cookies=True)
    )
    with app.app_context():
        make.user("officer")
        make.commit()
    client = app.test_client()
    make.sign_in(client, "officer")

    page = client.get("/", base_url="https://localhost")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    for name in ("__Host-certflow", "__Host-certflow_browser"):
        cookie = client.get_cookie(name)
        assert cookie is not None
        assert (cookie.secure, cookie.path, cookie.origin_only, cookie.http_only) == (True, "/", True, True)
    assert client.get_cookie("certflow") is None


@on_one_database
def test_public_look_ups_are_limited_per_address_and_told_when_to_go_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "AT_ONCE", 3)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    there = {"REMOTE_ADDR": "192.0.2.7"}

    answers = [client.get("/verify/?code=ABCD", environ_base=there).status_code for _n in range(3)]
    refused = client.get("/verify/ABCD", environ_base=there)

    assert 429 not in answers
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert client.get("/verify/").status_code == 200, "another address"
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(seconds=1))
    assert client.get("/verify/", environ_base=there).status_code == 200


def test_page_numbers_in_addresses_are_read_in_one_place_which_bounds_them() -> None:
    package = Path(lookups.__file__).parents[2]
    readers = {path.name for path in package.rglob("*.py") if 'args.get("page"' in path.read_text()}

    assert readers == {"paging.py"}
