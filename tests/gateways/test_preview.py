"""Pages of hostile and of honest files, drawn by the real limited process."""

import fcntl
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from certflow.gateways.files import preview
from certflow.gateways.files.preview import PagePreview, draw, unpacked
from tests.gateways import samples

PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"


def pdf_of(*sizes: tuple[int, int]) -> bytes:
    """A PDF with blank pages of these sizes in points."""
    document, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    for size in sizes:
        document.new_page(*size)
    document.save(target)
    return target.getvalue()


def shown(page: PagePreview) -> Image.Image:
    image = Image.open(io.BytesIO(page.picture))
    assert (image.format, image.size) == ("WEBP", (page.width, page.height))
    return image


def held(side: int, orientation: int) -> bytes:
    """A photograph as a telephone held sideways takes it: its left half red, and its place in it."""
    image, target = Image.new("RGB", (2 * side, side), "white"), io.BytesIO()
    image.paste("red", (0, 0, side, side))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Điện thoại"
    # Two pictures in one file, as telephones write them.
    image.save(target, "MPO", exif=exif, save_all=True, append_images=[image.reduce(4)])
    return target.getvalue()


def test_each_page_fits_its_square_and_says_how_many_there_are(tmp_path: Path) -> None:
    content = pdf_of((595, 842), (1000, 100), (14_000, 14_000))
    pages = [draw(content, PDF, number, "small", places=tmp_path) for number in (1, 2, 3, 4)]

    assert [(page.pages, page.width, page.height, page.fault) for page in pages] == [
        (3, 170, 240, ""),
        (3, 240, 24, ""),
        (3, 240, 240, ""),
        (0, 0, 0, "page"),
    ]
    assert shown(pages[0]).getpixel((5, 5)) == (255, 255, 255)


def test_a_photograph_stands_upright_and_keeps_nothing_of_its_camera(tmp_path: Path) -> None:
    page = draw(held(400, orientation=6), JPEG, 1, "small", places=tmp_path)

    image = shown(page)
    assert image.size == (120, 240)
    top, bottom = (image.convert("RGB").getpixel((60, y)) for y in (40, 200))
    assert isinstance(top, tuple)
    assert top[0] > 200 > 60 > top[1]
    assert isinstance(bottom, tuple)
    assert min(bottom) > 240
    assert b"EXIF" not in page.picture
    assert not image.getexif()


@pytest.mark.parametrize(
    ("media_type", "content", "fault"),
    [
        (PDF, lambda: samples.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "locked"),
        (PDF, lambda: b"%PDF-1.4\n%%EOF", "broken"),
        (JPEG, lambda: samples.jpeg(4000, 3000), "broken"),
        (JPEG, lambda: samples.picture("PNG"), "broken"),
        (PNG, lambda: samples.png(30_000, 30_000), "limits"),
    ],
    ids=["locked", "damaged", "cut", "other", "bomb"],
)
def test_what_cannot_be_drawn_says_why(
    tmp_path: Path, media_type: str, content: Callable[[], bytes], fault: str
) -> None:
    assert draw(content(), media_type, 1, "small", places=tmp_path) == PagePreview(fault=fault)  # type: ignore[arg-type]


def test_a_picture_that_one_can_look_through_lies_on_white(tmp_path: Path) -> None:
    target = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(target, "PNG")

    page = draw(target.getvalue(), PNG, 1, "page", places=tmp_path)

    assert shown(page).convert("RGB").getpixel((10, 10)) == (255, 255, 255)


def test_the_drawer_gives_up_files_connections_memory_and_time(tmp_path: Path) -> None:
    folder = Path(preview.__file__).parent
    tried = """
import resource, socket, sys
sys.path.insert(0, sys.argv[1])
import page_drawer
page_drawer.give_up_powers()
for attempt in (lambda: open("/etc/hostname"), socket.socket, lambda: bytearray(2 * 2**30)):
    try:
        attempt()
    except (OSError, MemoryError) as fault:
        print(type(fault).__name__)
print(resource.getrlimit(resource.RLIMIT_CPU)[0])
"""
    done = subprocess.run([sys.executable, "-c", tried, str(folder)], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["OSError", "OSError", "MemoryError", "8"]


def test_what_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "SECONDS", 0.01)

    page = draw(pdf_of((595, 842)), PDF, 1, "small", places=tmp_path)

    assert (page.fault, page.lasts) == ("limits", False)


def test_no_more_draw_at_once_than_there_are_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "WAITS", 0.1)
    content = pdf_of((595, 842))
    draw(content, PDF, 1, "small", places=tmp_path)
    places = sorted(tmp_path.iterdir())
    with places[0].open() as first, places[1].open() as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        assert draw(content, PDF, 1, "small", places=tmp_path).fault == ""
        fcntl.flock(second, fcntl.LOCK_EX)
        assert draw(content, PDF, 1, "small", places=tmp_path).fault == "busy"
    assert len(places) == preview.PLACES == 2


def test_what_is_kept_comes_back() -> None:
    page = PagePreview(3, 10, 20, "", b"a\nb")

    assert unpacked(page.packed()) == page
