"""Whoever leaves a page open is told before the session ends, and whoever works at it keeps the session."""

import pytest
from flask import Flask

from tests import make
from tests.browser import PHONE, OpenPage, Screenshot, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_page_tells_before_the_end_and_stays_in_use_by_typing_or_by_the_button(
    app: Flask, open_page: OpenPage, screenshot: Screenshot
) -> None:
    with app.app_context():
        make.user("lan")
        make.commit()
    page = sign_in(open_page(PHONE), "lan")
    page.clock.install()
    page.goto("/account")
    notice = page.locator("#idle")

    page.clock.fast_forward("20:00")
    assert notice.is_hidden()
    page.clock.fast_forward("08:30")
    notice.wait_for()
    screenshot(page, "idle")
    with page.expect_response("**/account/here") as answer:
        notice.get_by_role("button").click()
    assert answer.value.status == 200
    notice.wait_for(state="hidden")

    page.locator("body").press("Tab")
    with page.expect_response("**/account/here") as answer:
        page.clock.fast_forward("06:00")
    assert answer.value.status == 200
