"""Every transaction that changes something leaves one entry, chained to the one before; any other change shows."""

import pytest

from certflow.audit import verification
from tests import make


@pytest.mark.usefixtures("inside_the_application")
def test_what_the_application_does_agrees_with_the_chain() -> None:
    make.dossier("recognised_level_2")
    make.commit()

    result = verification.verify()

    assert result.faults == []
    assert result.entries > 3
    assert result.rows > 30
