#!/usr/bin/env bash
# pypdfium2 5.15.2 (pdfium) with pikepdf 10.17.0: a filled-in PDF form is drawn without what was filled in.
#
# Guess: `page.render()`, whose defaults are draw_annots=True and may_draw_forms=True, draws what every viewer shows, at
# least where the field carries its own appearance stream.
# Seen: the value is left out, with and without an appearance stream, and nothing is raised or logged. It is drawn only
# when `init_forms()` was called on the document before the page was taken from it; called afterwards, it is too late.
# Who previews scanned or filled-in office forms shows an officer an empty form.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pypdfium2==5.15.2 pikepdf==10.17.0 pillow==13.0.0 2>/dev/null

cat >"$folder/draw.py" <<'PYTHON'
import io

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, String

TYPED, LOOK = "20679", "/Helv 18 Tf 0 g"


def form(*, appearance: bool) -> bytes:
    """One page with one text field, filled in."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 200))
    helvetica = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    fonts = Dictionary(Font=Dictionary(Helv=helvetica))
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("learners"), V=String(TYPED),
        Rect=Array([20, 100, 280, 140]), F=4, DA=String(LOOK),
    )
    if appearance:
        drawn = pdf.make_stream(f"/Tx BMC q BT {LOOK} 4 12 Td ({TYPED}) Tj ET Q EMC".encode())
        drawn.Type, drawn.Subtype, drawn.BBox, drawn.Resources = Name.XObject, Name.Form, Array([0, 0, 260, 40]), fonts
        field.AP = Dictionary(N=drawn)
    field = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([field]), DA=String(LOOK), DR=fonts))
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def inked(content: bytes, forms: str) -> str:
    document = pypdfium2.PdfDocument(content)
    if forms == "before":
        document.init_forms()
    page = document[0]
    if forms == "after":
        document.init_forms()
    picture = page.render(scale=1).to_pil().convert("L")
    return "drawn" if any(value < 128 for value in picture.tobytes()) else "empty"


for appearance in (True, False):
    content = form(appearance=appearance)
    seen = [f"{forms} {inked(content, forms)}" for forms in ("never", "after", "before")]
    print(f"appearance stream {'yes' if appearance else 'no'}: init_forms", ", ".join(seen))
PYTHON

expected='appearance stream yes: init_forms never empty, after empty, before drawn
appearance stream no: init_forms never empty, after empty, before drawn'
seen=$("$folder/venv/bin/python" -W ignore "$folder/draw.py")
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; expected:" >&2; printf '%s\n' "$expected" >&2; exit 1; }
