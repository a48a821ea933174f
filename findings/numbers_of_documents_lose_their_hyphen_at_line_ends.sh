#!/usr/bin/env bash
# pypdfium2 5.15.2 (pdfium) with typst 0.15.2: the number of an official document is not found when its line ends in it.
#
# Guess: the text of a PDF has the hyphen that is printed ("367/KH-UBND"), followed by a line break where the line ends, and
# `textpage.search()` finds the number wherever it stands.
# Seen: a hyphen at the end of a line is taken for a hyphenation. `get_text_range()` gives U+FFFE in its place and
# `get_text_bounded()` U+0002, both without a line break, and the search finds nothing. In the middle of a line all is as
# guessed. Numbers of Vietnamese documents (12/QĐ-UBND, 25/2023/TT-BGDĐT) all have such a hyphen: who looks for them in scans
# with a text layer, or reads back a paper just made, misses some by chance of the layout.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 typst==0.15.2 2>/dev/null

cat >"$folder/read.py" <<'PYTHON'
from pathlib import Path

import pypdfium2
import typst

NUMBER = "367/KH-UBND"
SOURCE = """
#set page(width: {width}mm, height: 60mm, margin: 5mm)
#set text(font: "Libertinus Serif", size: 12pt, hyphenate: false)
Căn cứ Kế hoạch số {number} ngày 25/01/2024
"""

for width, where in ((200, "in a line"), (60, "at its end")):
    source = Path(__file__).with_name("paper.typ")
    source.write_text(SOURCE.format(width=width, number=NUMBER))
    page = pypdfium2.PdfDocument(typst.compile(source))[0].get_textpage()
    texts = [ascii(text[text.index("367") :][: len(NUMBER)]) for text in (page.get_text_range(), page.get_text_bounded())]
    print(f"hyphen {where}: range {texts[0]}, bounded {texts[1]}, search {page.search(NUMBER).get_next()}")
PYTHON

expected="hyphen in a line: range '367/KH-UBND', bounded '367/KH-UBND', search (19, 11)
hyphen at its end: range '367/KH\\ufffeUBND', bounded '367/KH\\x02UBND', search None"
seen=$("$folder/venv/bin/python" -W ignore "$folder/read.py")
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; expected:" >&2; printf '%s\n' "$expected" >&2; exit 1; }
