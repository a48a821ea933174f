"""What is filed is frozen: anyone can hash it again, and a later filing leaves the earlier one as it was."""

import datetime as dt
import hashlib
import io
import json

import pytest

from certflow.assessment import assessments, evidence
from certflow.demo import walking
from certflow.dossiers import dossiers, submissions
from certflow.errors import NotFound
from certflow.models.dossiers import Dossier, Evidence, Submission
from certflow.units import attributes
from tests import make
from tests.gateways import samples

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_the_manifest_says_all_that_was_filed_and_its_hash_comes_out_again() -> None:
    dossier = make.dossier(claims=make.answers(2))
    file = attach(dossier, "Báo cáo.pdf")
    walk(dossier, "submitted")

    (filed,) = assessments.contents(dossier).submissions
    manifest = json.loads(filed.manifest)
    claims = {claim.indicator: claim.answer for claim in dossier.claims}

    assert filed.manifest_hash == hashlib.sha256(filed.manifest.encode()).hexdigest()
    assert {code: given["answer"] for code, given in manifest["answers"].items()} == claims
    assert len(claims) == 15
    assert manifest["evidence"] == [
        {"indicator": "1.1", "name": "Báo cáo.pdf", "size": file.size, "sha256": file.sha256}
    ]
    assert (manifest["dossier"], manifest["submission"], manifest["claimed_level"]) == (dossier.id, 1, 2)
    assert manifest["unit"] == {"code": dossier.unit.code, "name": dossier.unit.name}
    assert manifest["scheme"] == list(make.SCHEME)
    assert manifest["meeting"]["chaired_by"] == make.minutes().chaired_by
    assert (filed.number, filed.claimed_level) == (1, 2)


def test_the_filing_and_the_act_of_filing_are_one_moment_by_one_person() -> None:
    dossier = make.dossier("submitted")
    filed, entry = submissions.submission(dossier, 1), dossiers.history(dossier)[-1]

    assert entry.action == "submit"
    assert (filed.filed_at, filed.filed_by_id) == (entry.at, entry.actor_id)
    assert dt.datetime.fromisoformat(json.loads(filed.manifest)["filed_at"]) == entry.at


def test_a_second_filing_has_number_2_and_leaves_the_first_as_it_was() -> None:
    dossier = make.dossier(claims=make.answers(1))
    kept, removed = attach(dossier, "giữ.pdf"), attach(dossier, "bỏ.pdf")
    walk(dossier, "returned")
    first = frozen(submissions.submission(dossier, 1))

    evidence.remove(removed.id, actor=make.person_for("commune_officer", dossier))
    added = attach(dossier, "thêm.pdf")
    make.claims(dossier, make.answers(2))
    make.meeting(dossier, version=1, conclusion="Họp lại.")
    make.act(dossier, "hand_over")
    make.act(dossier, "submit")

    second = submissions.submission(dossier, 2)
    names = [file["name"] for file in json.loads(second.manifest)["evidence"]]
    assert frozen(submissions.submission(dossier, 1)) == first
    assert names == [kept.original_name, added.original_name]
    assert (second.claimed_level, json.loads(second.manifest)["submission"]) == (2, 2)
    assert second.manifest_hash != first[1]
    assert [filed.number for filed in assessments.contents(dossier).submissions] == [1, 2]
    assert [file["name"] for file in json.loads(first[0])["evidence"]] == ["giữ.pdf", "bỏ.pdf"]


def test_what_the_appraiser_does_later_changes_nothing_that_was_filed() -> None:
    dossier = make.dossier("submitted", level=2)
    before = frozen(submissions.submission(dossier, 1))
    make.act(dossier, "accept")
    make.findings(dossier, make.answers(1))
    for action in ("propose_level_1", "endorse", "recognise_level_1"):
        make.act(dossier, action)

    assert frozen(submissions.submission(dossier, 1)) == before


def test_a_unit_in_a_disadvantaged_area_files_by_the_lower_thresholds_and_says_so() -> None:
    place = make.unit("Xã Lâm San")
    attributes.mark_disadvantaged(place, "Quyết định 861/QĐ-TTg")
    make.commit()
    dossier = make.dossier("submitted", unit=place, level=1)

    manifest = json.loads(submissions.submission(dossier, 1).manifest)

    assert manifest["disadvantaged_area"] == "Quyết định 861/QĐ-TTg"
    assert manifest["claimed_level"] == 1


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_filing_that_was_never_made_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        submissions.submission(make.dossier("submitted"), number)


def frozen(filed: Submission) -> tuple[str, str, int, dt.datetime, int]:
    """Everything a submission says."""
    return filed.manifest, filed.manifest_hash, filed.claimed_level, filed.filed_at, filed.filed_by_id


def attach(dossier: Dossier, name: str) -> Evidence:
    officer = make.person_for("commune_officer", dossier)
    kept = evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), name, actor=officer)
    make.commit()
    return kept


def walk(dossier: Dossier, state: str) -> None:
    """Bring a dossier with complete claims to `state`."""
    course = walking.Course({}, {}, make.minutes(), note=lambda _transition: make.REASON)
    for transition in walking.way(make.scheme(), state, 1):
        walking.step(dossier, transition, course, make.person)
    make.commit()
