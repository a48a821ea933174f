"""Tables of work: the reader's own dates, the order, what narrows them, the totals, and the same list as a file."""

import datetime as dt
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from playwright.sync_api import ViewportSize

from certflow import clock
from certflow.catalogue import catalogue
from certflow.dossiers import dossiers, lists
from certflow.dossiers.lists import Choice
from certflow.law import deadlines
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.people import User
from tests import make, tiers
from tests.browser import DESKTOP, OpenPage, Screenshot, assert_accessible, assert_fits
from tests.browsing import in_english, queries
from tests.definitions.shipped import DEFINITIONS

NARROW: ViewportSize = {"width": 360, "height": 740}
NAMES = ("Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San", "Xã Bảo Bình")


def dated(title: str, **days: int) -> object:
    """A round whose dates are so many days from today, the others far away."""
    names = ("submit_plan", "review_plan", "submit_statutory", "decide_statutory")
    return make.round_(title=title, dates={name: clock.today() + dt.timedelta(days.get(name, 90)) for name in names})


def rows_of(page: str) -> list[str]:
    """The names of the units in the order of the rows."""
    return re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("commune_officer", {"submit_plan", "submit_statutory"}),
        ("commune_chair", {"submit_plan", "submit_statutory"}),
        ("education_officer", {"decide_statutory"}),
        ("district_appraiser", {"decide_statutory"}),
        ("province_reviewer", {"review_plan"}),
        ("education_head", {"decide_statutory"}),
    ],
)
def test_a_deadline_binds_the_office_whose_act_meets_it(role: str, names: set[str]) -> None:
    assert DEFINITIONS.workflows[make.SCHEME].own_deadlines[role] == names


@pytest.mark.parametrize("spec", DEFINITIONS.workflows.values(), ids=lambda spec: spec.name)
def test_every_deadline_of_every_scheme_binds_somebody(spec: WorkflowSpec) -> None:
    assert {deadline.name for deadline in spec.deadlines} == set().union(*spec.own_deadlines.values())


