"""QR codes as SVG."""

import io

import segno
from markupsafe import Markup

MASK = 3


def as_svg(text: str) -> str:
    """A QR code of `text` as an SVG file, error correction level M, with its quiet zone."""
    buffer = io.BytesIO()
    _code(text).save(buffer, kind="svg", scale=4, xmldecl=False, svgns=True, nl=False)
    return buffer.getvalue().decode()


def as_inline_svg(text: str) -> Markup:
    """A QR code of `text` as an element for an HTML page."""
    return Markup(_code(text).svg_inline(scale=4, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704


def as_square(text: str) -> Markup:
    """A QR code of `text` as an element of its own size with a white ground, for pages of any colour."""
    code = _code(text).svg_inline(scale=4, light="#fff", svgclass=None, lineclass=None)
    return Markup(code)  # noqa: S704


def _code(text: str) -> segno.QRCode:
    """The code with one fixed mask: every mask is valid, and trying all eight takes longer than the rest of a paper."""
    return segno.make(text, error="m", micro=False, boost_error=False, mask=MASK)
