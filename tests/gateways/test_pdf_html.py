"""The HTML copies, on the screen and printed by wkhtmltopdf, which may open nothing."""

import io
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from certflow.accounts.pages.gate import POLICY
from certflow.errors import SetupError
from certflow.gateways.pdf import html_engine, printing, typst_engine
from tests.browser import DESKTOP, Screenshot, assert_accessible, assert_fits
from tests.gateways.paper_samples import FACTS, TEMPLATES, close_up, pages, printed
from tests.waiting import AT_MOST

NARROW: ViewportSize = {"width": 375, "height": 812}
SITE = "http://127.0.0.1"
STYLESHEET = "/static/document.css"
HOSTILE = '<script>alert(1)</script><img src="x" onerror="alert(1)" style="color:red">{{ 7*7 }}'


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_facts_that_name_addresses_stay_text(listening: socket.socket) -> None:
    tags = [_tags(listening), '<iframe src="file:///etc/passwd"></iframe>']
    content = printing.render("refusal_letter", FACTS | {"reasons": tags}, engine="pdfkit")

    read = close_up("".join(pages(content)))
    assert all(close_up(tag) in read for tag in tags)
    _assert_nobody_came(listening)


def test_the_printer_opens_no_address(listening: socket.socket) -> None:
    with suppress(OSError):  # it refuses the page or leaves out what does not come, whichever it learns first
        content = html_engine.render(_trap(listening), landscape=False)
        assert "Trang có bẫy" in "".join(pages(content))

    _assert_nobody_came(listening)


@pytest.mark.parametrize("tag", ["iframe", "object", "img"])
def test_the_printer_refuses_a_page_that_would_open_a_file(tag: str) -> None:
    name = "data" if tag == "object" else "src"
    asks = '<meta name="pdfkit-enable-local-file-access" content=""><meta name="pdfkit-allow" content="/">'
    page = f'<!doctype html><html><head>{asks}</head><body><{tag} {name}="file:///etc/passwd"></{tag}>x</body></html>'

    with pytest.raises(OSError, match=r"(?s)ended with code 1: .*ProtocolUnknownError"):
        html_engine.render(page, landscape=False)


