"""Which passwords are refused: too short or long, common or easily guessed, or made of names that everybody knows."""

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from zxcvbn import zxcvbn

from certflow.errors import Invalid
from certflow.models.base import db
from certflow.models.units import Unit
from certflow.vietnamese import search_key
from certflow.wording import _

SHORTEST, LONGEST = 10, 200
FEWEST_GUESSES = 10**8  # below it zxcvbn's own scale says "guessable even where guessing is slowed"
MOST_ESTIMATED = 72  # longer texts take zxcvbn long, and their beginning is enough
SHORTEST_NAME, SHORTEST_UNIT = 3, 5
MOST_UNITS = 200
# zxcvbn's lists are English; these are the words that Vietnamese passwords are made of, as in the list of NordPass for
# Viet Nam (nordpass.com/most-common-passwords-list, 2023 and 2024).
_VIETNAMESE = (
    "matkhau",
    "anhyeuem",
    "emyeuanh",
    "yeuem",
    "vietnam",
    "khongbiet",
    "hoilamgi",
    "iloveyou",
    "admin",
    "abc",
)
_RUN = re.compile(r"[a-z]+|[0-9]+")


def check(password: str, *, sign_in_name: str, full_name: str) -> None:
    """Raises Invalid (field "password") with the cause when a new password of this person is refused."""
    refusal = (
        _length(password) or _own_name(password, sign_in_name, full_name) or _place(password) or _guessable(password)
    )
    if refusal:
        raise Invalid(fields={"password": (refusal,)})


def _length(password: str) -> str:
    if SHORTEST <= len(password) <= LONGEST:
        return ""
    return _("Choose a password of %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)


def _own_name(password: str, sign_in_name: str, full_name: str) -> str:
    signs_in_as = {sign_in_name, sign_in_name.partition("@")[0]}
    if any(_holds(password, name) for name in signs_in_as):
        return _("This password contains the sign-in name. Choose one without it, for example four unrelated words.")
    if any(_holds(password, name) for name in _forms_of(full_name)):
        return _("This password contains the person's name. Choose one without it, for example four unrelated words.")
    return ""


def _forms_of(full_name: str) -> Iterator[str]:
    """The name as a whole, without its middle, and without the family name: what people make passwords of."""
    words = full_name.split()
    yield full_name
    if len(words) > 2:
        yield f"{words[0]} {words[-1]}"
        yield f"{words[-2]} {words[-1]}"


def _place(password: str) -> str:
    held = (name for name in _places_within(_squeezed(password)) if _holds(password, name))
    name = next(held, "")
    return name and _(
        "This password contains the name of a unit: %(name)s. Choose one without it, for example four unrelated words.",
        name=name,
    )


def _places_within(squeezed: str) -> Iterator[str]:
    """Names of units that stand somewhere in the text; a short one counts if it is a province's, or the whole text."""
    key = func.replace(_bare(), " ", "")
    letters = re.sub(r"[0-9]", "", squeezed)
    short = or_(key == letters, and_(Unit.kind == "province", literal(squeezed).contains(key)))
    long = and_(func.length(key) >= SHORTEST_UNIT, literal(squeezed).contains(key))
    query = select(Unit.short_name).where(or_(long, short), Unit.kind != "country")
    yield from db.session.scalars(query.order_by(func.length(key).desc(), Unit.id).limit(MOST_UNITS))


def _bare() -> ColumnElement[str]:
    """The search key without the kind of the unit, which stands first: as many signs as the short name has."""
    return func.substr(Unit.search_key, func.length(Unit.search_key) - func.length(Unit.short_name) + 1)


def _guessable(password: str) -> str:
    forms = {password.strip(), search_key(password).replace(" ", "")}
    estimates = [zxcvbn(form[:MOST_ESTIMATED], user_inputs=[*_VIETNAMESE]) for form in forms if form]
    if estimates and all(float(estimate["guesses"]) >= FEWEST_GUESSES for estimate in estimates):
        return ""
    return _(
        "This password is a common one or easily guessed (listed passwords, repeats, rows of keys, years). Choose "
        "another, for example four unrelated words."
    )


def _holds(password: str, name: str) -> bool:
    """Whether the password has the name, with or without marks, spaces and signs.

    It has to stand within a word or be made of whole words: "mùa xuân lành" does not have "Xuân La".
    """
    sought = _squeezed(name)
    if len(sought) < SHORTEST_NAME:
        return False
    text = search_key(password)
    if any(sought in word for word in re.findall(r"[a-z0-9]+", text)):
        return len(sought) >= SHORTEST_UNIT or sought in _RUN.findall(text) or sought == _squeezed(password)
    runs = _RUN.findall(text)
    return any(
        "".join(runs[first:last]) == sought for first in range(len(runs)) for last in range(first, len(runs) + 1)
    )


def _squeezed(text: str) -> str:
    return "".join(_RUN.findall(search_key(text)))
