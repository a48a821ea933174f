"""A published definition is kept for ever, refused when it changes, and read when its file is gone."""

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from certflow.catalogue import catalogue, published
from certflow.errors import DefinitionError, NotFound
from certflow.law.catalogue import Catalogue, read_one
from certflow.law.specs.form import FormSpec
from certflow.models.base import db
from certflow.models.criteria import PublishedDefinition
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

FORM = ("learning_community_commune", 1)


def _changed(change: Any) -> Catalogue:
    """The definitions in use with one criteria set changed under its old version."""
    shipped = catalogue.definitions()
    table = json.loads(shipped.forms[FORM].content)
    change(table)
    form = read_one(table, "forms/law/commune.v1.toml")
    assert isinstance(form, FormSpec)
    return Catalogue(shipped.workflows, shipped.forms | {FORM: form})


def _raise_a_threshold(table: dict[str, Any]) -> None:
    indicator = next(i for c in table["criteria"] for i in c["indicators"] if i["kind"] == "percentage")
    indicator["parts"][0]["at_least"][0] += 1


def test_everything_in_use_is_stored_once_with_its_hash() -> None:
    shipped = catalogue.definitions()

    assert published.publish(shipped) == len(shipped.workflows) + len(shipped.forms)
    assert published.publish(shipped) == 0

    stored = db.session.get_one(PublishedDefinition, ("form", *FORM))
    assert stored.hash == shipped.forms[FORM].fingerprint
    assert replace(published.read("form", *FORM), path=shipped.forms[FORM].path) == shipped.forms[FORM]


def test_a_stored_scheme_keeps_the_order_of_its_stages_and_states() -> None:
    shipped = catalogue.definitions().workflows[make.SCHEME]
    published.publish(catalogue.definitions())

    stored = published.read("workflow", *make.SCHEME)

    assert not isinstance(stored, FormSpec)
    assert list(stored.states) == list(shipped.states)
    assert stored.stages == shipped.stages


def test_a_changed_file_with_an_old_version_is_refused_with_what_changed() -> None:
    published.publish(catalogue.definitions())

    with pytest.raises(DefinitionError) as refused:
        published.publish(_changed(_raise_a_threshold))

    (fault,) = refused.value.faults
    assert fault.startswith("forms/law/commune.v1.toml: ")
    for told in ("learning_community_commune", "“60”", "“61”"):
        assert told in fault


def test_a_dossier_is_read_from_the_stored_definition_when_its_file_is_gone() -> None:
    shipped = catalogue.definitions()
    form = shipped.forms[FORM]
    about = make.dossier(at="submitted")
    published.publish(shipped)
    make.commit()

    catalogue.use(Catalogue({}, {}))

    assert catalogue.form_of(about).criteria == form.criteria
    assert catalogue.workflow_of(about).spec.states == shipped.workflows[make.SCHEME].states
    assert make.SCHEME in catalogue.workflows()
    with pytest.raises(NotFound):
        catalogue.definitions().workflow(*make.SCHEME)


def test_a_stored_definition_that_cannot_be_read_any_more_is_refused_at_the_start() -> None:
    shipped = catalogue.definitions()
    published.publish(shipped)
    db.session.execute(sa.update(PublishedDefinition).where(PublishedDefinition.kind == "form").values(content="{}"))
    db.session.expire_all()
    without = Catalogue(shipped.workflows, {})

    with pytest.raises(DefinitionError) as refused:
        published.publish(without)

    assert any(form.name in refused.value.faults[0] for form in shipped.forms.values())
    assert not published.retired(without).forms


def test_the_hash_is_of_what_is_said_not_of_how_it_is_written() -> None:
    shipped = catalogue.definitions().forms[FORM]
    turned = dict(reversed(list(json.loads(shipped.content).items())))

    assert read_one(turned, "x").fingerprint == shipped.fingerprint
    assert replace(shipped, path="elsewhere") == replace(shipped, path="elsewhere", content="")