def test_the_trap_does_catch_a_printer_without_these_limits(listening: socket.socket, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(_trap(listening))
    printer = subprocess.Popen(["wkhtmltopdf", "-q", str(page), str(tmp_path / "out.pdf")], stderr=subprocess.DEVNULL)
    try:
        listening.settimeout(AT_MOST)
        listening.accept()[0].close()
    finally:
        printer.kill()
        printer.wait()


@pytest.mark.parametrize(
    ("programs", "missing"),
    [
        ({}, "wkhtmltopdf is not installed"),
        ({"wkhtmltopdf": ""}, "fc-list is not installed"),
        ({"wkhtmltopdf": "", "fc-list": "exit 0"}, "no serif face with all Vietnamese letters"),
        ({"wkhtmltopdf": "", "fc-list": "echo 'Caladea|20-7e'"}, "no serif face with all Vietnamese letters"),
    ],
)
def test_what_is_missing_is_named_with_its_command(
    programs: dict[str, str], missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_programs(tmp_path, monkeypatch, programs)

    for attempt in (
        lambda: printing.check_engine("pdfkit"),
        lambda: printing.render("certificate", FACTS, engine="pdfkit"),
    ):
        with pytest.raises(SetupError, match=missing) as told:
            attempt()
        assert "apt-get install wkhtmltopdf fontconfig fonts-liberation2" in told.value.command
    printing.check_engine("typst")
    assert printing.render("certificate", FACTS, engine="typst")


def test_typst_without_a_face_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst_engine, "face", lambda: "No Such Face")

    with pytest.raises(SetupError, match="no serif face"):
        printing.check_engine("typst")


def test_a_printer_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "pid"
    sleeper = f"echo $$ > {mark}; exec {sys.executable} -c 'import time; time.sleep(600)'"
    _only_programs(tmp_path, monkeypatch, {"wkhtmltopdf": sleeper, "fc-list": "echo 'Tinos|20-7e a0-1eff'"})
    monkeypatch.setattr(html_engine, "LONGEST", 1.0)

    began = time.monotonic()
    with pytest.raises(TimeoutError, match="wkhtmltopdf was stopped: it had not finished after 1 seconds"):
        html_engine.render("<p>x</p>", landscape=False)
    assert time.monotonic() - began < AT_MOST
    assert not Path(f"/proc/{mark.read_text().strip()}").exists()


def test_a_printer_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = "echo 'cannot open the display' >&2; exit 3"
    _only_programs(tmp_path, monkeypatch, {"wkhtmltopdf": failing, "fc-list": "echo 'Tinos|20-7e a0-1eff'"})

    with pytest.raises(OSError, match="wkhtmltopdf ended with code 3: cannot open the display"):
        html_engine.render("<p>x</p>", landscape=False)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_copy_escapes_every_fact_and_has_no_style_of_its_own(template: str) -> None:
    hostile = {name: HOSTILE for name, fact in FACTS.items() if isinstance(fact, str) and name in _FREE}
    copy = printing.html_copy(template, FACTS | hostile | {"stylesheet_url": STYLESHEET, "reasons": [HOSTILE]})

    found = _Tags()
    found.feed(copy)
    assert not found.tags & {"script", "img", "style", "iframe"}
    assert not [name for name in found.attributes if name == "style" or name.startswith("on")]
    assert "{{ 7*7 }}" in copy
    assert f'<link rel="stylesheet" href="{STYLESHEET}">' in copy


@pytest.mark.parametrize("mark", ["official", "practice", "sample"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_copy_reads_well_on_a_phone_a_desk_and_paper(
    template: str, mark: str, browser: Browser, screenshot: Screenshot
) -> None:
    facts = FACTS | {mark: mark != "official", "stylesheet_url": STYLESHEET}
    for viewport in (NARROW, DESKTOP):
        with browser.new_context(viewport=viewport, locale="vi-VN").new_page() as page:
            faults = _opened(page, printing.html_copy(template, facts))

            assert_accessible(page)
            assert_fits(page)
            shown = close_up(page.locator("body").inner_text())
            assert [text for text in printed(template, FACTS) if close_up(text) not in shown] == []
            assert page.locator(".across").is_visible() == (mark == "sample")
            screenshot(page, f"copy-{template}-{mark}")
            assert faults == []
        page.context.close()


def test_every_sheet_that_a_browser_prints_of_a_sample_has_the_words_across(browser: Browser) -> None:
    page = browser.new_page()
    facts = FACTS | {"sample": True, "number_text": "", "reasons": ["Chỉ tiêu 5.1 chưa đạt. " * 20] * 25}
    _opened(page, printing.html_copy("refusal_letter", facts | {"stylesheet_url": STYLESHEET}))
    read = pages(page.pdf(prefer_css_page_size=True))
    page.close()

    assert len(read) >= 3
    assert [each for each in read if "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" not in each] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_copy_printed_by_a_browser_fills_one_sheet(template: str, browser: Browser) -> None:
    page = browser.new_page()
    faults = _opened(page, printing.html_copy(template, FACTS | {"stylesheet_url": STYLESHEET}))
    content = page.pdf(prefer_css_page_size=True)
    page.close()

    with pikepdf.open(io.BytesIO(content)) as document:
        (sheet,) = document.pages
        width, height = sheet.mediabox[2:]
    assert (width > height) == (template == "certificate")
    assert faults == []


_FREE = {"unit", "unit_parent", "province", "subject", "addressee", "authority", "title", "place", "filing"}


class _Tags(HTMLParser):
    """The names of tags and attributes that a browser sees."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def _opened(page: Page, copy: str) -> list[str]:
    """Show `copy` as the application would, under its policy; the list gathers what the browser complains of."""
    faults: list[str] = []
    style = (html_engine.STATIC / "document.css").read_text()

    def answer(route: Route) -> None:
        if route.request.url.endswith(STYLESHEET):
            route.fulfill(body=style, content_type="text/css")
        elif route.request.url == f"{SITE}/copy":
            route.fulfill(body=copy, content_type="text/html", headers={"Content-Security-Policy": POLICY})
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    page.on("console", lambda message: faults.append(message.text) if "favicon" not in message.text else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{SITE}/copy")
    return faults


def _tags(listening: socket.socket) -> str:
    return f'<img src="http://127.0.0.1:{listening.getsockname()[1]}/x">'


def _trap(listening: socket.socket) -> str:
    at = f"http://127.0.0.1:{listening.getsockname()[1]}"
    return f"""<!doctype html><html><head><meta charset="utf-8">
<meta name="pdfkit-proxy" content="None"><link rel="stylesheet" href="{at}/a.css">
<style>@import url("{at}/b.css"); body {{ background: url("{at}/c.png") }}</style>
<script src="{at}/d.js"></script><script>new Image().src = "{at}/e.png"</script></head>
<body><p>Trang có bẫy</p><img src="{at}/f.png"><iframe src="{at}/g"></iframe>
<object data="{at}/h"></object><embed src="{at}/i"></body></html>"""


def _assert_nobody_came(listening: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listening.accept()


def _only_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str]) -> None:
    """Let the PATH lead to nothing but these shell scripts."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, does in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
