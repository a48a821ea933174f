"""What stands in the way of an act: what is missing, what is stale, an earlier part, an office that has ended."""

import datetime as dt
from functools import partial

import pytest

from certflow import clock
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.assessment.supplements import Asked
from certflow.catalogue import role_titles
from certflow.demo import walking
from certflow.dossiers import actions, dossiers, retractions
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound, NotPermitted, Stale
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding
from certflow.models.people import User
from certflow.people import people
from certflow.wording import _, _n
from tests import make
from tests.observing import everything

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_dossier_with_gaps_is_not_handed_over_and_says_all_that_is_missing() -> None:
    dossier = make.dossier(claims={"1.1": {"value": "yes"}})

    reasons = refused(dossier, "hand_over", ActionBlocked)

    assert reasons == (
        _n(
            "%(num)s indicator has not been self-assessed yet",
            "%(num)s indicators have not been self-assessed yet",
            14,
        ),
        _("The self-assessment meeting has not been recorded yet"),
    )


def test_a_share_without_the_definition_it_was_counted_by_is_a_gap() -> None:
    answers = make.answers(1)
    answers["5.1"] = answers["5.1"] | {"definition": " "}
    dossier = make.dossier(claims=answers)
    make.meeting(dossier)

    assert refused(dossier, "hand_over", ActionBlocked) == ("Còn 1 chỉ tiêu chưa tự đánh giá",)


def test_a_self_assessment_below_level_1_is_not_filed() -> None:
    dossier = make.dossier("awaiting_chair", claims=make.answers(0))

    reasons = refused(dossier, "submit", ActionBlocked)

    assert reasons == (
        _("The self-assessment does not reach level 1; a dossier can only be filed for a level that is reached"),
    )


@pytest.mark.parametrize("note", ["", " \n\t"])
@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("awaiting_chair", "hand_back"),
        ("submitted", "return_for_changes"),
        ("under_review", "send_back"),
        ("endorsed", "reopen_appraisal"),
        ("endorsed", "decline"),
    ],
)
def test_an_act_that_needs_a_reason_is_refused_without_one(state: str, action: str, note: str) -> None:
    dossier = make.dossier(state)

    assert refused(dossier, action, ActionBlocked, note=note) == (_("A reason must be given"),)


def test_an_appraisal_with_gaps_is_not_forwarded() -> None:
    dossier = make.dossier("appraising")
    make.findings(dossier, {"1.1": {"value": "yes"}})

    reasons = refused(dossier, "propose_level_1", ActionBlocked)

    assert reasons == (
        _n("%(num)s indicator has no finding yet", "%(num)s indicators have no finding yet", 14),
        _("The findings do not reach level %(level)s: they reach no level", level=1),
    )


def test_a_level_above_the_findings_is_neither_proposed_nor_recognised() -> None:
    appraised = make.dossier("appraising")
    make.findings(appraised, make.answers(1))
    above = _("The findings reach level %(reached)s, not level %(level)s", reached=1, level=2)
    assert refused(appraised, "propose_level_2", ActionBlocked) == (above,)

    endorsed = make.dossier("endorsed", level=1)
    proposed = _("The endorsed proposal is level %(proposed)s; ask for a new appraisal to change it", proposed=1)
    assert refused(endorsed, "recognise_level_2", ActionBlocked) == (above, proposed)


def test_a_level_below_or_beside_the_proposal_is_not_recognised() -> None:
    proposed = make.dossier("endorsed", level=2)
    other = _("The endorsed proposal is level %(proposed)s; ask for a new appraisal to change it", proposed=2)
    assert refused(proposed, "recognise_level_1", ActionBlocked) == (other,)

    none = make.dossier("endorsed", level=0)
    assert _("The endorsed proposal is not to recognise; ask for a new appraisal to change it") in refused(
        none, "recognise_level_1", ActionBlocked
    )


def test_who_acts_on_an_older_version_is_told_and_nothing_happens() -> None:
    dossier = make.dossier("submitted")
    seen = dossier.version
    make.act(dossier, "return_for_changes")
    make.act(dossier, "hand_over")
    make.act(dossier, "submit")
    assert dossier.state == "submitted"

    refused(dossier, "accept", Stale, version=seen)


