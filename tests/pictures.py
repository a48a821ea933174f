"""Pictures of the product for its help pages: `poe pictures [NAME…]` plays the practice season and takes them anew.

Each shows the place that a step of `certflow/desk/guide.py` speaks of, with an outline around what is pressed or read.
Chromium's own words, as on the button of a file field, stay out: it may not speak Vietnamese.
"""

import io
import json
import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast as cast_to

import sqlalchemy as sa
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from certflow import clock
from certflow.app import create_app
from certflow.catalogue import role_titles
from certflow.demo import cast, samples, season
from certflow.desk.guide import PICTURES, SIZES
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.people import people
from certflow.rules import authority
from tests.applications import migrate, settings_in
from tests.browser import SWITCHES

PHONE: ViewportSize = {"width": 360, "height": 740}
OFFICE: ViewportSize = {"width": 1366, "height": 768}
FORM: ViewportSize = {"width": 800, "height": 768}  # a window of an office in which lines of text are not too long
FILLS, EDGES, PADDING = 14, 10, 9
_OUTLINE = "outline: 4px solid #e8590c; border-radius: 4px; outline-offset: "
_STILL = """
*, *::before, *::after { transition: none !important; caret-color: transparent !important; }
.autosave { position: static !important; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: who looks at which page, from which to which place of it, and what is outlined.

    `path` follows the address of the dossier `about`, a commune with the state it is in. `pressed` and `typed` come
    before the picture; what is `hidden` leaves no gap in it. `air` is between the outline and what it is drawn around.
    """

    name: str
    person: str
    window: ViewportSize
    path: str = ""
    about: tuple[str, str] | None = None
    shown: tuple[str, ...]
    marked: tuple[str, ...]
    pressed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    awaited: str = ""
    hidden: tuple[str, ...] = ()
    air: int = 3

    @property
    def pixels(self) -> int:
        """How many pixels a picture has for each of CSS: telephones have fine screens."""
        return 2 if self.window is PHONE else 1


