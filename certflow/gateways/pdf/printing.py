"""Official papers from facts: PDFs by one of two engines, and the HTML copy that people see on the web."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from certflow.config import PdfEngine, resource
from certflow.gateways.pdf import glyphs, html_engine, typst_engine
from certflow.gateways.pdf.qr import as_inline_svg

OBLIGATORY = ("issuing_parent", "issuing_office", "number_text", "place", "issued_on", "signatory", "unit", "title")
SIGNATORY = ("capacity", "position", "name")
PROPER = {
    "recognition_decision": ("articles",),
    "refusal_letter": ("addressee", "articles", "reasons"),
    "filing_receipt": ("lines", "papers", "filing_days", "results", "remarks"),
    "certificate": (
        *("unit_parent", "province", "assessed_year", "decision_number_text", "decision_date"),
        *("verify_url", "verify_code"),
    ),
}
# What can always be read on the finished paper.
PRINTED = {
    "recognition_decision": (
        *("issuing_parent", "issuing_office", "number_text", "title", "authority", "legal_bases", "proposal"),
        *("articles", "recipients", "signatory", "verify_url", "marks"),
    ),
    "refusal_letter": (
        *("issuing_parent", "issuing_office", "number_text", "subject", "addressee", "articles", "reasons"),
        *("recipients", "signatory", "marks"),
    ),
    "certificate": (
        *("issuing_parent", "issuing_office", "number_text", "unit", "unit_parent", "province"),
        *("signatory", "verify_code", "verify_url", "marks"),
    ),
    "filing_receipt": (
        *("issuing_parent", "issuing_office", "number_text", "title", "lines", "papers", "filing_days", "results"),
        "remarks",
    ),
}
SAMPLE_WORDS = "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
OPTIONAL: dict[str, Any] = {
    "articles": (),
    "legal_bases": (),
    "marks": (),
    "practice": False,
    "sample": False,
    "proposal": "",
    "reasons": (),
    "recipients": (),
    "filing": "VT",
    "subject": "",
    "level": 0,
    "grade": "",
    "valid_until": "",
    "validity": "",
    "validity_source": "",
    "tier": "xã",  # a paper numbered before other tiers had theirs says nothing of it
}


def render(template: str, facts: Mapping[str, Any], *, engine: PdfEngine = "typst") -> bytes:
    """The PDF of `template` with `facts` (JSON-able values, printed as they are and never read as markup).

    "typst" gives PDF/A-3a and PDF/UA-1 with the facts attached, the same bytes each time; "pdfkit" prints the HTML
    copy with wkhtmltopdf. Raises ValueError naming the facts that are missing, UnprintableError (a ValueError)
    naming letters that the face lacks, SetupError when the engine is missing, TimeoutError or OSError when it fails.
    """
    complete = _complete(template, facts)
    if engine == "pdfkit":
        html_engine.check()
        glyphs.refuse(complete, html_engine.lacking())
        return _printed(template, complete)
    return typst_engine.render(template, complete)


def checked(template: str, facts: Mapping[str, Any], *, engine: PdfEngine = "typst") -> bytes:
    """As `render`, and looked at: raises FaultyPaperError when something of it cannot be seen in the finished file.

    A process that had its faces listed before they were exchanged lists them anew, once.
    """
    from certflow.gateways.pdf import inspection  # what reads PDFs is loaded where papers are made, and nowhere else

    complete = _complete(template, facts)
    words = SAMPLE_WORDS if complete["sample"] else ""
    texts = [*inspection.texts_of([complete.get(name, "") for name in PRINTED[template]]), words]
    content = render(template, facts, engine=engine)
    try:
        inspection.inspect(content, texts, on_each_page=[words])
    except glyphs.FaultyPaperError:
        typst_engine.forget_faces()
        content = render(template, facts, engine=engine)
        inspection.inspect(content, texts, on_each_page=[words])
    return content


def _printed(template: str, facts: Mapping[str, Any]) -> bytes:
    landscape = template == "certificate"
    content = html_engine.render(_copy(template, facts, ""), landscape=landscape)
    return typst_engine.marked(content, str(facts["title"]), landscape=landscape) if facts["sample"] else content


def check_printable(template: str, facts: Mapping[str, Any], *, engine: PdfEngine = "typst") -> None:
    """Raises what `render` would for these facts, without making the paper: before a number is given away."""
    _refuse(_complete(template, facts), engine)


def check_letters(facts: Mapping[str, Any], *, engine: PdfEngine = "typst") -> None:
    """Raises UnprintableError for texts, of whatever paper they will be part, that the engine cannot print."""
    _refuse(glyphs.printable(facts), engine)


def _refuse(facts: Mapping[str, Any], engine: PdfEngine) -> None:
    if engine == "pdfkit":
        glyphs.refuse(facts, html_engine.lacking())
    else:
        typst_engine.refuse_letters(facts)


def legible(facts: Mapping[str, Any], *, engine: PdfEngine = "typst") -> dict[str, Any]:
    """`facts` with a sign in place of each letter that the engine cannot print, as names of files may have."""
    if engine == "pdfkit":
        return glyphs.legible(facts, html_engine.lacking())
    shaped = glyphs.legible(facts, lambda _letter: False)
    if not typst_engine.lacks(glyphs.letters(shaped)):  # all are tried in one go first
        return shaped
    return glyphs.legible(shaped, typst_engine.lacks)


def check_words(words: str, *, engine: PdfEngine = "typst") -> None:
    """Raises UnprintableError for words that papers are going to cite and could not print."""
    cleaned = glyphs.printable({"words": words})
    if engine == "pdfkit":
        glyphs.refuse(cleaned, html_engine.lacking())
    else:
        typst_engine.refuse_letters(cleaned)


def html_copy(template: str, facts: Mapping[str, Any]) -> str:
    """The HTML copy of `template`: a whole page; `facts["stylesheet_url"]` is where its style lies."""
    return _copy(template, _complete(template, facts), str(facts.get("stylesheet_url", "")))


def check_engine(engine: PdfEngine) -> None:
    """Raises SetupError, naming what is missing and the command that provides it, when `engine` cannot work."""
    if engine == "pdfkit":
        html_engine.check()
    else:
        typst_engine.check()


def _complete(template: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """All that `template` prints, in printable text; `stylesheet_url` is no fact."""
    cleaned = glyphs.printable({name: value for name, value in facts.items() if name != "stylesheet_url"})
    signatory = cleaned.get("signatory", {})
    missing = [name for name in OBLIGATORY + PROPER.get(template, ()) if name not in cleaned]
    missing += [f"signatory.{name}" for name in SIGNATORY if name not in signatory]
    if "verify_url" in cleaned and "verify_code" not in cleaned:
        missing.append("verify_code")
    if missing:
        raise ValueError(f"{template} needs these facts: {', '.join(missing)}")
    usual = {"authority": f"{signatory['position']} {cleaned['issuing_office']}", "subject": cleaned["title"]}
    complete = OPTIONAL | usual | cleaned
    return complete if "statement" in complete else complete | _stated_before(complete)


def _stated_before(facts: Mapping[str, Any]) -> dict[str, str]:
    """What a certificate states that was numbered before papers had their scheme's own words for it."""
    if not facts["level"]:
        return {"statement": facts["title"], "award": ""}
    award = f"mức độ {facts['level']}"
    return {"statement": f"đạt “Cộng đồng học tập” cấp {facts['tier']} {award}", "award": award}


def _copy(template: str, facts: Mapping[str, Any], stylesheet_url: str) -> str:
    verify_url = facts.get("verify_url")
    code = as_inline_svg(str(verify_url)) if verify_url else ""
    page = _environment().get_template(f"{template}.html")
    return page.render(facts=facts, qr=code, stylesheet_url=stylesheet_url)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "results" / "documents"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short_date"] = _short_date
    environment.filters["long_date"] = long_date
    return environment


def _short_date(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


def long_date(iso: str) -> str:
    """A date in words; days below 10 and the months 1 and 2 have a leading zero (Decree 30/2020/NĐ-CP)."""
    year, month, day = (int(part) for part in iso.split("-"))
    return f"ngày {day:02d} tháng {month:02d} năm {year}" if month < 3 else f"ngày {day:02d} tháng {month} năm {year}"
