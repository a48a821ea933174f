"""A department's own criteria set: drafted, checked, published for ever, and used by a round of its province."""

import datetime as dt
import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from certflow import clock
from certflow.catalogue import catalogue, department_sets, published, role_titles
from certflow.criteria import rating_set_files, rating_sets
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.law.difference.difference import difference
from certflow.law.sets.tables import Content
from certflow.models.base import db
from certflow.models.criteria import PublishedDefinition, RatingSet
from certflow.models.people import User
from certflow.people import people
from certflow.results import papers
from certflow.rounds import rounds
from tests import make
from tests.observing import everything
from tests.sets import CONTENT, HEAD, another_province

pytestmark = pytest.mark.usefixtures("inside_the_application")

FAMILY = "learning_centre_rating"
SCHEME = ("lang_son_centre_rating", 1)


def department() -> User:
    """The person who speaks for the province's education department."""
    return make.person("province_reviewer")


def draft(**content: Any) -> RatingSet:
    """A draft that could be published, but for what `content` says otherwise."""
    own = rating_sets.begin(make.province().id, FAMILY, actor=department())
    return written(own, **content)


def written(own: RatingSet, **content: Any) -> RatingSet:
    """The draft with its head and content written."""
    own = rating_sets.save_head(own.id, HEAD, actor=department(), revision=own.revision)
    changed: Content = CONTENT | content
    own = rating_sets.save(own.id, lambda _old: changed, actor=department(), revision=own.revision)
    make.commit()
    return own


def publish(own: RatingSet) -> RatingSet:
    """The draft published by its department."""
    own = rating_sets.publish(own.id, actor=department(), revision=own.revision)
    make.commit()
    return own


def said(own: RatingSet) -> dict[tuple[str, int, str], str]:
    """What is wrong, by page, row and field."""
    return {(fault.page, fault.row, fault.field): fault.words for fault in rating_sets.faults(own)}


def test_a_first_draft_has_the_four_groups_of_the_ministry_and_nothing_made_up() -> None:
    own = rating_sets.begin(make.province().id, FAMILY, actor=department())

    titles = [group["title"]["vi"] for group in own.content["criteria"]]
    assert titles == ["Bộ máy quản lý", "Tổ chức hoạt động", "Huy động sự tham gia của xã hội", "Hiệu quả hoạt động"]
    assert all("Hướng dẫn của Bộ GDĐT" in group["source"] for group in own.content["criteria"])
    assert [group["indicators"] for group in own.content["criteria"]] == [[], [], [], []]
    assert (own.content["bands"], own.name, own.version) == ([], "learning_centre_rating_75", 1)
    assert own.issuer == "Sở Giáo dục và Đào tạo tỉnh Đồng Nai"
    assert {page for page, _row, _field in said(own)} == {"head", "1", "2", "3", "4", "bands"}


def test_a_published_set_is_stored_with_its_hash_for_ever_and_cites_its_paper() -> None:
    own = publish(draft())

    form = catalogue.form_at(own.name, 1)
    stored = db.session.get_one(PublishedDefinition, ("form", own.name, 1))
    assert (form.trust, form.source) == ("department", f"{HEAD.document_number} ngày 02/05/2025 của {HEAD.issuer}")
    assert stored.hash == form.fingerprint == rating_sets.form_of(own).fingerprint
    assert form.title.en == HEAD.title_vi, "without English words the Vietnamese stand in"
    assert [group.source for group in form.criteria] == ["Hướng dẫn của Bộ GDĐT, nhóm 1", form.source]
    assert own.published_by_id == department().id
    assert published.publish(catalogue.definitions()) > 0, "the start takes a stored set that no file ships"
    assert (own.name, 1) in catalogue.renewed().forms


