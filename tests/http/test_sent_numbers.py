"""Numbers that pages write themselves and get back: what is none is never a fault."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm

from certflow.http.addresses import id_in
from certflow.http.fields import number_chosen, version_sent
from certflow.http.typed import LARGEST, plain_number

NONE = [None, "", " ", "x", "-1", "+1", "1.0", "1_0", " 1", "²", "٣", str(LARGEST + 1), "9" * 5000]


@pytest.mark.parametrize("sent", NONE)
def test_what_is_no_number_is_none(sent: str | None) -> None:
    assert plain_number(sent) is None
    assert version_sent(sent) == 0
    assert id_in(MultiDict({} if sent is None else {"id": sent}), "id") == -1


@pytest.mark.parametrize(("sent", "number"), [("0", 0), ("7", 7), ("007", 7), (str(LARGEST), LARGEST)])
def test_a_number_is_read(sent: str, number: int) -> None:
    assert plain_number(sent) == version_sent(sent) == number
    assert id_in(MultiDict({"id": sent}), "id") == (number or -1)


def test_only_a_choice_of_the_field_counts() -> None:
    form = BaseForm(
        {"unit": SelectField(choices=[SelectChoice("", "None"), SelectChoice("7", "A")], validate_choice=False)}
    )

    for sent, number in (("7", 7), ("8", None), ("", None), ("x", None)):
        form.process(MultiDict({"unit": sent}))
        assert number_chosen(form["unit"]) == number
