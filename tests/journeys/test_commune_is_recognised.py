"""A commune goes from draft to a certificate that anyone verifies: the main job, in a real browser."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from certflow.config import Settings
from tests import make
from tests.browser import Screenshot, assert_accessible
from tests.journeys.commune import Season, read_certificate
from tests.journeys.words import vi
from tests.journeys.worker import working
from tests.waiting import eventually

SMALL_PHONE = {"width": 360, "height": 740}
RETURNED = "Đề nghị bổ sung minh chứng của chỉ tiêu 5.1."


def recognise(season: Season, level: int) -> str:
    """Everybody's part, up to the recognition; gives the dossier's address."""
    with season.app.app_context():
        address = season.drafts(level)
    season.by("commune_chair", address, "submit")
    season.by("education_officer", address, "return_for_changes", RETURNED)
    officer = season.signed_in("commune_officer")
    officer.goto(address)
    assert RETURNED in officer.content()
    with season.app.app_context():
        season.step(officer, address, "hand_over")
    season.by("commune_chair", address, "submit")
    season.by("education_officer", address, "accept")
    season.appraises(address, level)
    season.by("province_reviewer", address, "endorse")
    season.by("education_head", address, f"recognise_level_{level}")
    return address


def downloaded(page: Page, address: str, tmp_path: Path) -> Path:
    """The certificate's PDF, downloaded from its page once the worker has made it."""
    page.goto(address)
    page.get_by_role("link", name=vi("Certificate")).first.click()
    link = page.get_by_role("link", name=vi("Download the PDF"))

    def made() -> bool:
        page.reload()
        return link.count() > 0

    eventually(made)
    with page.expect_download() as download:
        link.click()
    path = tmp_path / "certificate.pdf"
    download.value.save_as(path)
    return path


def verified(season: Season, open_page: Callable[..., Page], url: str) -> Page:
    """The public page, opened by somebody who has no account."""
    page = open_page()
    page.goto(url)
    season.check(page, "verify")
    return page


def test_a_commune_is_recognised_at_level_2_and_its_certificate_verified(
    app: Flask, settings: Settings, open_page: Callable[..., Page], screenshot: Screenshot, tmp_path: Path
) -> None:
    season = Season(app, open_page, screenshot, judged=settings.database_url.startswith("sqlite"))
    with working(settings):
        address = recognise(season, 2)
        officer = season.signed_in("commune_officer")
        path = downloaded(officer, address, tmp_path)
        season.check(officer, "certificate-page")

    text, code = read_certificate(path)
    with app.app_context():
        unit = make.unit()
    for words in ("GIẤY CHỨNG NHẬN", unit.name, "mức độ 2", "huyện Cẩm Mỹ", "tỉnh Đồng Nai"):
        assert words in text
    assert code.startswith(f"{settings.public_url}/verify/")
    page = verified(season, open_page, code)
    assert unit.name in page.content()
    assert code.rsplit("/", 1)[1] in page.content()
    page.get_by_role("link", name=vi("Read the certificate")).click()
    assert "GIẤY CHỨNG NHẬN" in page.content()
    assert_accessible(page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_season_on_a_phone(app: Flask, open_page: Callable[..., Page], screenshot: Screenshot) -> None:
    season = Season(app, open_page, screenshot, viewport=SMALL_PHONE)
    with season.app.app_context():
        make.people()["commune_chair"].position = "Phó Chủ tịch Ủy ban nhân dân xã"
        make.commit()
        address = season.drafts(1)
    season.submits(address)
    season.acts("education_officer", address, "accept")
    season.appraises(address, 1)
    season.acts("province_reviewer", address, "endorse")
    season.acts("education_head", address, "recognise_level_1")
    sys.stdout.write(f"taps and screens: {season.efforts}\n")
    taps, screens = season.efforts["commune_officer"]
    assert taps <= 35
    assert screens <= 40
    assert season.efforts["commune_chair"][0] <= 4
    assert max(season.efforts[role][0] for role in ("education_officer", "province_reviewer", "education_head")) <= 4
    chair = season.signed_in("commune_chair")
    for page in (address, f"{address}history", f"{address}submissions/1", f"{address}appraisal"):
        chair.goto(page)
        season.check(chair, "phone" + page.replace("/", "-"))
