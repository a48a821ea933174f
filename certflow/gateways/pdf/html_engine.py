"""Papers by pdfkit: wkhtmltopdf prints the HTML copy; it may open nothing but the page it is given."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pdfkit

from certflow.errors import SetupError

STATIC = Path(__file__).resolve().parents[2] / "http" / "static"
STYLES = [str(STATIC / name) for name in ("document.css", "document-wkhtmltopdf.css")]
PROGRAM = "wkhtmltopdf"
LISTING = "fc-list"
LONGEST = 60.0  # seconds for one paper, which usually takes a third of one
NO_OPTIONS_IN_THE_PAGE = "(?!)"  # pdfkit would take options from <meta> of the page: a pattern that fits no name
NOWHERE = "http://127.0.0.1:9"
FACES = ("Times New Roman", "Tinos", "Liberation Serif")
INSTALL = "apt-get install wkhtmltopdf fontconfig fonts-liberation2"
OPTIONS = {
    "quiet": "",
    "encoding": "UTF-8",
    "page-size": "A4",
    "disable-local-file-access": "",
    "disable-javascript": "",
    "disable-plugins": "",
    "proxy": NOWHERE,
    "load-error-handling": "ignore",
    "load-media-error-handling": "ignore",
}
PORTRAIT = {"margin-top": "20mm", "margin-bottom": "20mm", "margin-left": "30mm", "margin-right": "15mm"}
LANDSCAPE = {"margin-top": "12mm", "margin-bottom": "12mm", "margin-left": "14mm", "margin-right": "14mm"}


def render(page: str, *, landscape: bool) -> bytes:
    """The PDF of an HTML page.

    Raises SetupError when wkhtmltopdf or its face is missing, TimeoutError when it was stopped after LONGEST
    seconds, OSError with its own words when it fails.
    """
    check()
    options = OPTIONS | (LANDSCAPE | {"orientation": "Landscape"} if landscape else PORTRAIT)
    configuration = pdfkit.configuration(wkhtmltopdf=shutil.which(PROGRAM), meta_tag_prefix=NO_OPTIONS_IN_THE_PAGE)
    kit = pdfkit.PDFKit(page, "string", options=options, css=STYLES, configuration=configuration)
    with tempfile.TemporaryDirectory(prefix="certflow-") as folder:
        target = Path(folder) / "paper.pdf"
        command = kit.command(str(target))
        _run(command, kit.source.to_s())
        return target.read_bytes()


def check() -> None:
    """Raises SetupError naming the command that provides wkhtmltopdf or a Vietnamese serif face."""
    for program in (PROGRAM, LISTING):
        if shutil.which(program) is None:
            raise SetupError(f"{program} is not installed; the pdfkit engine needs it", INSTALL)
    if not _alphabets():
        raise SetupError("there is no serif face with all Vietnamese letters for the pdfkit engine", INSTALL)


def lacking() -> Callable[[str], bool]:
    """Tells of a letter whether a face that may be used lacks it; it would be a box or from another face."""
    alphabets = _alphabets()
    return lambda letter: not all(any(ord(letter) in part for part in alphabet) for alphabet in alphabets)


def _run(command: list[str], page: str) -> None:
    # Run here, because pdfkit's own call would wait for ever.
    try:
        process = subprocess.run(command, input=page.encode(), capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired as late:
        raise TimeoutError(f"{PROGRAM} was stopped: it had not finished after {LONGEST:g} seconds") from late
    if process.returncode != 0:
        raise OSError(
            f"{PROGRAM} ended with code {process.returncode}: {process.stderr.decode(errors='replace').strip()}"
        )


def _alphabets() -> list[list[range]]:
    """The code points of each installed file of FACES that has all Vietnamese letters."""
    command = [LISTING, ":lang=vi", "--format", "%{family}|%{charset}\n"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    pairs = (line.split("|") for line in listing.splitlines())
    return [_ranges(charset) for families, charset in pairs if set(families.split(",")) & set(FACES)]


def _ranges(charset: str) -> list[range]:
    bounds = (part.split("-") for part in charset.split())
    return [range(int(bound[0], 16), int(bound[-1], 16) + 1) for bound in bounds]
