"""What was typed on the pages of a department's own set, put into its content, right or wrong."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form

from certflow.criteria.forms.rating_sets import BandsForm, CapsForm, GroupForm, number_typed
from certflow.http.typed import plain_number
from certflow.law.sets.faults import MOST_BANDS, MOST_CAPS, MOST_ROWS
from certflow.law.sets.tables import USUAL_STEP, Content, look_at, looks_at, new_band_name, without_row

KINDS = ("points", "yes_no", "text")


def group_written(content: Content, form: GroupForm, number: int, do: str) -> Content:
    """The content with a group as it was typed, and with what the button `do` asks for."""
    groups = list(content["criteria"])
    group = groups[number - 1]
    rows_before = group.get("indicators", [])
    rows = [_row(entry.form, rows_before[n] if n < len(rows_before) else {}) for n, entry in enumerate(form.rows)]
    act, _dash, what = do.partition("-")
    if act == "add" and what in KINDS and len(rows) < MOST_ROWS:
        rows.append(_blank_row(what))
    groups[number - 1] = {**group, **_title_of(form), "source": form.source.data, "indicators": rows}
    changed = {**content, "criteria": groups}
    removed = _removed(act, what, rows)
    return without_row(changed, number, removed) if removed else changed


def _blank_row(kind: str) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind, "title": {"vi": "", "en": ""}}
    if kind == "text":
        return row | {"part": "findings"}
    return row | ({"most": "", "step": USUAL_STEP} if kind == "points" else {"most": ""})


def _row(form: Form, before: dict[str, Any]) -> dict[str, Any]:
    """A row as typed, with what only a file can say of it."""
    kind = form.kind.data if form.kind.data in KINDS else "points"
    base = before if before.get("kind") == kind else _blank_row(kind)
    numbers = {} if kind == "text" else {"most": number_typed(form.most.data)}
    if kind == "points":
        numbers["step"] = number_typed(form.step.data)
    return {**base, "kind": kind, **_title_of(form), **numbers}


def bands_written(content: Content, form: BandsForm, do: str) -> Content:
    """The content with the classes as they were typed, and with what the button `do` asks for."""
    bands_before = {band.get("name"): band for band in content.get("bands", [])}
    bands: list[dict[str, Any]] = []
    for entry in form.rows:
        name = entry.form.name.data if entry.form.name.data in bands_before else new_band_name({"bands": bands})
        band = {**bands_before.get(name, {}), "name": name, **_title_of(entry.form)}
        bands.append(band | {"at_least": number_typed(entry.form.at_least.data)})
    act, _dash, what = do.partition("-")
    if act == "add" and len(bands) < MOST_BANDS:
        bands.append({"name": new_band_name({"bands": bands}), "title": {"vi": "", "en": ""}, "at_least": ""})
    elif removed := _removed(act, what, bands):
        del bands[removed - 1]
    return {**content, "bands": bands}


def caps_written(content: Content, form: CapsForm, do: str) -> Content:
    """The content with what keeps the class down as it was typed, and with what the button `do` asks for."""
    caps_before = content.get("caps", [])
    caps: list[dict[str, Any]] = []
    for n, entry in enumerate(form.rows):
        row_form = entry.form
        cap = {
            **(caps_before[n] if n < len(caps_before) else {}),
            **_title_of(row_form),
            "band": row_form.band.data or "",
        }
        look_at(cap, looks_at({"indicator": row_form.about.data or ""}))
        caps.append(cap | {"below": number_typed(row_form.below.data)})
    act, _dash, what = do.partition("-")
    if act == "add" and len(caps) < MOST_CAPS:
        caps.append({"title": {"vi": "", "en": ""}, "band": "", "below": ""})
    elif removed := _removed(act, what, caps):
        del caps[removed - 1]
    return {**content, "caps": caps}


def _removed(act: str, what: str, rows: list[dict[str, Any]]) -> int:
    """The number of the row that the button takes away; 0 for none."""
    number = plain_number(what) or 0
    return number if act == "remove" and number <= len(rows) else 0


def _title_of(form: Form | FlaskForm) -> dict[str, Any]:
    return {"title": {"vi": form.title_vi.data, "en": form.title_en.data}}
