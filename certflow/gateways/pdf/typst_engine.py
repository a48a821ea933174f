"""Papers by typst: PDF/A-3a and PDF/UA-1 from one file, with no system library."""

import datetime as dt
import json
import re
import tempfile
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from certflow.config import resource
from certflow.errors import SetupError
from certflow.gateways.pdf.glyphs import letters, refuse
from certflow.gateways.pdf.qr import as_svg

PREFERRED = ("Times New Roman", "Tinos")
BUILT_IN = "Libertinus Serif"
LETTERED = "Liberation Serif"
LETTERED_SINCE = "liberation2"
ONE_LETTER = b"""#set document(title: "x")
#set text(font: sys.inputs.face, fallback: false)
#sys.inputs.letter
"""
# Every page of a finished paper with the words of a sample across it.
MARKED = """
#set document(title: sys.inputs.title)
#set text(font: sys.inputs.face, lang: "vi", fallback: false)
#let flipped = sys.inputs.landscape == "yes"
#let across = rotate(if flipped { -33deg } else { -54deg }, box(width: 340mm, align(center, text(
  size: 40pt, weight: "bold", fill: rgb("#a0181833"), "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ",
))))
#for number in range(1, int(sys.inputs.pages) + 1) {
  page(
    paper: "a4", flipped: flipped, margin: 0mm, foreground: across,
    background: image("/paper.pdf", page: number, width: 100%, alt: sys.inputs.title),
  )[]
}
"""
COUNT = re.compile(rb"/Type /Page\b(?!s)")


def render(template: str, facts: Mapping[str, Any]) -> bytes:
    """The PDF of templates/results/documents/<template>.typ, which can read nothing outside that folder.

    Raises UnprintableError naming the letters that the face lacks, TypstError for any other fault.
    """
    folder = resource("templates") / "results" / "documents"
    inputs = {
        "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True),
        "face": face(),
        "qr": as_svg(str(facts["verify_url"])) if facts.get("verify_url") else "",
    }
    dated = dt.datetime.combine(dt.date.fromisoformat(facts["issued_on"]), dt.time(), dt.UTC)
    try:
        content = typst.compile(
            folder / f"{template}.typ",
            root=folder,
            font_paths=_fonts(),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=dated,
        )
    except typst.TypstError:
        refuse(facts, lacks)
        raise
    return bytes(content) + b"\n"  # a signature appended later needs the line's end


def marked(content: bytes, title: str, *, landscape: bool) -> bytes:
    """The pages of another engine's PDF, the words of a sample across each; raises TypstError when it is no such."""
    pages, flipped = str(len(COUNT.findall(content))), "yes" if landscape else "no"
    inputs = {"title": title, "face": face(), "pages": pages, "landscape": flipped}
    with tempfile.TemporaryDirectory(prefix="certflow-") as name:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(content)
        (folder / "marked.typ").write_text(MARKED)
        return bytes(typst.compile(folder / "marked.typ", root=folder, font_paths=_fonts(), sys_inputs=inputs))


def refuse_letters(facts: Mapping[str, Any]) -> None:
    """Raises UnprintableError naming the letters of `facts` that the face lacks; all are tried in one go first."""
    if lacks(letters(facts)):
        refuse(facts, lacks)


@lru_cache(maxsize=2048)
def lacks(letter: str) -> bool:
    """Whether the face has no such letter."""
    try:
        inputs = {"face": face(), "letter": letter}
        typst.compile(ONE_LETTER, font_paths=_fonts(), pdf_standards=["a-3a", "ua-1"], sys_inputs=inputs)
    except typst.TypstError:
        return True
    return False


@cache
def _fonts() -> typst.Fonts:
    """The system's faces, looked up once: doing so for each paper would take longer than the paper."""
    return typst.Fonts()


@cache
def face() -> str:
    """The serif face of papers: Times New Roman or its metric twin where the system has one, else typst's own.

    Liberation Serif counts only from version 2: version 1 lacks 92 Vietnamese letters a face.
    """
    paths = {font.family: font.path or "" for font in _fonts().fonts()}
    for family in PREFERRED:
        if family in paths:
            return family
    return LETTERED if LETTERED_SINCE in paths.get(LETTERED, "") else BUILT_IN


def forget_faces() -> None:
    """List the faces of the system anew at the next paper."""
    for known in (_fonts, face, lacks):
        known.cache_clear()


def check() -> None:
    """Raises SetupError when typst has no face to set papers in."""
    if face() not in {font.family for font in _fonts().fonts()}:
        raise SetupError("typst has no serif face", "pip install --force-reinstall 'typst>=0.15,<0.16'")