def test_a_return_is_the_same_act_when_it_asks_for_the_same_and_was_not_taken_back() -> None:
    dossier = make.dossier("submitted")
    officer, seen = make.person_for("education_officer", dossier), dossier.version

    def give_back(words: str) -> int:
        asked = Asked({"1.1": words, "5.2": " "})
        step = partial(actions.act, dossier.id, "return_for_changes", actor=officer, note=make.REASON)
        return step(version=seen, asked=asked).version

    assert (give_back("Bổ sung."), give_back("Bổ sung. ")) == (seen + 1, seen + 1)
    with pytest.raises(Stale):
        give_back("Sửa số liệu.")
    retractions.retract(dossier.id, actor=officer, seen=seen + 1)
    with pytest.raises(Stale):
        give_back("Bổ sung.")


def test_the_same_act_twice_takes_effect_once() -> None:
    dossier = make.dossier("submitted")
    officer, colleague = make.person_for("education_officer", dossier), make.person("education_officer", name="second")
    seen = dossier.version
    for _twice in range(2):
        again = actions.act(dossier.id, "accept", actor=officer, note="Đủ hồ sơ.", version=seen)
        make.commit()

    assert (again.state, again.version) == ("appraising", seen + 1)
    refused(dossier, "accept", Stale, actor=officer, version=seen)  # with another note
    refused(dossier, "accept", Stale, actor=colleague, version=seen)
    refused(dossier, "accept", ActionNotOpen, actor=officer)
    assert [entry.action for entry in dossiers.history(dossier)].count("accept") == 1


def test_an_act_that_no_scheme_knows_is_refused() -> None:
    dossier = make.dossier("submitted")

    for action in ("approve", "", "to_recognised_level_1", "_destination", "accept\x00"):
        officer = make.person_for("education_officer", dossier)
        assert refused(dossier, action, ActionNotOpen, actor=officer) == (_("There is no such step in this scheme."),)


def test_a_dossier_that_does_not_exist_is_as_absent_as_one_of_others() -> None:
    dossier = make.dossier("submitted")
    stranger = make.person("commune_chair", make.unit("Xã Suối Cát"))

    with pytest.raises(NotFound) as absent:
        actions.act(dossier.id + 1000, "submit", actor=stranger)

    assert absent.value.reasons == refused(dossier, "submit", NotFound, actor=stranger)


def test_who_acted_for_the_commune_does_not_appraise_after_a_transfer() -> None:
    dossier = make.dossier("appraising")
    make.findings(dossier, make.answers(1))
    chair = make.person_for("commune_chair", dossier)
    transfer(chair, "district_appraiser", dossier)

    assert refused(dossier, "propose_level_1", ActionBlocked, actor=chair) == (_took_part(),)


def test_who_only_wrote_the_claims_does_not_appraise_after_a_transfer() -> None:
    dossier = make.dossier()
    colleague = make.person("commune_officer", dossier.unit, name="colleague")
    walking.write(Claim, dossier, make.answers(1), actor=colleague, course=_course())
    make.meeting(dossier)
    for action in ("hand_over", "submit", "accept"):
        make.act(dossier, action)
    make.findings(dossier, make.answers(1))
    transfer(colleague, "district_appraiser", dossier)

    assert refused(dossier, "propose_level_1", ActionBlocked, actor=colleague) == (_took_part(),)


def test_who_only_wrote_findings_does_not_endorse_after_a_transfer() -> None:
    dossier = make.dossier("appraising")
    colleague = make.person("district_appraiser", dossier.unit.parent, name="colleague")
    typed = {"1.1": Typed({"value": "yes"})}
    assessments.save_findings(dossier.id, 1, typed, actor=colleague)
    make.findings(dossier, make.answers(1))
    make.act(dossier, "propose_level_1")
    transfer(colleague, "province_reviewer", dossier)
    remaining = {finding.saved_by_id for finding in db.session.query(Finding).filter_by(dossier_id=dossier.id)}
    assert colleague.id in remaining

    assert refused(dossier, "endorse", ActionBlocked, actor=colleague) == (_took_part(),)