SCHEME = ":".join(map(str, season.SCHEME))
OTHERS, BUTTON = "[aria-labelledby=actions]", "main .buttons .button >> nth=0"
OF_COMMUNES = (
    Shot(name="sign-in", person="", window=PHONE, path="/sign-in", shown=(".gate h1", ".gate .panel"),
         typed={"[name=sign_in_name]": "canbo.xuantay", "[name=password]": cast.PASSWORD}, marked=(".gate .button",)),
    Shot(name="my-work-phone", person="canbo.xuantay", window=PHONE, path="/",
         shown=("#waiting", ".work tbody tr >> nth=0"), marked=(".work tbody tr >> nth=0",)),
    Shot(name="open", person="canbo.traco", window=PHONE, path="/", shown=("#openings", "#openings ~ .panel >> nth=0"),
         marked=("#openings ~ .panel .button >> nth=0",)),
    Shot(name="check", person="canbo2.xuanhung", window=PHONE, about=("Xã Xuân Hưng", "drafting"), path="check",
         hidden=(".crumbs",), shown=(".head", ".box.warning >> nth=0"), marked=(".box.warning >> nth=0",)),
    Shot(name="criterion", person="canbo2.xuanhung", window=PHONE, about=("Xã Xuân Hưng", "drafting"),
         path="criteria/5", typed={"#i5-1-denominator": "6200", "#i5-1-share": "4120"},
         awaited=".autosave[data-state=saved]",
         hidden=("#i5-2", ".aids", "#i5-1-files .field", "[data-attach]", ".form > .buttons"),
         shown=("#i5-1", ".autosave"), marked=("#i5-1-share", "#i5-1-denominator", ".autosave")),
    Shot(name="returned", person="canbo.thuaduc", window=PHONE, about=("Xã Thừa Đức", "returned"),
         shown=(".head", ".box.bad"), marked=(".box.bad",)),
    Shot(name="file", person="chutich.songray", window=PHONE, about=("Xã Sông Ray", "awaiting_chair"),
         shown=(".head", OTHERS), marked=("[data-next-action]", f"{OTHERS} .button")),
    Shot(name="history", person="canbo.thuaduc", window=PHONE, about=("Xã Thừa Đức", "returned"), path="history",
         hidden=(".lede", ".timeline > li:nth-child(n+3)"), shown=(".head", ".timeline > li >> nth=1"),
         marked=(".timeline > li >> nth=0",), air=0),
)  # fmt: skip
OF_OFFICES = (
    Shot(name="my-work", person="thamdinh.cammy", window=OFFICE, path="/", shown=("#waiting", ".work >> nth=0"),
         marked=(".work tbody tr:not(.group) >> nth=0",)),
    Shot(name="take", person="tiepnhan.cammy", window=OFFICE, about=("Xã Bảo Bình", "submitted"),
         shown=(".head", ".next"), marked=(".next form .button",)),
    Shot(name="accept", person="tiepnhan.cammy", window=OFFICE, about=("Xã Bảo Bình", "submitted"),
         shown=(".head", OTHERS), marked=(".next .button >> nth=0", f"{OTHERS} .button")),
    Shot(name="findings", person="thamdinh2.cammy", window=FORM, about=("Thị trấn Long Giao", "appraising"),
         path="appraisal/5", pressed=".box.info .button", shown=("#i5-1",), marked=("#i5-1 .pair > :last-child",)),
    Shot(name="propose", person="thamdinh.tanphu", window=OFFICE, about=("Xã Đắc Lua", "appraising"),
         shown=(".head", ".next"), marked=(".next .button >> nth=0",)),
    Shot(name="decide", person="truongphong.cammy", window=FORM, about=("Xã Xuân Mỹ", "endorsed"),
         path="actions/recognise_level_2", shown=(".head", "main .buttons"), marked=(".links", BUTTON)),
    Shot(name="conflict", person="thamdinh.cammy", window=PHONE, about=("Xã Bảo Bình", "appraising"), path="conflict",
         shown=(".head", "main .buttons"), marked=(BUTTON,)),
)  # fmt: skip
OF_ADMINISTRATORS = (
    Shot(name="contacts", person="quantri", window=FORM, path="/units/contacts", pressed="main ul a >> nth=0",
         shown=(".head", "main .buttons"),
         typed={"#name": "Phòng Giáo dục thường xuyên", "#telephone": "0251 000 0000",
                "#hours": "7:30–11:30 và 13:30–17:00, thứ Hai đến thứ Sáu"}, marked=(BUTTON,)),
    Shot(name="accounts", person="quantri", window=FORM, path="/people/", shown=(".head", "main .buttons"),
         marked=(BUTTON, "main .buttons .button >> nth=1")),
    Shot(name="round", person="quantri", window=FORM, path="/rounds/new", pressed=f"[value='{SCHEME}']",
         typed={"#unit_id": cast.PROVINCE, "#assessed_year": "2025", "#title": "Đợt đánh giá năm 2025"},
         shown=(".choice:has([value='district_recognition:1'])", "main .buttons"),
         marked=(f".choice:has([value='{SCHEME}'])", BUTTON)),
    Shot(name="rules", person="quantri", window=OFFICE, path="/authority/", pressed=".menu > summary",
         hidden=(".top-row",), shown=(".menu > summary", ".menu > div"), air=0,
         marked=tuple(f".menu a[href='/{each}/']" for each in ("authority", "signing-rules", "delegations"))),
    Shot(name="working-days", person="quantri", window=FORM, path="/working-days/",
         shown=("#enter", "main .form .buttons"), marked=("main .form .button",)),
    Shot(name="second-person", person="quantri2", window=FORM, path="/proposals/",
         pressed="[aria-labelledby=waiting] a",
         shown=(".head", "main .buttons >> nth=0"), marked=(BUTTON,)),
)  # fmt: skip


def main(names: Collection[str]) -> None:
    """Take the pictures of these names, or every one, and take away those that no step has any more."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    PICTURES.mkdir(exist_ok=True)
    shots = {shot.name: shot for shot in (*OF_COMMUNES, *OF_OFFICES, *OF_ADMINISTRATORS)}
    sizes = {name: size for name, size in json.loads(SIZES.read_text()).items() if name in shots}
    with _season() as (app, address), _chromium() as browser:
        for name in names or shots:
            sizes[name] = _take(browser, address, shots[name], _path(app, shots[name]))
            print(f"{name:16} {sizes[name]} {_file(shots[name]).stat().st_size}")  # noqa: T201
    for path in PICTURES.iterdir():
        if path.stem not in shots:
            path.unlink()
    lines = [f"{json.dumps(name)}: {json.dumps(sizes[name])}" for name in sorted(sizes)]
    SIZES.write_text("{\n" + ",\n".join(lines) + "\n}\n")


@contextmanager
def _season() -> Iterator[tuple[Flask, str]]:
    """The practice season, served while the pictures are taken, at an address."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder), f"sqlite:///{folder}/certflow.sqlite3")
        migrate(settings)
        app = create_app(settings)
        with app.app_context():
            season.build(_Silence())
            _propose()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield app, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Silence:
    """A season is made without showing how far it is."""

    def begin(self, what: str, pieces: int) -> None:
        """Nothing."""

    def tick(self) -> None:
        """Nothing."""


