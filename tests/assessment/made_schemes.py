"""The shipped scheme of communes with another criteria set, as if its files had been added."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from flask import Flask

from certflow.law.catalogue import Catalogue
from certflow.law.specs.form import FormSpec
from tests import make, versions


@contextmanager
def scheme_with(app: Flask, form: FormSpec) -> Iterator[None]:
    """Meanwhile test dossiers follow the usual scheme with `form` for its criteria; states keep their levels."""
    shipped = versions.definitions(app)
    usual = shipped.workflows[make.SCHEME]
    assert usual.outcome is not None
    assert usual.outcome.decision is not None
    decision = replace(usual.outcome.decision, title="Về việc xếp loại {unit}: {grade}")
    new = replace(
        usual,
        name="made_scheme",
        version=1,
        form=form.name,
        form_version=form.version,
        outcome=replace(usual.outcome, decision=decision) if form.bands else usual.outcome,
    )
    versions.use(app, Catalogue(shipped.workflows | {new.key: new}, shipped.forms | {(form.name, form.version): form}))
    with patch.object(make, "SCHEME", new.key):
        yield
    versions.use(app, shipped)
