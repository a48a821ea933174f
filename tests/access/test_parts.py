"""Property: on no day does a right by delegation exist where the one who delegated has none."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certflow.access import parts
from certflow.models.people import Appointment, User
from certflow.models.rules import Delegation, delegations_to
from tests.properties import examples

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(12)]
PEOPLE = 3
MOMENT = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)

pytestmark = [
    pytest.mark.usefixtures("inside_the_application"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
spans = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
held = st.tuples(st.integers(0, PEOPLE - 1), spans, st.booleans(), st.booleans())
given_on = st.tuples(st.integers(0, 5), st.integers(0, PEOPLE - 1), spans, st.booleans(), st.sampled_from(["", "a"]))


def people_with(
    active: list[bool],
    appointments: list[tuple[int, list[dt.date], bool, bool]],
    delegations: list[tuple],  # type: ignore[type-arg]
) -> list[User]:
    """People as they would be loaded, with what they hold and what was delegated to them."""
    users = [User(id=n, active=on) for n, on in enumerate(active)]
    made = []
    for who, (starts, ends), ended, lasting in appointments:
        row = Appointment(role="education_head", starts_on=starts, ends_on=None if lasting else ends)
        row.ended_at, row.user = (MOMENT if ended else None), users[who]
        made.append(row)
    for about, to, (starts, ends), withdrawn, scheme in delegations:
        if made:
            one = Delegation(appointment=made[about % len(made)], workflow=scheme, starts_on=starts, ends_on=ends)
            one.withdrawn_at, one.delegate = (MOMENT if withdrawn else None), users[to]
    return users


@settings(examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    active=st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE),
    appointments=st.lists(held, max_size=5),
    delegations=st.lists(given_on, max_size=6),
)
def test_a_right_by_delegation_is_never_more_than_the_delegators_own(
    active: list[bool],
    appointments: list[tuple[int, list[dt.date], bool, bool]],
    delegations: list[tuple],  # type: ignore[type-arg]
) -> None:
    users = people_with(active, appointments, delegations)

    for day in DAYS:
        for user in users:
            mine = parts.own(user, day)
            found = parts.held(user, day)
            assert [part.appointment for part in found if part.delegation is None] == mine
            delegated = [part for part in found if part.delegation is not None]
            for part in delegated:
                assert user.active
                assert part.appointment in parts.own(part.appointment.user, day)
                assert part.delegation.withdrawn_at is None  # type: ignore[union-attr]
                assert part.delegation.starts_on <= day <= part.delegation.ends_on  # type: ignore[union-attr]
                assert part.covers("a")
                assert part.covers("b") == (part.scheme == "")
            expected = [
                one
                for one in delegations_to(user)
                if user.active
                and one.withdrawn_at is None
                and one.starts_on <= day <= one.ends_on
                and one.appointment in parts.own(one.appointment.user, day)
            ]
            assert [part.delegation for part in delegated] == expected