def test_nobody_changes_what_is_published() -> None:
    own = publish(draft())
    before = everything()

    who, revision = department(), own.revision
    acts: list[Callable[[], object]] = [
        lambda: rating_sets.save_head(own.id, HEAD, actor=who, revision=revision),
        lambda: rating_sets.save(own.id, lambda old: old | {"total": "1"}, actor=who, revision=revision),
        lambda: rating_set_files.upload(own.id, b"", actor=who, revision=revision),
        lambda: rating_sets.publish(own.id, actor=who, revision=revision),
    ]
    for act in acts:
        with pytest.raises(ActionNotOpen):
            act()

    assert everything() == before


def test_the_next_version_is_a_copy_that_needs_a_paper_of_its_own_and_tells_what_it_changes() -> None:
    first = publish(draft())
    second = rating_sets.begin(make.province().id, FAMILY, actor=department())

    assert (second.version, second.content, second.document_number) == (2, first.content, "")
    with pytest.raises(ActionNotOpen):
        rating_sets.begin(make.province().id, FAMILY, actor=department())
    with pytest.raises(ActionBlocked):
        rating_sets.publish(second.id, actor=department(), revision=second.revision)
    second = publish(written(second, bands=[CONTENT["bands"][0], CONTENT["bands"][1] | {"at_least": "15"}]))
    old, new = (catalogue.form_at(second.name, version) for version in (1, 2))
    told = [change.sentence for change in difference(old, new)]
    assert any("Tốt" in sentence and "12" in sentence and "15" in sentence for sentence in told)
    assert [own.version for own in department_sets.published_for(make.province().id, FAMILY)] == [2, 1]


@pytest.mark.parametrize("role", ["administrator", "education_head", "commune_officer"])
def test_only_the_department_writes_and_others_but_administrators_do_not_even_see(role: str) -> None:
    own = draft()
    other = make.person(role)

    with pytest.raises(NotPermitted):
        rating_sets.begin(make.province().id, FAMILY, actor=other)
    refusal = NotPermitted if role == "administrator" else NotFound
    with pytest.raises(refusal):
        rating_sets.publish(own.id, actor=other, revision=own.revision)
    with pytest.raises(refusal):
        rating_sets.save(own.id, lambda old: old, actor=other, revision=own.revision)
    assert (own in rating_sets.seen_by(other)) == (role == "administrator")


def test_who_writes_or_publishes_over_somebody_elses_change_is_told() -> None:
    own = draft()
    seen = own.revision
    rating_sets.save(own.id, lambda old: old | {"total": "21"}, actor=department(), revision=seen)
    make.commit()
    before = everything()

    rating_sets.save(own.id, lambda old: old | {"total": "21"}, actor=department(), revision=seen)  # sent once more
    with pytest.raises(Stale):
        rating_sets.save(own.id, lambda old: old | {"total": "22"}, actor=department(), revision=seen)
    with pytest.raises(Stale):
        rating_sets.publish(own.id, actor=department(), revision=seen)

    assert everything() == before


def test_a_draft_without_a_paper_or_with_one_of_tomorrow_is_not_published() -> None:
    own = draft()
    tomorrow = clock.today() + dt.timedelta(days=1)
    head = rating_sets.SetNames("Bộ tiêu chí", "", "", tomorrow, HEAD.issuer, "20")
    own = rating_sets.save_head(own.id, head, actor=department(), revision=own.revision)

    assert set(said(own)) == {("head", 0, "number"), ("head", 0, "dated")}
    with pytest.raises(ActionBlocked) as refusal:
        rating_sets.publish(own.id, actor=department(), revision=own.revision)
    assert len(refusal.value.reasons) == 2


def test_a_class_that_no_paper_could_print_is_refused_before_it_is_for_ever() -> None:
    bands = [CONTENT["bands"][0], CONTENT["bands"][1] | {"title": {"vi": "Tốt 漢", "en": ""}}]
    own = draft(bands=bands)

    with pytest.raises(ActionBlocked, match="漢"):
        rating_sets.publish(own.id, actor=department(), revision=own.revision)


