"""Confirming a criteria set: by the education department, once, on a paper; the mark is gone from what follows."""

import pytest

from certflow.access import access
from certflow.catalogue import catalogue
from certflow.criteria import confirmations
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.results import documents, papers
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

PAPER = "Biên bản đối chiếu số 12/BB-SGDĐT ngày 05/01/2026"


def test_the_mark_is_on_papers_until_the_set_is_confirmed_and_stays_on_those_before() -> None:
    before = make.dossier("recognised_level_1")
    mark = catalogue.form_of(before).trust_note.vi
    assert papers.marks(before) == [mark]

    confirm("province_reviewer")

    after = make.dossier("recognised_level_1")
    assert papers.marks(after) == []
    assert {tuple(paper.facts["marks"]) for paper in documents.of_dossier(before)} == {(mark,)}
    assert {tuple(paper.facts["marks"]) for paper in documents.of_dossier(after)} == {()}


def test_a_confirmation_keeps_who_for_which_province_and_on_what_paper() -> None:
    confirm("province_reviewer")

    (kept,) = confirmations.confirmations(catalogue.definitions().form_of(make.scheme()))

    assert (kept.confirmed_by, kept.unit) == (make.person("province_reviewer").signature, make.province())
    assert kept.document == PAPER


@pytest.mark.parametrize(
    "role",
    ["commune_officer", "commune_chair", "education_officer", "district_appraiser", "education_head", "administrator"],
)
def test_nobody_but_the_education_department_confirms(role: str) -> None:
    with pytest.raises(NotPermitted):
        confirm(role)


def test_a_set_is_confirmed_once_by_a_department() -> None:
    confirm("province_reviewer")

    confirm("province_reviewer")  # sent once more
    with pytest.raises(ActionNotOpen):
        confirm("province_reviewer", document="Một biên bản khác")


def test_a_confirmation_names_its_paper() -> None:
    with pytest.raises(Invalid) as refusal:
        confirm("province_reviewer", document="  ")

    assert list(refusal.value.fields) == ["document"]


def test_a_set_that_does_not_exist_cannot_be_confirmed() -> None:
    with pytest.raises(NotFound):
        confirmations.confirm("no_such_set", 1, actor=make.person("province_reviewer"), document=PAPER)


def test_a_confirmation_counts_in_its_own_province_only() -> None:
    confirm("province_reviewer")
    form = catalogue.definitions().form_of(make.scheme())

    assert catalogue.confirmation_for(form, make.unit("Huyện Cẩm Mỹ")) is None
    assert access.chain(make.unit())["province"] == make.province()
    assert catalogue.confirmation_for(form, make.province()) is not None


def confirm(role: str, document: str = f"  {PAPER} ") -> None:
    spec = make.scheme()
    confirmations.confirm(spec.form, spec.form_version, actor=make.person(role), document=document)
    make.commit()
