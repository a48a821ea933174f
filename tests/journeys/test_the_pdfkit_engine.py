"""The same season with the second PDF engine: the certificate that wkhtmltopdf prints is read back and verified."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from certflow.config import Settings
from tests import make
from tests.browser import Screenshot
from tests.journeys.commune import Season, read_certificate
from tests.journeys.test_commune_is_recognised import downloaded, recognise, verified
from tests.journeys.worker import working


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The usual settings, with the second engine."""
    return replace(settings, pdf_engine="pdfkit")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_commune_is_recognised_and_its_certificate_is_printed_by_pdfkit(
    app: Flask, settings: Settings, open_page: Callable[..., Page], screenshot: Screenshot, tmp_path: Path
) -> None:
    season = Season(app, open_page, screenshot, judged=False)
    with working(settings):
        address = recognise(season, 1)
        path = downloaded(season.signed_in("commune_officer"), address, tmp_path)

    text, code = read_certificate(path)
    with app.app_context():
        unit = make.unit()
    assert "wkhtmltopdf".encode("utf-16-be") in path.read_bytes()
    assert "mức độ 1" in text
    assert unit.name in text
    assert unit.name in verified(season, open_page, code).content()
