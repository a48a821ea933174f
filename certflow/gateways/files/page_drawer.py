"""Draws one page of a PDF, or a picture, as a small WebP: a program of its own, which the application never imports.

    python page_drawer.py MEDIA_TYPE PAGE BOX <file >answer

The answer is a line of JSON, `pages`, `width`, `height` and `fault` ("" for none), and behind it the WebP, which fits
into a square of BOX pixels and carries nothing of the original but its look. The bytes that come in are hostile.
Before the first of them is looked at, the process gives up what it could do harm with: memory above a limit, time, and
every new file or connection. pdfium is used by one thread alone, because it is not safe in several.
"""

import io
import json
import resource
import sys

import pypdfium2
from PIL import Image, ImageOps

MEMORY = 1024 * 2**20
SECONDS = 8
LONGEST_ANSWER = 4 * 2**20
MOST_PIXELS = 100_000_000  # as certflow.gateways.files.images; more than the memory holds is noticed there
FORMATS = {"image/jpeg": ("JPEG",), "image/png": ("PNG",), "image/webp": ("WEBP",)}
WHITE = (255, 255, 255, 255)
_LOCKED = 4  # FPDF_ERR_PASSWORD
_QUALITY = 78


class UndrawableError(Exception):
    """What cannot be drawn; its words are the fault's name."""


def give_up_powers() -> None:
    """No network, no further file or connection, no file written above the answer's length, bounded memory and time."""
    Image.init()  # its modules are looked for now, because no file can be opened later
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LONGEST_ANSWER),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),  # those that are open stay; one that is closed is not replaced
    ):
        resource.setrlimit(limit, (most, most))


def page_of_pdf(content: bytes, number: int, box: int) -> tuple[Image.Image, int]:
    """Page `number` (from 1) with the values of its form fields, and how many pages there are."""
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        raise UndrawableError("locked" if getattr(fault, "err_code", 0) == _LOCKED else "broken") from fault
    if not 1 <= number <= len(pdf):
        raise UndrawableError("broken" if len(pdf) == 0 else "page")
    pdf.init_forms()  # without it the values that people typed into a form are not drawn
    page = pdf[number - 1]
    scale = box / max(*page.get_size(), 1)
    return page.render(scale=scale).to_pil(), len(pdf)


def picture(content: bytes, media_type: str, box: int) -> Image.Image:
    """The picture upright, as its camera says it was held."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=FORMATS[media_type]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise UndrawableError("limits")
        image.thumbnail((box, box), reducing_gap=2.0)  # a JPEG is unpacked in the smaller size alone
        return ImageOps.exif_transpose(image)


def flat(image: Image.Image) -> Image.Image:
    """In plain colours, on white where one could look through it."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image).convert("RGB")
    return image.convert("RGB")


def drawn(content: bytes, media_type: str, number: int, box: int) -> tuple[Image.Image, int]:
    """The page and the number of pages; raises UndrawableError."""
    try:
        image, pages = (
            page_of_pdf(content, number, box)
            if media_type == "application/pdf"
            else (picture(content, media_type, box), 1)
        )
        return flat(image), pages
    except (MemoryError, Image.DecompressionBombError) as fault:
        raise UndrawableError("limits") from fault
    except (OSError, SyntaxError, ValueError, pypdfium2.PdfiumError) as fault:  # what the two libraries raise
        raise UndrawableError("broken") from fault


def main() -> None:
    """Read the file, draw, answer."""
    media_type, number, box = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    give_up_powers()
    content, webp = sys.stdin.buffer.read(), io.BytesIO()
    try:
        image, pages = drawn(content, media_type, number, box)
        image.save(webp, "WEBP", quality=_QUALITY)
        about = {"pages": pages, "width": image.width, "height": image.height, "fault": ""}
    except UndrawableError as fault:
        about = {"pages": 0, "width": 0, "height": 0, "fault": str(fault)}
    except MemoryError:
        about = {"pages": 0, "width": 0, "height": 0, "fault": "limits"}
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + webp.getvalue())


if __name__ == "__main__":
    main()
