"""Criteria sets made up for tests, as the texts of the files beside this one."""

import tomllib
from pathlib import Path

from certflow.law.catalogue import read_one
from certflow.law.specs.form import FormSpec

_HERE = Path(__file__).parent
RATING = (_HERE / "made_rating.toml").read_text(encoding="utf-8")
RECORD = (_HERE / "made_report.toml").read_text(encoding="utf-8")


def read(text: str) -> FormSpec:
    """The criteria set in a text; raises DefinitionError with its faults."""
    form = read_one(tomllib.loads(text), "forms/made.toml")
    assert isinstance(form, FormSpec)
    return form
