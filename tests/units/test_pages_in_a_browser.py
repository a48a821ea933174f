"""The pages of units through time in a real browser: accessible, and fitting a phone."""

import pytest
from flask import Flask

from certflow import clock
from certflow.models.results import Recognition
from certflow.results import recognitions
from certflow.units import attributes, organisations
from certflow.units.organisations import OfficeEntry
from tests import make, merging
from tests.browser import DESKTOP, PHONE, OpenPage, Screenshot, assert_accessible, assert_fits, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _published(name: str, level: int) -> Recognition:
    dossier = make.dossier(f"recognised_level_{level}", unit=make.unit(name))
    found = recognitions.of_dossier(dossier)
    assert found is not None
    for paper in (found.decision, found.certificate):
        assert paper is not None
        paper.storage_key, paper.issued_at = f"papers/{paper.id}", clock.now()
    return found


def _addresses(app: Flask) -> dict[str, str]:
    """Every new page, in a country where two communes with titles were merged."""
    with app.app_context():
        administrator = make.person("administrator")
        found = [_published("Xã Xuân Tây", 2), _published("Xã Sông Ray", 1)][0]
        entry = OfficeEntry("learning_centre", "Trung tâm học tập cộng đồng Xuân Tây", "Quyết định 3/QĐ-UBND")
        office = organisations.add(make.unit().id, entry, actor=administrator)
        since = clock.today().replace(day=1, month=1)
        poor = attributes.add(make.unit().id, source="QĐ 861/QĐ-TTg", starts_on=since, actor=administrator)
        new, rule = merging.merged(["Xã Xuân Tây", "Xã Sông Ray"]), merging.rule()
        person = make.user("le.van.tam")
        return {
            "units": "/units/",
            "found": "/units/?q=xuan",
            "below": f"/units/{make.unit(merging.DISTRICT).id}/below",
            "successor": f"/units/{new.id}",
            "predecessor": f"/units/{found.unit_id}",
            "offices": f"/units/{office.unit_id}/offices",
            "end": f"/units/offices/{office.id}/end",
            "disadvantaged": f"/units/{new.id}/disadvantaged",
            "attribute": f"/units/attributes/{poor.id}/end",
            "rules": "/inheritance/",
            "rule_new": "/inheritance/new",
            "rule": f"/inheritance/{rule.id}",
            "withdraw": f"/inheritance/{rule.id}/withdraw",
            "appoint": f"/people/{person.id}/appointments?role=commune_officer&q=xuan+tay&ended=y",
            "verify": f"/verify/{found.verify_code}",
        }


def test_every_page_of_units_is_accessible_and_fits(app: Flask, open_page: OpenPage, screenshot: Screenshot) -> None:
    addresses = _addresses(app)
    for viewport, locale in ((PHONE, "vi-VN"), (DESKTOP, "vi-VN")):
        page = open_page(viewport, locale=locale)
        sign_in(page, "administrator.all")
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            screenshot(page, name)
            assert_fits(page)
            assert_accessible(page)
