"""How answers travel: pages and data compressed, styles and scripts under names that carry their content's hash.

A proxy that compresses by itself leaves these answers alone, as they say how they are encoded.
"""

import gzip
import hashlib
import io
import mimetypes
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, session

COMPRESSED = {
    *("text/html", "text/css", "text/plain", "text/javascript", "application/javascript"),
    *("application/json", "image/svg+xml"),
}
LEAST = 1024  # below this a packet is saved by nothing
LEVEL = 5
LONGEST_PADDING = 64
A_YEAR = 365 * 24 * 3600
SHOWS_SECRETS = {"second_factor", "invitations"}
REFERENCE = re.compile(rb"""url\((["']?)([^"')]+)\1\)""")


@dataclass(frozen=True, slots=True)
class Asset:
    """A style, script or picture: its path with the hash, its content, and the same compressed (b"" for no gain)."""

    name: str
    content: bytes
    gzipped: bytes
    media_type: str


def register(app: Flask) -> None:
    """Compress what `app` answers, and serve its static folder under names with a hash.

    Called before whatever else looks at requests and answers: Flask asks it first, and shows it answers last.
    """
    app.after_request(_compressed)
    app.after_request(_for_everybody)
    assets = _assets(Path(app.static_folder or ""))
    by_name = {asset.name: asset for asset in assets.values()}

    @app.url_defaults
    def _with_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in assets:
            values["filename"] = assets[values["filename"]].name

    @app.before_request
    def _static() -> Response | None:
        """Nothing of a session or the database is asked for, or every sign-in would make caches forget the file."""
        if request.endpoint != "static":
            return None
        filename = (request.view_args or {}).get("filename", "")
        return _sent(by_name[filename]) if filename in by_name else abort(404)


def _assets(folder: Path) -> dict[str, Asset]:
    """Every file in and below the folder by its path in it; styles come last, as they name others."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*"), key=lambda each: (each.suffix == ".css", each)):
        if path.is_file():
            content, name = path.read_bytes(), path.relative_to(folder)
            assets[name.as_posix()] = _asset(name, _referring(content, assets) if path.suffix == ".css" else content)
    return assets


def _referring(style: bytes, assets: Mapping[str, Asset]) -> bytes:
    """The style with the names of the files it uses."""

    def named(match: re.Match[bytes]) -> bytes:
        asset = assets.get(match[2].decode())
        return b'url("%s")' % asset.name.encode() if asset else match[0]

    return REFERENCE.sub(named, style)


def _asset(path: Path, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:16]
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    gzipped = gzip.compress(content, 9, mtime=0) if media_type in COMPRESSED else b""
    return Asset(
        path.with_suffix(f".{digest}{path.suffix}").as_posix(),
        content,
        gzipped if len(gzipped) < len(content) else b"",
        media_type,
    )


def _sent(asset: Asset) -> Response:
    """The file, for a year: another content has another name."""
    gzipped = bool(asset.gzipped) and _takes_gzip()
    response = Response(asset.gzipped if gzipped else asset.content, mimetype=asset.media_type)
    response.set_etag(f"{asset.name}-gzip" if gzipped else asset.name)
    response.cache_control.public, response.cache_control.max_age = True, A_YEAR
    response.cache_control.immutable = True
    if asset.gzipped:
        response.vary.add("Accept-Encoding")
    if gzipped:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _for_everybody(response: Response) -> Response:
    """A file with a hash is the same whoever asks, although Flask-Login has looked into the session meanwhile."""
    if response.cache_control.immutable and not session.modified:
        session.accessed = False
    return response


def _compressed(response: Response) -> Response:
    """A page or data in memory, compressed where the browser takes it; files that people sent stay as they are.

    BREACH reads a secret that stands beside what an attacker may put into the same compressed page, byte by byte from
    its length. Our only secret on ordinary pages is the CSRF token. It is not masked for each request, but signed anew
    every second, and without the signature of one second what stays the same is of no use. A foreign page cannot ask
    for ours with the cookie either, except by opening it (SameSite=Lax). The random name in the gzip header still makes
    lengths useless, as Django does it; pages that show second factors or links are not compressed at all.
    """
    if not _is_text(response):
        return response
    response.vary.add("Accept-Encoding")
    if not _takes_gzip() or len(response.get_data()) < LEAST:
        return response
    buffer = io.BytesIO()
    padding = "x" * (1 + secrets.randbelow(LONGEST_PADDING))
    with gzip.GzipFile(padding, "wb", LEVEL, buffer, mtime=0) as file:
        file.write(response.get_data())
    response.set_data(buffer.getvalue())
    response.content_encoding = "gzip"
    return response


def _is_text(response: Response) -> bool:
    """Whether an answer is one of ours in words, complete in memory and not encoded yet."""
    return (
        not (response.is_streamed or response.direct_passthrough or response.content_encoding)
        and response.mimetype in COMPRESSED
        and response.status_code not in (204, 206, 304)
        and "Content-Disposition" not in response.headers
        and request.endpoint != "static"
        and request.blueprint not in SHOWS_SECRETS
    )