def test_a_file_takes_the_place_of_the_draft_and_comes_back_the_same() -> None:
    own = draft()
    text = rating_set_files.text(own)
    table = tomllib.loads(text)
    own = rating_sets.save(own.id, lambda old: old | {"bands": []}, actor=department(), revision=own.revision)

    own = rating_set_files.upload(own.id, text.encode(), actor=department(), revision=own.revision)

    assert rating_set_files.text(own) == text
    assert said(own) == {}
    assert json.loads(rating_sets.form_of(own).content) == table


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"total = = 1", "line 1"),
        (b"total = 1\n", "criteria"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "TOML"),
        (b"total = 0x" + b"f" * 8000, "quá lớn"),
        (b'total = "1e999999999"\n[[criteria]]\nnumber = 1', "no exact number"),
        (b'unknown = "\\u0000"', "không in được"),
        (b"#" * (rating_set_files.LARGEST_FILE + 1), "200 kB"),
        (b"[[bands]]\n" * 11, "nhiều nhất 10"),
        (b'extends = { name = "sample_rating", version = 1 }', "extends: is followed only under"),
        (b"criteria = 5\nbands = 7\ncaps = 'x'", "list of tables"),
    ],
    ids=["letters", "syntax", "empty", "deep", "number", "power", "nul", "large", "many", "extends", "shapes"],
)
def test_a_file_that_cannot_be_taken_says_why_and_changes_nothing(file: bytes, told: str) -> None:
    own = draft()
    before = everything()

    with pytest.raises(Invalid) as refusal:
        rating_set_files.upload(own.id, file, actor=department(), revision=own.revision)
    db.session.rollback()

    assert told in " ".join(refusal.value.fields["file"])
    assert everything() == before


def test_a_round_takes_the_provinces_published_sets_and_the_sample_and_nothing_else() -> None:
    unpublished = draft()
    spec = catalogue.definitions().workflow(*SCHEME)
    with pytest.raises(Invalid):
        open_round((unpublished.name, 1))
    own = publish(unpublished)

    assert catalogue.form_of(open_round((own.name, own.version))).trust == "department"
    assert catalogue.form_of(open_round((spec.form, spec.form_version), "Đợt mẫu")).trust == "sample"
    for form in ((own.name, 2), ("learning_community_commune", 1)):
        with pytest.raises(Invalid) as refusal:
            open_round(form, "Đợt khác")
        assert list(refusal.value.fields) == ["form"]
    with pytest.raises(Invalid):
        open_round((own.name, own.version), "Đợt khác", scheme=make.SCHEME)


def open_round(form: tuple[str, int], title: str = "Đợt", scheme: tuple[str, int] = SCHEME) -> Any:
    return rounds.open_round(
        actor=make.person(role_titles.ADMINISTRATOR),
        scheme=scheme,
        unit_id=make.province().id,
        assessed_year=2024,
        title=title,
        form=form,
    )


def test_a_department_of_another_province_cannot_use_it() -> None:
    own = publish(draft())
    far = another_province()
    stranger = make.user("stranger")
    people.give(stranger, role="province_reviewer", unit_id=far.id, starts_on=clock.today())
    make.commit()

    with pytest.raises(NotFound):
        rating_sets.find(own.id, stranger)
    with pytest.raises(NotPermitted):
        rating_sets.begin(make.province().id, FAMILY, actor=stranger)
    with pytest.raises(Invalid):
        rounds.open_round(
            actor=make.person(role_titles.ADMINISTRATOR),
            scheme=SCHEME,
            unit_id=far.id,
            assessed_year=2024,
            title="Đợt",
            form=(own.name, 1),
        )


def test_a_dossier_on_a_departments_set_carries_no_mark() -> None:
    own = publish(draft())
    dossier = make.dossier(unit=make.unit())
    dossier.form, dossier.form_version = own.name, 1

    assert papers.marks(dossier) == []
