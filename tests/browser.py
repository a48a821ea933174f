"""A real Chromium for the tests: pages that fail a test on their own faults, accessibility, screenshots."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, ViewportSize

from tests import make
from tests.waiting import AT_MOST

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Told in full are the violations alone: to describe all that passes takes several times as long.
_AXE = {"runOnly": {"type": "tag", "values": _AXE_TAGS}, "resultTypes": ["violations"]}

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

OpenPage = Callable[..., Page]
Screenshot = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium; it can reach nothing but this machine."""
    chromium = os.environ.get("CERTFLOW_TEST_CHROMIUM") or shutil.which("chromium")
    assert chromium, "the browser tests need Chromium: apt-get install chromium"
    return {"executable_path": chromium, "args": SWITCHES, "timeout": AT_MOST * 1000}


@pytest.fixture
def open_page(browser: Browser, served: str) -> Iterator[OpenPage]:
    """Opens a page in a session of its own: `open_page(PHONE)`; `goto` takes the served application's paths.

    The test fails when any of its pages logs an error, breaks the Content-Security-Policy, throws, or gets a
    5xx. A refusal (4xx) is an answer for a page, but a fault for a picture, a style or a script; where a test ends the
    session on purpose (`ends_session`), 401 is none, and where it makes an outage (`outage`), 503 is none.
    """
    faults: list[str] = []
    pages: list[Page] = []

    def opened(
        viewport: ViewportSize = DESKTOP, *, ends_session: bool = False, outage: bool = False, **options: Any
    ) -> Page:
        options = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", **options}
        page = browser.new_context(base_url=served, viewport=viewport, **options).new_page()
        page.set_default_timeout(AT_MOST * 1000)
        _watch(page, faults, refusals={401} if ends_session else {503} if outage else set())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert not faults, "a page had faults of its own:\n" + "\n".join(faults)


@pytest.fixture
def browser_page(open_page: OpenPage) -> Page:
    """One page at desktop width; `open_page` gives more, each in a session of its own."""
    return open_page()


@pytest.fixture
def screenshot() -> Screenshot:
    """Saves the whole page as NAME-WIDTH.png in the folder CERTFLOW_SCREENSHOTS; takes no picture without one."""
    folder = os.environ.get("CERTFLOW_SCREENSHOTS")

    def saved(page: Page, name: str) -> None:
        if folder:
            width = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)

    return saved


def sign_in(page: Page, name: str) -> Page:
    """Sign in by the page, which it opens where it is not shown; gives the page, wherever that leads."""
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")
    return page


# A tap is a touch of the page: on a button, a choice, a link, a field to type in, a field of files. Kept over pages.
_COUNTING = """
(() => {
  const add = (what, amount) => { sessionStorage[what] = Number(sessionStorage[what] || 0) + amount; };
  const typed = (field) => field.matches("textarea, input") && /^(text|textarea|password)$/.test(field.type);
  let touched = null;
  addEventListener("pointerdown", (event) => { touched = event.target; add("taps", 1); }, true);
  addEventListener("focusin", ({ target }) => { if (typed(target) && target !== touched) add("taps", 1); }, true);
  addEventListener("change", ({ target }) => { if (target.type === "file") add("taps", 1); }, true);
  addEventListener("load", () => {
    if (/^http/.test(location.protocol)) add("screens", document.documentElement.scrollHeight / innerHeight);
  });
})();
"""


def count_effort(page: Page) -> None:
    """Count from the next page on how often it is touched and how many screens its pages are high."""
    page.evaluate("sessionStorage.clear()")
    page.add_init_script(_COUNTING)


def effort(page: Page) -> tuple[int, float]:
    """The taps and the screens since `count_effort`."""
    taps, screens = page.evaluate("[Number(sessionStorage.taps || 0), Number(sessionStorage.screens || 0)]")
    return taps, round(screens, 1)


def unfold(page: Page, field: str) -> None:
    """Open the part of the page in which the field is folded away."""
    page.locator(field).evaluate("field => { field.closest('details').open = true; }")


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 A and AA or of axe's best practices on the page as it stands."""
    found = Axe().run(page, options=_AXE).response["violations"]
    told = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
        + "\n    ".join(str(node["html"])[:200] for node in rule["nodes"])
        for rule in found
    ]
    assert not told, f"{page.url} is not accessible:\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """Nothing on the page is wider than the window: no sideways scrolling on a phone."""
    page.wait_for_function("document.documentElement && document.readyState === 'complete'")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px wider than its window"


def _watch(page: Page, faults: list[str], refusals: Collection[int]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        # A failed load is judged by its response, which knows the status and what was asked for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"{page.url}: console: {message.text}")

    def on_response(response: Response) -> None:
        subresource = response.request.resource_type != "document"
        refused = response.status >= 500 or (subresource and response.status >= 400)
        if refused and response.status not in refusals:
            faults.append(f"{page.url}: {response.status} for {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: uncaught: {error}"))
    page.on("response", on_response)
