"""Dates counted in working days: from the dossier's own event, by the holidays and what was ordered over them."""

import datetime as dt

import pytest
import sqlalchemy as sa

from certflow.clock import ZONE
from certflow.dossiers import dates
from certflow.dossiers.dates import Dates
from certflow.errors import Invalid, NotPermitted
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.rounds import CalendarDay
from certflow.rounds import working_days
from tests import make, tiers

pytestmark = pytest.mark.usefixtures("inside_the_application")

NOTICE = "Thông báo 1234/TB-BNV về hoán đổi ngày làm việc"


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()


def enter(text: str, *, working: bool, source: str = NOTICE) -> CalendarDay:
    entered = working_days.enter(day(text), working=working, source=source, actor=make.person("administrator"))
    make.commit()
    return entered


def accepted(on: str) -> Dossier:
    """A province's dossier that the ministry accepted in the morning of a day."""
    tiers.lower_tiers()
    dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "awaiting_council")
    move(dossier, on)
    return dossier


def move(dossier: Dossier, on: str) -> None:
    at = dt.datetime.combine(day(on), dt.time(9), tzinfo=ZONE)
    mine = HistoryEntry.dossier_id == dossier.id
    db.session.execute(sa.update(HistoryEntry).where(mine, HistoryEntry.to_state == "awaiting_council").values(at=at))
    make.commit()


def decided_by(found: Dates) -> dt.date:
    (counted,) = [standing.due for standing in found.standings if standing.due.counted_from]
    return counted.on


def test_the_day_is_counted_from_the_acceptance_and_follows_what_is_ordered() -> None:
    dossier = accepted("04/08/2025")

    before = decided_by(dates.of(dossier))
    enter("16/08/2025", working=True)
    earlier = decided_by(dates.of(dossier))
    enter("18/08/2025", working=False)
    enter("19/08/2025", working=False)
    later = decided_by(dates.of(dossier))
    enter("19/08/2025", working=True, source="Thông báo khác")
    again = decided_by(dates.of(dossier))

    assert [before, earlier, later, again] == [day(d) for d in ("03/09/2025", "29/08/2025", "04/09/2025", "03/09/2025")]
    move(dossier, "22/12/2025")
    assert decided_by(dates.of(dossier)) == day("20/01/2026"), "over New Year's Day"
    move(dossier, "20/12/2100")
    (undated,) = dates.of(dossier).undated
    assert undated.counted_from == day("20/12/2100")


def test_before_the_event_there_is_no_day_and_a_round_has_none_either() -> None:
    dossier = tiers.opened(tiers.MINISTRY, tiers.PROVINCE)

    found = dates.of(dossier)

    assert [(each.spec.name, each.counted_from) for each in found.undated] == [("decide_statutory", None)]
    assert [standing.due.spec.name for standing in found.standings] == ["submit_statutory"]
    assert [date.deadline for date in dossier.round.dates] == ["submit_statutory"]


def test_a_day_entered_again_replaces_what_stood_there() -> None:
    enter("02/05/2025", working=True, source="Nhầm")
    enter("02/05/2025", working=False)
    enter("03/05/2026", working=True)

    (entered,) = working_days.of_year(2025).entered
    assert (entered.working, entered.source) == (False, NOTICE)
    assert entered.entered_by == make.person("administrator").signature
    assert working_days.calendar([2025]).works(day("02/05/2025")) is False
    assert working_days.calendar([2026]).works(day("03/05/2026")) is True
    assert working_days.calendar([]).works(day("03/05/2026")) is None
    assert working_days.calendar([2025, 2200]).known == {2025}


def test_only_an_administrator_enters_a_day_and_a_document_and_a_known_year_are_needed() -> None:
    with pytest.raises(NotPermitted):
        working_days.enter(day("02/05/2025"), working=True, source=NOTICE, actor=make.person("education_head"))
    for text, source, field in (("02/05/2025", " ", "source"), ("02/05/2150", NOTICE, "day")):
        with pytest.raises(Invalid) as refusal:
            enter(text, working=True, source=source)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(Invalid) as refusal:
        working_days.enter(None, working=True, source="x" * 301, actor=make.person("administrator"))
    assert set(refusal.value.fields) == {"day", "source"}
    assert working_days.of_year(2150).off is None
