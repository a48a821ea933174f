"""A newer version of the shipped scheme and its criteria set, written by a test as if their files had been added."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from certflow.catalogue import catalogue
from certflow.dossiers.succession import Rules
from certflow.law.catalogue import Catalogue, read_one
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from tests import make

Table = dict[str, Any]
Change = Callable[[Table], None]
NEXT = 3  # of the shipped scheme


def unchanged(_table: Table) -> None:
    """A new version that says what the old one said."""


def indicator(table: Table, code: str) -> Table:
    """The table of one indicator of a criteria set."""
    criterion, number = (int(part) for part in code.split("."))
    of_criterion = next(c for c in table["criteria"] if c["number"] == criterion)
    found: Table = next(i for i in of_criterion["indicators"] if i["number"] == number)
    return found


def step(table: Table, action: str) -> Table:
    """The table of one transition of a scheme."""
    found: Table = next(t for t in table["transitions"] if t["action"] == action)
    return found


def retitled(*codes: str) -> Change:
    """Gives other words to the title of these indicators."""

    def change(table: Table) -> None:
        for code in codes:
            indicator(table, code)["title"]["vi"] += " (sửa đổi)"

    return change


def stricter(table: Table) -> None:
    """Demands 100 % of every share at level 2."""
    for each in (i for criterion in table["criteria"] for i in criterion["indicators"]):
        for part in each.get("parts", ()):
            part["at_least"][1] = 100


def rules(scheme: WorkflowSpec, form: FormSpec, *, of_scheme: Change, of_form: Change, version: int = NEXT) -> Rules:
    """The next version of both, each with its change."""
    table = json.loads(scheme.content) | {"version": version, "form": {"name": form.name, "version": version}}
    asked = json.loads(form.content) | {"version": version}
    of_scheme(table)
    of_form(asked)
    new, criteria = read_one(table, f"workflows/next.v{version}.toml"), read_one(asked, f"forms/next.v{version}.toml")
    assert isinstance(new, WorkflowSpec)
    assert isinstance(criteria, FormSpec)
    return Rules(new, criteria)


def definitions(app: Flask) -> Catalogue:
    """The definitions that `app` runs on, for a test outside its context."""
    with app.app_context():
        return catalogue.definitions()


def use(app: Flask, definitions: Catalogue) -> None:
    """Run `app` on other definitions, for a test outside its context."""
    with app.app_context():
        catalogue.use(definitions)


def add(of_scheme: Change = unchanged, of_form: Change = unchanged, *, version: int = NEXT) -> tuple[str, int]:
    """Use a newer version from now on, beside what is shipped; gives its name and version."""
    shipped = catalogue.definitions()
    scheme = shipped.workflows[make.SCHEME]
    new = rules(scheme, shipped.form_of(scheme), of_scheme=of_scheme, of_form=of_form, version=version)
    key, form_key = new.scheme.key, (new.form.name, new.form.version)
    catalogue.use(Catalogue(shipped.workflows | {key: new.scheme}, shipped.forms | {form_key: new.form}))
    return key


def write(workflows: Path, forms: Path, of_form: Callable[[str], str]) -> None:
    """Add files of the next version to copies of the shipped folders; `of_form` changes the text of the criteria."""
    scheme = workflows / "dong_nai_2024" / "commune_recognition.v1.toml"
    text = scheme.read_text(encoding="utf-8").replace("version = 1", f"version = {NEXT}")
    scheme.with_name(f"commune_recognition.v{NEXT}.toml").write_text(text, encoding="utf-8")
    criteria = forms / "circular_25_2023" / "commune.v1.toml"
    changed = of_form(criteria.read_text(encoding="utf-8").replace("version = 1", f"version = {NEXT}"))
    criteria.with_name(f"commune.v{NEXT}.toml").write_text(changed, encoding="utf-8")
