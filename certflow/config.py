"""Settings from the environment, checked once at start."""

import datetime as dt
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from certflow.errors import SetupError

PdfEngine = Literal["typst", "pdfkit"]
SecondFactor = Literal["off", "deciders"]
# libpq's: a server that is not there, and a link that falls silent, are noticed within 20 seconds.
_LINK = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",
}
SMTP_SCHEMES = ("smtp", "smtp+starttls", "smtps")
DOSSIER_QUOTA = 1000 * 1024 * 1024
SESSION_IDLE, SESSION_LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)
MAX_UPLOAD_BYTES = 20 * 1024 * 1024


def resource(name: str) -> Path:
    """The folder `name` (workflows, forms, templates, migrations) in a checkout or inside the installed package."""
    package = Path(__file__).resolve().parent
    bundled = package / "bundled" / name
    return bundled if bundled.is_dir() else package.parent / name


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one running application; `data_dir` holds the SQLite file, the files and the keys.

    Without `smtp_url` no mail is sent. With `owner_url` another role than the application's own changes the tables.
    `second_factor` says who must sign in with one: "deciders" are those who decide and administrators, as an
    installation has it unless told otherwise; practice seasons and tests ask nobody.
    """

    data_dir: Path
    database_url: str
    storage_url: str
    secret_key: str
    audit_key: str
    public_url: str = "http://127.0.0.1:8000"
    pdf_engine: PdfEngine = "typst"
    secure_cookies: bool = False
    trusted_proxies: int = 0
    councils_required: bool = False
    testing: bool = False
    smtp_url: str = ""
    mail_sender: str = ""
    second_factor: SecondFactor = "off"
    anchor_file: Path | None = None
    anchor_mail: str = ""
    owner_url: str = ""
    dossier_quota: int = DOSSIER_QUOTA
    session_idle: dt.timedelta = SESSION_IDLE
    session_longest: dt.timedelta = SESSION_LONGEST

    @property
    def anchors(self) -> Path:
        """The file that holds the anchors of the audit."""
        return self.anchor_file or self.data_dir / "audit-anchors.jsonl"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Settings from CERTFLOW_* variables; raises SetupError naming what is wrong and the variable to set."""
        data_dir = data_folder(environ)
        public_url = environ.get("CERTFLOW_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
        return cls(
            data_dir=data_dir,
            database_url=database_url(environ.get("CERTFLOW_DATABASE_URL", ""), data_dir),
            storage_url=environ.get("CERTFLOW_STORAGE_URL", "") or (data_dir / "files").as_uri(),
            secret_key=environ.get("CERTFLOW_SECRET_KEY", "") or _kept_secret(data_dir, "secret-key"),
            public_url=public_url,
            pdf_engine=_engine(environ.get("CERTFLOW_PDF_ENGINE", "typst")),
            secure_cookies=public_url.startswith("https://"),
            trusted_proxies=_whole_number(environ, "CERTFLOW_TRUSTED_PROXIES"),
            smtp_url=_smtp_url(environ),
            mail_sender=environ.get("CERTFLOW_MAIL_SENDER", "").strip(),
            second_factor=_second_factor(environ.get("CERTFLOW_SECOND_FACTOR", "deciders")),
            councils_required=_yes(environ, "CERTFLOW_COUNCILS_REQUIRED"),
            audit_key=environ.get("CERTFLOW_AUDIT_KEY", "") or _kept_secret(data_dir, "audit-key"),
            anchor_file=Path(environ["CERTFLOW_ANCHOR_FILE"]) if environ.get("CERTFLOW_ANCHOR_FILE") else None,
            anchor_mail=_anchor_mail(environ),
            owner_url=_owner_url(environ, data_dir),
            dossier_quota=_megabytes(environ, "CERTFLOW_DOSSIER_QUOTA", DOSSIER_QUOTA),
            session_idle=_minutes(environ, "CERTFLOW_SESSION_IDLE", SESSION_IDLE),
            session_longest=_minutes(environ, "CERTFLOW_SESSION_LONGEST", SESSION_LONGEST),
        )


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The data folder that CERTFLOW_DIR names, by default `certflow-data` here."""
    return Path(environ.get("CERTFLOW_DIR", "certflow-data")).resolve()


def database_url(url: str, data_dir: Path) -> str:
    """`url`, or SQLite in `data_dir`; `postgresql://` and `postgres://` mean psycopg 3, which gives up in time."""
    if not url:
        return f"sqlite:///{data_dir / 'certflow.sqlite3'}"
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and separator:
        stated = {name for name, _text in parse_qsl(urlsplit(url).query)}
        limits = urlencode({name: text for name, text in _LINK.items() if name not in stated})
        return f"postgresql+psycopg://{rest}{'&' if '?' in rest else '?'}{limits}".rstrip("?&")
    if separator and scheme == "sqlite":
        return url
    raise SetupError(
        f"CERTFLOW_DATABASE_URL has an unknown scheme: {scheme}",
        "set CERTFLOW_DATABASE_URL=sqlite:////path/certflow.sqlite3 or postgresql://user@host/name",
    )


def _engine(text: str) -> PdfEngine:
    if text not in ("typst", "pdfkit"):
        raise SetupError(f"CERTFLOW_PDF_ENGINE is unknown: {text}", "set CERTFLOW_PDF_ENGINE=typst or pdfkit")
    return cast(PdfEngine, text)


def _second_factor(text: str) -> SecondFactor:
    if text not in ("off", "deciders"):
        raise SetupError(f"CERTFLOW_SECOND_FACTOR is unknown: {text}", "set CERTFLOW_SECOND_FACTOR=deciders or off")
    return cast(SecondFactor, text)


def _smtp_url(environ: Mapping[str, str]) -> str:
    """The mail server's address, "" for none; mail also needs a sender. A password in it is never repeated."""
    url = environ.get("CERTFLOW_SMTP_URL", "")
    if not url:
        return ""
    example = "set CERTFLOW_SMTP_URL=smtp+starttls://name:password@host:587 (or smtp://, smtps://)"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SMTP_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SetupError("CERTFLOW_SMTP_URL is not the address of a mail server", example)
    if "@" not in environ.get("CERTFLOW_MAIL_SENDER", ""):
        raise SetupError("mail needs a sender", "set CERTFLOW_MAIL_SENDER=certflow@example.gov.vn")
    return url


def _whole_number(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "0")
    if not text.isascii() or not text.isdigit():
        raise SetupError(f"{name} is not a whole number: {text}", f"set {name}=0 or the number of proxies in front")
    return int(text)


def _minutes(environ: Mapping[str, str], name: str, usual: dt.timedelta) -> dt.timedelta:
    """So many minutes, at least 10: a session is noted as in use every five."""
    text = environ.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or not 10 <= int(text) <= 10_080:
        raise SetupError(f"{name} is not a number of minutes from 10 to 10080: {text}", f"set {name}=30")
    return dt.timedelta(minutes=int(text))


def _megabytes(environ: Mapping[str, str], name: str, usual: int) -> int:
    """So many megabytes as bytes, at least 20: a single file may have as many."""
    text = environ.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or not 20 <= int(text) <= 1_000_000:
        raise SetupError(f"{name} is not a number of megabytes from 20 to 1000000: {text}", f"set {name}=1000")
    return int(text) * 1024 * 1024


def _yes(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "no")
    if text not in ("yes", "no"):
        raise SetupError(f"{name} is neither yes nor no: {text}", f"set {name}=yes or {name}=no")
    return text == "yes"


def _owner_url(environ: Mapping[str, str], data_dir: Path) -> str:
    """The database as the role that owns its tables, "" where the application's own role does."""
    url = environ.get("CERTFLOW_OWNER_URL", "")
    if not url:
        return ""
    owner, own = database_url(url, data_dir), database_url(environ.get("CERTFLOW_DATABASE_URL", ""), data_dir)
    if not (owner.startswith("postgresql") and own.startswith("postgresql")):
        raise SetupError("CERTFLOW_OWNER_URL is for PostgreSQL", "unset CERTFLOW_OWNER_URL")
    return owner


def _anchor_mail(environ: Mapping[str, str]) -> str:
    address = environ.get("CERTFLOW_ANCHOR_MAIL", "").strip()
    if address and not _smtp_url(environ):
        raise SetupError("anchors are to be mailed, and no mail server is set", "set CERTFLOW_SMTP_URL")
    return address


def _kept_secret(data_dir: Path, name: str) -> str:
    """A key that is kept in `data_dir`, made on first use, readable by its owner only; whole or not there at all."""
    path = data_dir / name
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=data_dir)  # for its owner only
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with suppress(FileExistsError):  # another process may have been faster
                os.link(draft, path)
            os.unlink(draft)
        return path.read_text().strip()
    except OSError as fault:
        raise SetupError(
            f"the data folder cannot be used: {fault}", "set CERTFLOW_DIR to a folder you can write"
        ) from fault
