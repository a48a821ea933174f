"""The pages on which an education department writes, checks and publishes its own criteria set."""

from collections.abc import Callable
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.criteria import confirmations, rating_set_files, rating_sets
from certflow.criteria.forms import rating_sets as forms
from certflow.criteria.forms import rating_sets_written
from certflow.criteria.pages import parts as parts
from certflow.criteria.policy import DEPARTMENT, LOOKS_AT_SETS, RATING_SET, SEES_SET, WRITES_SET
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.http.addresses import id_in
from certflow.http.errors import status_of
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import Room, subject
from certflow.law.sets.faults import MOST_GROUPS
from certflow.law.sets.tables import Content, without_group
from certflow.models.base import db
from certflow.models.criteria import RatingSet

bp = Room("rating_sets", __name__, url_prefix="/rating-sets")

Change = Callable[[Content], Content]


@bp.before_request
def _departments_only() -> None:
    if not rating_sets.may_look(actor()):
        raise NotPermitted(_("Only education departments write their own criteria sets; administrators can read them."))


@bp.page("/", LOOKS_AT_SETS)
def listed() -> ResponseReturnValue:
    """The sets of the reader's department, or of all departments for an administrator."""
    sets = rating_sets.seen_by(actor())
    open_drafts = {(own.unit_id, own.family) for own in sets if own.published_at is None}
    begun = {(own.unit_id, own.family) for own in sets}
    return render_template(
        "criteria/rating_sets/listed.html",
        sets=sets,
        families=rating_sets.families(),
        provinces=confirmations.provinces_confirmable_by(actor()),
        open_drafts=open_drafts,
        begun=begun,
    )


@bp.action("/begin", DEPARTMENT)
def begin() -> ResponseReturnValue:
    """Begin the department's first version, or the next one."""
    own = rating_sets.begin(id_in(request.form, "unit_id"), request.form.get("family", ""), actor=actor())
    flash(_("The draft is started. Write its parts in any order; everything is kept, also what is not correct yet."))
    return redirect(url_for(".show", set_id=own.id))


@bp.page("/<int:set_id>/", SEES_SET)
def show(set_id: int) -> ResponseReturnValue:
    """One set with its parts, and what is still to correct."""
    own = subject(RATING_SET, set_id)
    return render_template("criteria/rating_sets/show.html", **parts.overview(own))


@bp.form("/<int:set_id>/head", WRITES_SET)
def head(set_id: int) -> ResponseReturnValue:
    """Title, paper and points of the whole set."""
    own = _writable(set_id)
    if request.method == "GET":
        return _page(own, "head", forms.head_form(own))
    form = forms.HeadForm()
    if not form.validate_on_submit():
        return _page(own, "head", form), 422
    try:
        own = rating_sets.save_head(set_id, form.named(), actor=actor(), revision=form.seen)
    except Stale as refusal:
        return _stale(set_id, "head", form, refusal)
    return _saved(own, "head")


@bp.form("/<int:set_id>/groups/<int:number>", WRITES_SET)
def group(set_id: int, number: int) -> ResponseReturnValue:
    """One group with its rows."""
    own = _writable(set_id)
    _require_group(own, number)
    if request.method == "GET":
        return _page(own, str(number), forms.group_form(own, number))
    form = forms.GroupForm()
    return _save(
        own, str(number), form, lambda content: rating_sets_written.group_written(content, form, number, _do())
    )


@bp.action("/<int:set_id>/groups", WRITES_SET)
def add_group(set_id: int) -> ResponseReturnValue:
    """Add an empty group at the end."""
    own = _writable(set_id)
    if len(own.content["criteria"]) >= MOST_GROUPS:
        raise ActionNotOpen(_("A criteria set has at most %(most)s groups.", most=MOST_GROUPS))
    more = {"title": {"vi": "", "en": ""}, "source": "", "indicators": []}
    own = _rewrite(own, lambda content: {**content, "criteria": [*content["criteria"], more]})
    return redirect(parts.address(own, str(len(own.content["criteria"]))))


@bp.action("/<int:set_id>/groups/<int:number>/remove", WRITES_SET)
def remove_group(set_id: int, number: int) -> ResponseReturnValue:
    """Take a group out of the draft, with its rows."""
    own = _writable(set_id)
    _require_group(own, number)
    own = _rewrite(own, lambda content: without_group(content, number))
    flash(_("The group is removed from the draft."))
    return redirect(url_for(".show", set_id=set_id))


@bp.form("/<int:set_id>/classes", WRITES_SET)
def bands(set_id: int) -> ResponseReturnValue:
    """The classes of the rating."""
    own = _writable(set_id)
    if request.method == "GET":
        return _page(own, "bands", forms.bands_form(own))
    form = forms.BandsForm()
    return _save(own, "bands", form, lambda content: rating_sets_written.bands_written(content, form, _do()))


@bp.form("/<int:set_id>/limits", WRITES_SET)
def caps(set_id: int) -> ResponseReturnValue:
    """What keeps the class down."""
    own = _writable(set_id)
    if request.method == "GET":
        return _page(own, "caps", forms.with_choices(forms.caps_form(own), own.content))
    form = forms.with_choices(forms.CapsForm(), own.content)
    return _save(own, "caps", form, lambda content: rating_sets_written.caps_written(content, form, _do()))


