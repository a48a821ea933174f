"""The theme: its colours can be read, it stays small, and no page carries styles or scripts inside itself."""

import re
from pathlib import Path

import pytest

import certflow
from certflow.config import resource

STATIC = Path(certflow.__file__).parent / "http" / "static"
TEXT_ON = {
    "ink": ("paper", "surface", "teal-tint", "accent-tint", "good-tint", "bad-tint", "grey-tint"),
    "soft": ("paper", "surface", "grey-tint", "teal-tint"),
    "teal": ("paper", "surface", "teal-tint"),
    "deep": ("paper", "surface", "teal-tint", "gold"),
    "accent": ("paper", "surface", "accent-tint", "teal-tint"),
    "good": ("paper", "surface", "good-tint", "teal-tint"),
    "bad": ("paper", "surface", "bad-tint", "teal-tint"),
    "surface": ("teal", "deep", "bad"),
    "gold": ("deep",),
}
EDGE_ON = {
    "edge": ("paper", "surface", "grey-tint"),
    "teal": ("paper", "surface", "teal-tint"),
    "accent": ("paper", "accent-tint"),
    "good": ("paper", "good-tint"),
    "bad": ("paper", "surface", "bad-tint"),
    "gold": ("deep",),
}


def theme() -> str:
    return (STATIC / "certflow.css").read_text("utf-8")


def colours() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", theme()))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    known = colours()
    darker, lighter = sorted((luminance(known[one]), luminance(known[other])))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(front, back) for front, backs in table.items() for back in backs]


@pytest.mark.parametrize(("front", "back"), pairs(TEXT_ON))
def test_text_can_be_read(front: str, back: str) -> None:
    assert contrast(front, back) >= 4.5


@pytest.mark.parametrize(("front", "back"), pairs(EDGE_ON))
def test_the_edges_of_controls_can_be_seen(front: str, back: str) -> None:
    assert contrast(front, back) >= 3


def test_every_rule_with_both_colours_is_among_the_pairs_that_are_measured() -> None:
    measured = set(pairs(TEXT_ON))
    rules = re.findall(r"\{([^{}]*)\}", theme())
    both = [
        (re.search(r"(?<![\w-])color: var\(--([\w-]+)\)", rule), re.search(r"background: var\(--([\w-]+)\)", rule))
        for rule in rules
    ]
    used = {(front[1], back[1]) for front, back in both if front and back}

    assert len(used) > 10
    assert used <= measured


def test_colours_are_named_once_and_only_paper_is_printed_in_plain_black() -> None:
    screen = theme().split("@media print")[0].split("}", 1)[1]

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", screen)


def test_style_and_script_stay_small() -> None:
    assert (STATIC / "certflow.css").stat().st_size <= 28 * 1024
    assert (STATIC / "certflow.js").stat().st_size <= 7 * 1024
    assert (STATIC / "typing.js").stat().st_size <= 15 * 1024


def test_no_page_carries_a_style_or_a_script_inside_itself() -> None:
    folder = resource("templates")
    pages = [page for page in folder.rglob("*.html") if "documents" not in page.relative_to(folder).parts]
    inside = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=[\"']|javascript:|[\"'(]data:", re.I)
    found = {str(page.relative_to(folder)): inside.findall(page.read_text("utf-8")) for page in pages}

    assert len(pages) > 10
    assert not {page: what for page, what in found.items() if what}
