"""Two tiers beside three: each round is for units of its own tiers, and what was begun under three tiers goes on."""

import pytest

from certflow.dossiers import dossiers
from certflow.errors import NotPermitted
from certflow.models.units import Unit
from certflow.rounds import rounds
from tests import make, make_two_tier

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_unit_opens_only_in_rounds_of_its_own_tiers_though_they_run_in_its_province() -> None:
    two, three = make_two_tier.units()["Xã Lạng Giang"], make.unit()
    wrong = {
        two.id: make_two_tier.round_("Ba cấp ở tỉnh hai cấp", scheme=make.SCHEME),
        three.id: make_two_tier.round_("Hai cấp ở tỉnh ba cấp", at=make.province()),
    }
    right = {two.id: make_two_tier.round_(), three.id: make.round_()}

    for unit in (two, three):
        assert [found.id for found in rounds.open_for(unit)] == [right[unit.id].id]
        with pytest.raises(NotPermitted, match="Đợt đánh giá này không dành cho đơn vị của ông/bà"):
            _open(wrong[unit.id].id, unit)
        _open(right[unit.id].id, unit)


def _open(round_id: int, unit: Unit) -> None:
    dossiers.open_dossier(round_id, actor=make.person("commune_officer", unit), unit_id=unit.id)


def test_a_dossier_begun_under_three_tiers_is_read_and_decided_on_after_two_tier_rounds_began() -> None:
    begun = make.dossier("endorsed")
    make_two_tier.rule()
    make_two_tier.dossier("recognised_level_1")

    make.act(begun, "recognise_level_1")

    head = make.person_for("education_head", begun)
    assert begun.state == "recognised_level_1"
    assert [listed.dossier.id for listed in dossiers.seen_by(head).items] == [begun.id]