@pytest.mark.usefixtures("inside_the_application")
def test_what_the_database_orders_by_is_what_the_rows_show() -> None:
    seasons = [dated(f"Đợt {n}", submit_plan=n, review_plan=n - 1, decide_statutory=3 - n) for n in (-2, 0, 2)]
    states = ("drafting", "submitted", "returned", "appraising", "under_review", "endorsed", "declined")
    for n, state in enumerate(states):
        make.dossier(at=state, round_=seasons[n % 3], unit=make.unit(NAMES[n // 3]))  # type: ignore[arg-type]
    made = make.dossier(at="under_review", round_=seasons[1], unit=make.unit(NAMES[3]))  # type: ignore[arg-type]
    make.act(made, "send_back")

    for role in ("commune_officer", "education_officer", "province_reviewer", "education_head"):
        reader = make.person(role)
        selection, shown = dossiers.seen(reader), dossiers.seen_by(reader).items
        due = _own_days(reader, shown)
        kept = [day for day in due if day is not None]
        assert due[: len(kept)] == sorted(kept)
        late, soon = clock.today(), clock.today() + dt.timedelta(lists.SOON_DAYS)
        wanted = lists.Totals(len(due), sum(day < late for day in kept), sum(late <= day <= soon for day in kept))
        assert selection.totals() == wanted, role


def _own_days(reader: User, items: list[dossiers.Listed]) -> list[dt.date | None]:
    spec, found = make.scheme(), []
    roles = [appointment.role for appointment in reader.appointments]
    for one in items:
        due = deadlines.own_due(one.standings, spec, one.dossier.state, roles)
        found.append(due.due.last_day if due else None)
    return found


@pytest.mark.usefixtures("inside_the_application")
def test_a_day_before_which_one_must_act_is_late_itself() -> None:
    today = clock.today()
    made = make.dossier(round_=make.round_(dates={"submit_plan": (today, False)}))
    officer = make.person_for("commune_officer", made)

    assert dossiers.seen(officer).totals() == lists.Totals(1, 1, 0)


@pytest.mark.usefixtures("inside_the_application")
def test_days_counted_for_each_dossier_order_it_too() -> None:
    tiers.lower_tiers()
    made = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "proposed")
    minister = make.person("minister", tiers.place(""))

    listed = dossiers.waiting_for(minister)

    due = deadlines.own_due(listed.items[0].standings, catalogue.workflow_of(made).spec, made.state, ["minister"])
    assert due is not None
    assert due.due.counted_from is not None
    assert listed.totals == lists.Totals(1, 0, int(due.days_left <= lists.SOON_DAYS))


@pytest.fixture
def reviewer(app: Flask, client: FlaskClient) -> FlaskClient:
    """Four communes of two districts, the third overdue, as the province reads them."""
    with app.app_context():
        late = dated("Đợt muộn", review_plan=-4)
        soon = dated("Đợt sớm", review_plan=4)
        for n, name in enumerate((*NAMES[:3], "Xã Suối Cát")):
            level = 2 if n == 1 else 1
            round_ = late if n == 2 else soon
            make.dossier(at="under_review", unit=make.unit(name), round_=round_, level=level)  # type: ignore[arg-type]
        make.dossier(at="appraising", unit=make.unit(NAMES[3]), round_=soon)  # type: ignore[arg-type]
        make.sign_in(client, make.person("province_reviewer"))
    return in_english(client)


def test_the_overdue_come_first_and_each_column_sorts_both_ways(reviewer: FlaskClient) -> None:
    page = reviewer.get("/").text
    waiting = page.split('id="others"')[0]

    assert rows_of(waiting)[0] == "Xã Lâm San"
    assert "4 days overdue" in waiting
    assert "4 dossiers" in waiting
    assert "1 overdue" in waiting
    assert "3 due within 7 days" in waiting
    assert waiting.count("Đợt sớm</th>") == waiting.count("Đợt muộn</th>") == 1
    for column in ("unit", "level", "received", "handler"):
        up = reviewer.get(f"/dossiers/?sort={column}").text
        assert 'aria-sort="ascending"' in up
        assert f"sort=-{column}" in up
        assert 'aria-sort="descending"' in reviewer.get(f"/dossiers/?sort=-{column}").text
    soon = rows_of(reviewer.get("/dossiers/?sort=unit&q=xa").text.split("Đợt muộn</th>")[0])
    assert soon == ["Xã Bảo Bình", "Xã Sông Ray", "Xã Suối Cát", "Xã Xuân Tây"]
    assert rows_of(reviewer.get("/dossiers/?sort=-level").text)[0] == "Xã Sông Ray"
    assert rows_of(reviewer.get("/dossiers/?sort=nonsense").text)[0] == "Xã Lâm San"


def test_a_list_is_narrowed_by_district_level_state_and_name(app: Flask, reviewer: FlaskClient) -> None:
    with app.app_context():
        district = make.unit("Huyện Xuân Lộc").id

    def shown(query: str) -> set[str]:
        return set(rows_of(reviewer.get(f"/?{query}").text.split('id="others"')[0]))

    assert shown(f"district={district}") == {"Xã Suối Cát"}
    assert shown("level=2") == {"Xã Sông Ray"}
    assert shown("q=lam+san") == {"Xã Lâm San"}
    assert shown("state=under_review") == {*NAMES[:3], "Xã Suối Cát"}
    assert shown(f"district={10**30}&level=x&state=appraising") == {*NAMES[:3], "Xã Suối Cát"}  # not among the choices
    everything = reviewer.get("/dossiers/").text
    assert 'value="appraising"' in everything
    assert 'value="rated"' not in everything  # a state of schemes that have no round here


def test_an_export_holds_what_is_shown_in_the_same_order(reviewer: FlaskClient) -> None:
    for query in ("", "?sort=-unit", "?level=1&sort=unit", "?q=lam+san"):
        page = rows_of(reviewer.get(f"/dossiers/{query}").text)
        answer = reviewer.get(f"/dossiers/export.xlsx{query}")
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
        lines = list(sheet.iter_rows(values_only=True))
        assert sorted(str(line[1]) for line in lines[1:]) == sorted(page), query
        assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(load_workbook(io.BytesIO(reviewer.get("/export.xlsx").data)).worksheets[0].iter_rows(values_only=True))
    assert lines[0][:2] == ("Round", "Unit")
    assert lines[1][1] == "Xã Lâm San"
    assert lines[1][10].date() == clock.today() - dt.timedelta(4)  # type: ignore[union-attr]
    assert lines[1][11] == -4
    assert reviewer.get("/export.ods").mimetype == "application/vnd.oasis.opendocument.spreadsheet"
    assert reviewer.get("/dossiers/export.ods?district=1").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_export_shows_nobody_what_is_not_theirs(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.dossier(at="submitted", unit=make.unit(NAMES[0]))
        make.sign_in(client, make.person("commune_officer", make.unit(NAMES[1])))

    for address in ("/export.xlsx", "/dossiers/export.xlsx"):
        sheet = load_workbook(io.BytesIO(client.get(address).data)).worksheets[0]
        assert sheet.max_row == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_list_asks_more_for_more_rows(app: Flask, reviewer: FlaskClient) -> None:
    addresses = ("/", "/dossiers/", "/dossiers/?sort=handler", "/?district=1&sort=level", "/dossiers/export.xlsx")
    before = [queries(app, reviewer, address) for address in addresses]
    with app.app_context():
        for _n in range(3):
            make.dossier(at="under_review", round_=make.round_(title="Đợt sớm"))

    assert [queries(app, reviewer, address) for address in addresses] == before


@pytest.mark.usefixtures("inside_the_application")
def test_a_choice_without_words_narrows_nothing() -> None:
    assert not Choice(column="unit", descending=True).narrows
    assert Choice(words="x").narrows


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_folds_into_rows_with_labels_on_a_narrow_phone(
    app: Flask, reviewer: FlaskClient, open_page: OpenPage, screenshot: Screenshot
) -> None:
    with app.app_context():
        name = make.person("province_reviewer").sign_in_name
    for viewport in (NARROW, DESKTOP):
        page = open_page(viewport, java_script_enabled=False)
        page.goto("/sign-in")
        assert not page.locator("[data-reveal]").is_visible()
        page.locator('[name="sign_in_name"]').fill(name)
        page.locator('[name="password"]').fill(make.PASSWORD)
        page.locator('[name="password"]').press("Enter")
        for address in ("/", "/dossiers/?sort=unit"):
            page.goto(address)
            assert_fits(page)
            screenshot(page, f"list-{address.strip('/?')[:8]}")
            rows = page.locator(".work tbody tr:not(.group)").all()
            assert len(rows) >= 4
            assert all(box["height"] >= 44 for row in rows if (box := row.bounding_box()))
            links = page.locator(".work tbody th a").all()
            assert all(box["height"] >= 44 for link in links if (box := link.bounding_box()))
        assert page.locator(".work thead").is_visible() == (viewport is DESKTOP)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_with_tables_are_accessible(app: Flask, reviewer: FlaskClient, open_page: OpenPage) -> None:
    with app.app_context():
        name = make.person("province_reviewer").sign_in_name
    for viewport in (NARROW, DESKTOP):
        page = open_page(viewport)
        page.goto("/sign-in")
        page.locator('[name="sign_in_name"]').fill(name)
        password = page.locator('[name="password"]')
        password.fill(make.PASSWORD)
        page.get_by_label("Hiện mật khẩu").check()
        assert password.get_attribute("type") == "text"
        assert_accessible(page)
        page.get_by_label("Hiện mật khẩu").uncheck()
        assert password.get_attribute("type") == "password"
        password.press("Enter")
        page.wait_for_selector(".work")
        assert_accessible(page)
        page.locator("details.more > summary").click()
        assert_accessible(page)
        page.goto("/help/province_reviewer")
        assert_accessible(page)
