"""Files that people sent, handed out so that no page of ours can be made of them; and too large ones, told so."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import dump_options_header

from certflow.gateways.files.content import ALLOWED

MOST_DRAINED = 256 * 1024 * 1024
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"  # browsers style it
ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 5987 attr-char, beside letters and digits
KEPT_FOR = 3600  # seconds
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def attachment(chunks: Iterable[bytes], *, name: str, media_type: str, size: int) -> Response:
    """The file as an attachment under its own name and the type found in its content."""
    headers = Headers()
    headers["Content-Disposition"] = _disposition(name)
    headers["Content-Length"] = str(size)
    headers["Content-Security-Policy"] = SANDBOX
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    return Response(chunks, headers=headers, content_type=media_type)


def picture(content: bytes, *, media_type: str, mark: str) -> Response:
    """A picture that we drew, to show inside our own pages; the browser of the person keeps it for an hour.

    The cookie stands in `Vary`, so that nobody else who uses the browser gets it. `mark` is different for each picture;
    without one the browser keeps nothing.
    """
    response = Response(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = PICTURE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = f"private, max-age={KEPT_FOR}" if mark else "no-store"
    if mark:
        response.vary.add("Cookie")
        response.set_etag(mark)
        response.make_conditional(request)
    return response


def _disposition(name: str) -> str:
    """An attachment under its own name: plain letters for old programs, UTF-8 as in RFC 5987 for the others."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    options = {"filename": plain}
    if plain != name:
        options["filename*"] = f"UTF-8''{quote(name, safe=ATTR_CHARS)}"
    return dump_options_header("attachment", options)


def drain() -> None:
    """Read on what the browser is still sending, within reason: it shows the answer only then.

    Of a body above the limit nothing was read yet; of any other, how much is left is not known.
    """
    announced = request.content_length or 0
    left = min(announced, MOST_DRAINED) if announced > (request.max_content_length or 0) else 0
    stream = request.environ["wsgi.input"]
    while left > 0 and (piece := stream.read(min(left, 256 * 1024))):
        left -= len(piece)


ACCEPT = ",".join([*(f".{kind.extension}" for kind in ALLOWED), ".jpeg"])
