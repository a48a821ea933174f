"""The shipped scheme of communes with another criteria set, as if its files had been added."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from certflow.catalogue import catalogue
from certflow.law.catalogue import Catalogue
from certflow.law.specs.form import FormSpec
from tests import make


@contextmanager
def scheme_with(form: FormSpec) -> Iterator[None]:
    """Meanwhile test dossiers follow the usual scheme with `form` for its criteria; states keep their levels."""
    shipped = catalogue.definitions()
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
    catalogue.use(Catalogue(shipped.workflows | {new.key: new}, shipped.forms | {(form.name, form.version): form}))
    with patch.object(make, "SCHEME", new.key):
        yield
    catalogue.use(shipped)
