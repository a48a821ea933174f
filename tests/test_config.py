"""Settings from the environment: read once, and refused in words that say what to set."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from certflow.config import Settings
from certflow.errors import SetupError


def test_the_secret_key_is_made_once_for_its_owner_only_even_by_many_at_once(tmp_path: Path) -> None:
    environ = {"CERTFLOW_DIR": str(tmp_path / "data")}

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _n: Settings.from_environment(environ).secret_key, range(64)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 48
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["audit-key", "secret-key"]
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o077 == 0


SILENT = "keepalives_idle=10&keepalives_interval=5&keepalives_count=2&tcp_user_timeout=20000"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "sqlite:///{dir}/certflow.sqlite3"),
        ("postgresql://me@host/name", f"postgresql+psycopg://me@host/name?connect_timeout=5&{SILENT}"),
        (
            "postgres://me@/name?host=/run&connect_timeout=9",
            f"postgresql+psycopg://me@/name?host=/run&connect_timeout=9&{SILENT}",
        ),
        ("sqlite:////srv/x.sqlite3", "sqlite:////srv/x.sqlite3"),
    ],
)
def test_the_database_is_chosen_by_its_address(tmp_path: Path, given: str, url: str) -> None:
    settings = Settings.from_environment({"CERTFLOW_DIR": str(tmp_path), "CERTFLOW_DATABASE_URL": given})

    assert settings.database_url == url.format(dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CERTFLOW_DATABASE_URL", "mysql://host/name"),
        ("CERTFLOW_PDF_ENGINE", "word"),
        ("CERTFLOW_TRUSTED_PROXIES", "many"),
        ("CERTFLOW_SECOND_FACTOR", "everybody"),
        ("CERTFLOW_SMTP_URL", "mail.example.gov.vn:587"),
        ("CERTFLOW_SMTP_URL", "http://mail.example.gov.vn"),
        ("CERTFLOW_SMTP_URL", "smtp://"),
        ("CERTFLOW_SMTP_URL", "smtp://host:port"),
        ("CERTFLOW_COUNCILS_REQUIRED", "perhaps"),
        ("CERTFLOW_DIR", "/dev/null/data"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_set(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SetupError) as refusal:
        Settings.from_environment({"CERTFLOW_DIR": str(tmp_path), name: value})

    assert name in refusal.value.command


def test_only_an_https_address_makes_cookies_secure(tmp_path: Path) -> None:
    secure = {
        url: Settings.from_environment({"CERTFLOW_DIR": str(tmp_path), "CERTFLOW_PUBLIC_URL": url}).secure_cookies
        for url in ("https://example.gov.vn/", "http://127.0.0.1:8000")
    }

    assert list(secure.values()) == [True, False]


def test_mail_needs_a_sender_and_without_a_server_there_is_none(tmp_path: Path) -> None:
    environ = {"CERTFLOW_DIR": str(tmp_path), "CERTFLOW_SMTP_URL": "smtp+starttls://me:secret@mail.example.gov.vn:587"}
    with pytest.raises(SetupError) as refusal:
        Settings.from_environment(environ)
    assert "CERTFLOW_MAIL_SENDER" in refusal.value.command
    assert "secret" not in str(refusal.value)

    settings = Settings.from_environment(environ | {"CERTFLOW_MAIL_SENDER": "certflow@example.gov.vn"})

    assert settings.smtp_url == environ["CERTFLOW_SMTP_URL"]
    assert Settings.from_environment({"CERTFLOW_DIR": str(tmp_path)}).smtp_url == ""


def test_an_installation_asks_those_who_decide_for_a_second_factor_unless_told_otherwise(tmp_path: Path) -> None:
    environ = {"CERTFLOW_DIR": str(tmp_path)}

    assert Settings.from_environment(environ).second_factor == "deciders"
    assert Settings.from_environment(environ | {"CERTFLOW_SECOND_FACTOR": "off"}).second_factor == "off"