@bp.form("/<int:set_id>/file", WRITES_SET)
def file(set_id: int) -> ResponseReturnValue:
    """Put a TOML file in the place of what is written."""
    own = _writable(set_id)
    form = forms.SetFileForm()
    if request.method == "GET":
        form.revision.data = str(own.revision)
        return render_template("criteria/rating_sets/file.html", own=own, form=form)
    try:
        _upload(own, form)
    except (Invalid, Stale) as refusal:
        db.session.rollback()
        show_faults(form, Invalid(*refusal.reasons) if isinstance(refusal, Stale) else refusal)
        own = rating_sets.find(set_id, actor())
        form.revision.data = str(own.revision)
        return render_template("criteria/rating_sets/file.html", own=own, form=form), status_of(refusal)
    flash(_("The file is checked and is now in the draft."))
    return redirect(url_for(".show", set_id=set_id))


def _upload(own: RatingSet, form: forms.SetFileForm) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(fields={"file": (_("Choose a file first."),)})
    content = sent.stream.read(rating_set_files.LARGEST_FILE + 1)
    rating_set_files.upload(own.id, content, actor=actor(), revision=form.seen)


@bp.page("/<int:set_id>/set.toml", SEES_SET)
def toml(set_id: int) -> ResponseReturnValue:
    """The set as a TOML file."""
    own = subject(RATING_SET, set_id)
    name = quote(f"{own.name}.v{own.version}.toml")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(rating_set_files.text(own), headers=headers, content_type="application/toml; charset=utf-8")


@bp.page("/<int:set_id>/preview", SEES_SET)
def preview(set_id: int) -> ResponseReturnValue:
    """How the set rates: its classes, and an example for each."""
    own = subject(RATING_SET, set_id)
    return render_template("criteria/rating_sets/preview.html", **parts.preview(own))


@bp.page("/<int:set_id>/preview/<int:number>", SEES_SET)
def preview_group(set_id: int, number: int) -> ResponseReturnValue:
    """One group as a centre sees it on its form."""
    own = subject(RATING_SET, set_id)
    return render_template("criteria/rating_sets/preview_group.html", **parts.preview_group(own, number))


@bp.form("/<int:set_id>/publish", WRITES_SET)
def publish(set_id: int) -> ResponseReturnValue:
    """Publish the draft, after a page that says what that means."""
    own = _writable(set_id)
    if request.method == "GET":
        return render_template("criteria/rating_sets/publish.html", **parts.overview(own))
    form = forms.SetPartForm()
    rating_sets.publish(set_id, actor=actor(), revision=form.seen)
    flash(_("Version %(version)s is published. Rounds can choose it from now on.", version=own.version))
    return redirect(url_for(".show", set_id=set_id))


def _writable(set_id: int) -> RatingSet:
    """The set, for who may write it while it is a draft."""
    own = subject(RATING_SET, set_id)
    if not rating_sets.is_department(actor(), own.unit):
        raise NotPermitted(_("Only the province's education department can write its own criteria set."))
    if own.published_at is not None:
        raise ActionNotOpen(_("This version is published and cannot change. To make changes, begin the next version."))
    return own


def _require_group(own: RatingSet, number: int) -> None:
    if not 1 <= number <= len(own.content["criteria"]):
        raise NotFound(_("There is no such criterion."))


def _do() -> str:
    return request.form.get("do", "")


def _rewrite(own: RatingSet, change: Change) -> RatingSet:
    return rating_sets.save(own.id, change, actor=actor(), revision=forms.SetPartForm().seen)


def _save(own: RatingSet, part: str, form: forms.SetPartForm, change: Change) -> ResponseReturnValue:
    """Save what was typed, right or wrong; what is wrong is then shown where it stands."""
    if not form.validate_on_submit():
        return _page(own, part, form), 422
    try:
        saved = rating_sets.save(own.id, change, actor=actor(), revision=form.seen)
    except Stale as refusal:
        return _stale(own.id, part, form, refusal)
    return _saved(saved, part)


def _saved(own: RatingSet, part: str) -> ResponseReturnValue:
    if _do().startswith(("add", "remove")):
        return redirect(parts.address(own, part, _anchor="last" if _do().startswith("add") else None))
    if any(fault.page == part for fault in rating_sets.faults(own)):
        flash(_("Saved. Something on this page must still be corrected."))
        return redirect(parts.address(own, part, check=1))
    flash(_("Saved."))
    return redirect(parts.following(own, part))


def _stale(set_id: int, part: str, form: forms.SetPartForm, refusal: Stale) -> ResponseReturnValue:
    """The page again with what was typed; sending it once more puts it in the place of what is stored."""
    db.session.rollback()
    own = rating_sets.find(set_id, actor())
    form.revision.data = str(own.revision)
    form.form_errors.extend(refusal.reasons)
    form.form_errors.append(
        _("What you typed has not been saved. Look at the draft in another window; to keep your text, save again.")
    )
    return _page(own, part, form), status_of(refusal)


def _page(own: RatingSet, part: str, form: forms.SetPartForm) -> str:
    set_faults = rating_sets.faults(own)
    if request.method == "GET" and request.args.get("check"):
        forms.show(form, [fault for fault in set_faults if fault.page == part])
    template = f"criteria/rating_sets/{'group' if part.isdecimal() else part}.html"
    return render_template(template, **parts.page(own, part, form))