def _propose() -> None:
    """A rule that the administrator has entered and a second one may confirm."""
    first = db.session.scalars(sa.select(User).where(User.sign_in_name == "quantri")).one()
    second = people.create(
        actor=first, sign_in_name="quantri2", full_name="Vũ Thị Thanh Hương", position="Quản trị hệ thống"
    )
    second.password_hash = first.password_hash
    people.give(
        second, actor=first, role=role_titles.ADMINISTRATOR, unit_id=None, starts_on=clock.today(), ends_on=None
    )
    entry = authority.AuthorityEntry(
        unit_id=db.session.scalars(sa.select(Unit.id).where(Unit.name == cast.PROVINCE)).one(),
        scheme="two_tier_commune_recognition",
        role="department_head",
        starts_on=clock.today(),
        ends_on=None,
        document_number="Văn bản mẫu để thực hành",
        document_date=clock.today(),
        issued_by="Ủy ban nhân dân tỉnh Đồng Nai",
    )
    scan = samples.paper("VĂN BẢN MẪU", cast.PROVINCE)
    authority.enter(entry, scan, "văn bản mẫu.pdf", actor=first)
    db.session.commit()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        yield browser
        browser.close()


def _path(app: Flask, shot: Shot) -> str:
    if shot.about is None:
        return shot.path
    commune, state = shot.about
    with app.app_context():
        dossiers = sa.select(Dossier.id).join(Unit, Dossier.unit_id == Unit.id).order_by(Dossier.id)
        number = db.session.scalars(dossiers.where(Unit.name == commune, Dossier.state == state)).first()
    assert number, f"the season has no dossier of {commune} in the state {state}"
    return f"/dossiers/{number}/{shot.path}"


def _take(browser: Browser, address: str, shot: Shot, path: str) -> tuple[int, int]:
    """Take one picture; gives the width and height at which it is shown."""
    page = browser.new_page(
        base_url=address,
        viewport=shot.window,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        device_scale_factor=shot.pixels,
        bypass_csp=True,
    )
    if shot.person:
        _sign_in(page, shot.person)
    page.goto(path)
    _prepare(page, shot)
    screenshot = page.screenshot(clip=_clip(page, shot), full_page=True)
    page.close()
    return _write(screenshot, shot)


def _prepare(page: Page, shot: Shot) -> None:
    if shot.pressed:
        page.locator(shot.pressed).click()
    for selector, words in shot.typed.items():
        place = page.locator(selector)
        place.select_option(label=words) if selector == "#unit_id" else place.fill(words)
        place.blur()
    if shot.awaited:
        page.locator(shot.awaited).wait_for()
    page.add_style_tag(content=_STILL + "".join(f"{each} {{ display: none !important; }}" for each in shot.hidden))
    for selector in shot.shown:
        page.locator(selector).first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    for selector in shot.marked:
        page.locator(selector).first.evaluate(
            "(place, style) => place.setAttribute('style', style)", f"{_OUTLINE}{shot.air}px"
        )


def _sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=password]", cast.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _clip(page: Page, shot: Shot) -> FloatRect:
    """The rectangle around everything shown, with a little air, in the page."""
    boxes = [_box(page.locator(selector).first) for selector in shot.shown]
    left = max(min(box["x"] for box in boxes) - PADDING, 0)
    top = max(min(box["y"] for box in boxes) - PADDING, 0)
    right = min(max(box["x"] + box["width"] for box in boxes) + PADDING, shot.window["width"])
    bottom = max(box["y"] + box["height"] for box in boxes) + PADDING
    return {"x": round(left), "y": round(top), "width": round(right - left), "height": round(bottom - top)}


def _box(place: Locator) -> FloatRect:
    place.page.evaluate("scrollTo(0, 0)")
    box = place.bounding_box()
    assert box, f"nothing is seen of {place}"
    return box


def _write(screenshot: bytes, shot: Shot) -> tuple[int, int]:
    """A page has few colours: a palette and no loss makes letters clear and the file small."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    drawn = picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).convert("RGB")
    drawn.save(_file(shot), "WEBP", lossless=True, quality=80, method=4)
    return picture.width // shot.pixels, picture.height // shot.pixels


def _palette(picture: Image.Image) -> Image.Image:
    """The colours that fill most of the picture as they are, and some between them for the edges of letters."""
    counted = cast_to(list[tuple[int, tuple[int, int, int]]], picture.getcolors(picture.width * picture.height))
    fills = [colour for _count, colour in sorted(counted, reverse=True)[:FILLS]]
    edges = (picture.quantize(EDGES, Image.Quantize.MEDIANCUT).getpalette() or [])[: 3 * EDGES]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in fills for part in colour), *edges])
    return palette


def _file(shot: Shot) -> Path:
    return PICTURES / f"{shot.name}.webp"


if __name__ == "__main__":
    main(sys.argv[1:])
