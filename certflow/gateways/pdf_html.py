"""Papers by pdfkit: wkhtmltopdf prints the HTML copy; it may open nothing but the page it is given."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pdfkit

from certflow.errors import SetupError

STATIC = Path(__file__).resolve().parent.parent / "web" / "static"
STYLES = [str(STATIC / name) for name in ("document.css", "document-wkhtmltopdf.css")]
PROGRAM = "wkhtmltopdf"
NOWHERE = "http://127.0.0.1:9"
FACES = ("Times New Roman", "Tinos", "Liberation Serif")
INSTALL = "apt-get install wkhtmltopdf fonts-liberation2"
OPTIONS = {
    "quiet": "",
    "encoding": "UTF-8",
    "page-size": "A4",
    "disable-local-file-access": "",
    "disable-javascript": "",
    "disable-plugins": "",
    "disable-external-links": "",
    "disable-internal-links": "",
    "proxy": NOWHERE,
    "load-error-handling": "ignore",
    "load-media-error-handling": "ignore",
}
PORTRAIT = {"margin-top": "20mm", "margin-bottom": "20mm", "margin-left": "30mm", "margin-right": "18mm"}
LANDSCAPE = {"margin-top": "12mm", "margin-bottom": "12mm", "margin-left": "14mm", "margin-right": "14mm"}


def render(page: str, *, landscape: bool) -> bytes:
    """The PDF of an HTML page; raises SetupError when wkhtmltopdf or its face is missing."""
    check()
    options = OPTIONS | (LANDSCAPE | {"orientation": "Landscape"} if landscape else PORTRAIT)
    configuration = pdfkit.configuration(wkhtmltopdf=shutil.which(PROGRAM))
    with tempfile.TemporaryDirectory(prefix="certflow-") as folder:
        target = Path(folder) / "paper.pdf"
        pdfkit.from_string(page, str(target), options=options, css=STYLES, configuration=configuration)
        return target.read_bytes()


def check() -> None:
    """Raises SetupError naming the command that provides wkhtmltopdf or a Vietnamese serif face."""
    if shutil.which(PROGRAM) is None:
        raise SetupError(f"{PROGRAM} is not installed; the pdfkit engine needs it", INSTALL)
    if not any(_has_face(face) for face in FACES):
        raise SetupError("there is no serif face with all Vietnamese letters for the pdfkit engine", INSTALL)


def _has_face(face: str) -> bool:
    listing = subprocess.run(["fc-list", f"{face}:lang=vi", "family"], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return bool(listing.stdout.strip())
