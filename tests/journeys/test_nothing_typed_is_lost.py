"""In any order: type, choose files, save, cut the line, end the session, use two windows. Nothing typed is ever lost.

A person in a real browser, with and without scripts. The first window types in two fields, the second in a third.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from playwright.sync_api import Page, expect

from certflow import clock
from certflow.models.base import db
from certflow.models.dossiers import Claim, Evidence
from certflow.models.people import SignInSession
from tests import make
from tests.browser import OpenPage, sign_in, unfold
from tests.gateways import samples
from tests.journeys.words import vi
from tests.waiting import AT_MOST, eventually

FIELDS = {"1.1": "first", "1.2": "first", "1.3": "second"}
TEXTS = st.sampled_from(["Nghị quyết số 5", "12 lớp; 340 người", "Đã họp\nhai lần", "Kế hoạch “học tập suốt đời”"])
CODES = st.sampled_from(list(FIELDS))


class Officer(RuleBasedStateMachine):
    """One person at work; `places` are the windows, `typed` the last text of each field."""

    app: Flask
    open_page: OpenPage
    script: bool

    @initialize()
    def begin(self) -> None:
        """Two windows of one browser on the same criterion of a new dossier."""
        with self.app.app_context():
            dossier = make.dossier(round_=make.round_(title=f"Đợt {clock.now():%H%M%S%f}"))
            self.number, self.name = dossier.id, make.person_for("commune_officer", dossier).sign_in_name
        self.typed: dict[str, str] = {}
        self.files = 0
        self.offline = self.signed_out = False
        first = self.open_page(java_script_enabled=self.script, ends_session=True)
        sign_in(first, self.name)
        self.places = {"first": first, "second": first.context.new_page()}
        for page in self.places.values():
            page.on("dialog", lambda dialog: dialog.accept())
            page.goto(self.address)

    @property
    def address(self) -> str:
        """The page of the criterion."""
        return f"/dossiers/{self.number}/criteria/1"

    @rule(code=CODES, text=TEXTS)
    def types(self, code: str, text: str) -> None:
        """Type into a field."""
        page, field = self.at(FIELDS[code]), f'[name="{code}-explanation"]'
        unfold(page, field)
        page.fill(field, text)
        self.typed[code] = text

    def at(self, window: str) -> Page:
        """The window, back on the page of the criterion when it was led away, signed in where that asks for it."""
        page = self.places[window]
        if not page.url.endswith("/criteria/1"):
            page.goto(self.address)
        if "/sign-in" in page.url:
            sign_in(page, self.name)
            self.signed_out = False
        return page

    @precondition(lambda self: not self.offline and not self.signed_out)
    @rule(window=st.sampled_from(["first", "second"]))
    def chooses_a_file(self, window: str) -> None:
        """Choose a file; without scripts the button that saves the page takes it along."""
        page = self.at(window)
        file = {"name": f"minh chứng {self.files}.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
        page.set_input_files("#i1-1-file", file)  # type: ignore[arg-type]
        self.files += 1
        if self.script:
            expect(page.locator("#i1-1-files")).to_contain_text(
                f"minh chứng {self.files - 1}.pdf", timeout=AT_MOST * 1000
            )
            expect(page.locator("#i1-1-files progress")).to_have_count(0, timeout=AT_MOST * 1000)
        else:
            self.presses_save(window)

    @rule(window=st.sampled_from(["first", "second"]))
    def presses_save(self, window: str) -> None:
        """Press the main button; whoever is sent to sign in does so and saves what was kept."""
        page = self.at(window)
        page.click(".buttons [name=go][value=next]")
        if self.offline or (self.signed_out and self.script):
            page.wait_for_selector("[data-autosave-status][data-state=failed]")
            return
        page.wait_for_load_state()
        if "/sign-in" in page.url:
            sign_in(page, self.name)
            self.signed_out = False
            page.click(f"main form button:has-text('{vi('Save this now')}')")
        page.wait_for_url("**/criteria/2")

    @precondition(lambda self: self.script and not self.offline)
    @rule()
    def loses_the_line(self) -> None:
        """The line is cut."""
        self.places["first"].context.set_offline(True)
        self.offline = True

    @precondition(lambda self: self.offline)
    @rule()
    def has_the_line_back(self) -> None:
        """The line is there again."""
        self.places["first"].context.set_offline(False)
        self.offline = False

    @precondition(lambda self: not self.signed_out)
    @rule()
    def loses_the_session(self) -> None:
        """Every session of the person ends."""
        with self.app.app_context():
            db.session.query(SignInSession).update({SignInSession.ended_at: clock.now()})
            db.session.commit()
        self.signed_out = True

    @precondition(lambda self: self.signed_out and not self.offline)
    @rule()
    def signs_in_in_another_tab(self) -> None:
        """Sign in again beside the open pages, as they say."""
        tab = self.places["first"].context.new_page()
        sign_in(tab, self.name)
        tab.close()
        self.signed_out = False

    @precondition(lambda self: self.script and not self.offline and not self.signed_out)
    @rule(window=st.sampled_from(["first", "second"]))
    def reloads(self, window: str) -> None:
        """Load the page again."""
        self.places[window].reload()

    def teardown(self) -> None:
        """In the end everything is there: the line, the session, and what was typed and chosen."""
        if not hasattr(self, "places"):
            return
        if self.offline:
            self.has_the_line_back()
        if self.signed_out:
            self.signs_in_in_another_tab()
        for window in self.places:
            if self.script:
                self.at(window).evaluate("dispatchEvent(new Event('focus'))")
            else:
                self.presses_save(window)
        eventually(lambda: self.stored() == (self.typed, self.files))
        self.places["first"].context.close()

    def stored(self) -> tuple[dict[str, str], int]:
        """The explanations and the number of files that are committed."""
        with self.app.app_context():
            claims = db.session.query(Claim).filter_by(dossier_id=self.number)
            files = db.session.query(Evidence).filter_by(dossier_id=self.number, removed_at=None).count()
            return {claim.indicator: claim.explanation for claim in claims if claim.explanation}, files


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("script", [True, False], ids=["with-scripts", "without-scripts"])
def test_whatever_was_typed_or_chosen_is_never_lost(app: Flask, open_page: Callable[..., Page], script: bool) -> None:
    machine: Any = type("Case", (Officer,), {"app": app, "open_page": staticmethod(open_page), "script": script})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            phases=[Phase.generate],  # to make a failing run shorter takes many runs of a browser
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
