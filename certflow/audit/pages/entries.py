"""Pages for administrators: the entries of the audit, and one of them."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.audit import entries, state, words
from certflow.audit.entries import Sought
from certflow.http.policy import Room
from certflow.http.typed import plain_number

bp = Room("audit", __name__, only=ADMINISTRATORS, url_prefix="/audit")


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """The newest entries, or those of a kind, a dossier or a person."""
    kind, dossier, person, before = (request.args.get(name, "") for name in ("kind", "dossier", "person", "before"))
    sought = Sought(kind if kind in words.kinds() else "", plain_number(dossier), plain_number(person))
    lines, older = entries.listed(sought, before=plain_number(before))
    return render_template(
        "audit/listed.html",
        lines=[(entry, words.line(entry)) for entry in lines],
        older=lines[-1].number if older else None,
        newest=plain_number(before) is None,
        sought=sought,
        kinds=words.kinds(),
        chain=words.chain_words(state.state()),
    )


@bp.page("/<int:number>", ADMINISTRATOR)
def show(number: int) -> ResponseReturnValue:
    """One entry with its rows."""
    entry = entries.entry(number)
    return render_template("audit/show.html", entry=entry, line=words.line(entry), details=words.details(entry))