def test_who_proposed_appraises_again_when_the_province_sends_the_dossier_back() -> None:
    dossier = make.dossier("under_review")
    make.act(dossier, "send_back")
    make.act(dossier, "propose_level_1")

    assert dossier.state == "under_review"


def test_an_appointment_that_is_ended_loses_its_rights_at_once() -> None:
    dossier = make.dossier("submitted")
    officer = make.person_for("education_officer", dossier)
    administrator = make.person(role_titles.ADMINISTRATOR)
    (appointment,) = officer.appointments

    people.end_appointment(appointment.id, actor=administrator)
    make.commit()

    assert actions.offers(dossier, actor=officer) == ()
    assert dossiers.waiting_for(officer).total == 0
    refused(dossier, "accept", NotFound, actor=officer)


@pytest.mark.parametrize(("starts", "ends", "rights"), [(1, None, False), (0, 0, True), (-1, 0, True), (-9, -1, False)])
def test_an_appointment_counts_from_its_first_day_to_its_last(starts: int, ends: int | None, rights: bool) -> None:
    dossier = make.dossier("submitted")
    officer = make.user("dated")
    days = [None if n is None else clock.today() + dt.timedelta(days=n) for n in (starts, ends)]
    people.give(officer, role="education_officer", unit_id=dossier.unit.parent_id, starts_on=days[0], ends_on=days[1])
    make.commit()

    if rights:
        assert make.act(dossier, "accept", actor=officer).state == "appraising"
    else:
        refused(dossier, "accept", NotFound, actor=officer)


def test_an_account_that_is_switched_off_may_nothing() -> None:
    dossier = make.dossier("submitted")
    officer = make.person_for("education_officer", dossier)
    administrator = make.person(role_titles.ADMINISTRATOR)
    people.change(officer.id, actor=administrator, full_name="Đã nghỉ", position="", active=False)
    make.commit()

    refused(dossier, "accept", NotFound, actor=officer)


def test_a_second_role_at_another_unit_gives_no_right_here() -> None:
    dossier = make.dossier("submitted")
    other = make.person("education_officer", make.unit("Huyện Xuân Lộc"))
    people.give(other, role="district_appraiser", unit_id=dossier.unit.parent_id, starts_on=clock.today())
    make.commit()

    refused(dossier, "accept", NotPermitted, actor=other)


def test_nothing_moves_a_dossier_once_it_is_decided() -> None:
    dossier = make.dossier("recognised_level_1")
    for role, person in make.people(dossier.unit).items():
        if role != role_titles.ADMINISTRATOR:
            assert actions.offers(dossier, actor=person) == ()
    refused(dossier, "recognise_level_1", ActionNotOpen, actor=make.person_for("education_head", dossier))


def refused(
    dossier: Dossier,
    action: str,
    expected: type[Exception],
    *,
    actor: User | None = None,
    note: str = "Lý do",
    version: int | None = None,
) -> tuple[str, ...]:
    """The reasons of the refusal, when it is exactly `expected` and changes nothing."""
    steps = [t for t in make.scheme().transitions if t.action == action]
    actor = actor or make.person_for(steps[0].by[0], dossier)
    make.commit()
    before = everything()
    with pytest.raises(expected) as refusal:
        actions.act(dossier.id, action, actor=actor, note=note, version=version)
    assert refusal.type is expected
    assert everything() == before
    reasons: tuple[str, ...] = refusal.value.reasons  # type: ignore[attr-defined]
    return reasons


def transfer(person: User, role: str, about: Dossier) -> None:
    """The person leaves every office and takes up `role` for this dossier."""
    administrator = make.person(role_titles.ADMINISTRATOR)
    for appointment in person.appointments:
        people.end_appointment(appointment.id, actor=administrator)
    seat = walking.seat_of(about, role)
    people.give(person, role=role, unit_id=seat.id, starts_on=clock.today())
    make.commit()


def _took_part() -> str:
    return _("You took part in this dossier in another role before; another person must do this")


def _course() -> walking.Course:
    return walking.Course({}, {}, make.minutes())
