"""What the receipt of a filing says, in the reader's language, for the page and for the paper."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.accounts.words import with_present_name
from certflow.assessment.words.changes import title_of
from certflow.assessment.words.entries import level_of
from certflow.catalogue import units
from certflow.catalogue.catalogue import known
from certflow.law.deadlines import Due, Standing
from certflow.law.specs.workflow import RoleSpec, WorkflowSpec
from certflow.models.dossiers import PAPERS, Dossier, FilingReceipt, Submission
from certflow.models.units import UnitVersion
from certflow.vietnamese import body_in, title_at
from certflow.wording import cited, instant, language, place
from certflow.wording import title_at as role_at

Line = tuple[str, str]


@dataclass(frozen=True)
class FiledWords:
    """The words of one receipt."""

    dossier: Dossier
    filed: Submission
    receipt: FilingReceipt

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was filed, as its hash was taken."""
        content: dict[str, Any] = json.loads(self.filed.manifest)
        return content

    @cached_property
    def spec(self) -> WorkflowSpec:
        """The version of the scheme by which it was filed."""
        return known().workflow(*self.manifest["scheme"])

    @cached_property
    def places(self) -> dict[str, UnitVersion]:
        """The dossier's unit and those above it as they were called when it was begun, by kind."""
        return units.places_of(self.dossier)

    @property
    def seat(self) -> str:
        """The unit of the receiving office; "" for the country."""
        at = self.places.get(self._role.seat)
        return at.name if at else ""

    @property
    def short_seat(self) -> str:
        """As `seat`, without the kind of unit."""
        at = self.places.get(self._role.seat)
        return at.short_name if at else ""

    @property
    def _role(self) -> RoleSpec:
        return self.spec.roles[self.receipt.facts["role"]]

    @property
    def office(self) -> str:
        """The office that received it: in English the role there, because definitions name no office of its own."""
        title = self._role.title
        if language() != "vi":
            return role_at(title.in_language(language()), self.seat) if self.seat else title.in_language(language())
        body = body_in(title.vi) or "Ủy ban nhân dân xã"
        return title_at(body, self.seat) if self.seat else body

    @property
    def sender(self) -> str:
        """Who filed, with the position of the day, and for whom where it was for another."""
        signature, for_whom = self.filed.filed_by, self.manifest.get("signs_for")
        if for_whom:
            signature = replace(signature, position=f"{for_whom['position']} ({for_whom['mode']}.)")
        return with_present_name(signature, self.filed.filer)

    def lines(self) -> list[Line]:
        """What is stated in short, each with its name."""
        dossier, level = self.dossier, level_of(self.dossier, self.filed.claimed_level)
        about = [dossier.subject_name] if dossier.holder else []
        names = ", ".join([*about, *(version.name for version in self.places.values())])
        round_ = _("%(round)s, year %(year)s", round=dossier.round.title, year=self.manifest["assessed_year"])
        return [
            (_("Dossier of"), place(names, begins=True)),
            (_("Scheme"), self.spec.title.in_language(language())),
            (_("Round"), round_),
            (_("Filed at"), instant(self.filed.filed_at)),
            (_("Filed by"), self.sender),
            (_("Received by"), self.office),
            *self._contact(),
            *([(_("Self-assessed level"), level)] if level else []),
            (_("Basis"), cited(self._source(), begins=True)),
        ]

    def _contact(self) -> Iterator[Line]:
        contact = self.receipt.facts["contact"]
        if contact is not None:
            hours = f" ({contact['hours']})" if contact["hours"] else ""
            yield _("Contact"), _("%(name)s, telephone %(telephone)s", **contact) + hours

    def _source(self) -> str:
        return next(t.source for t in self.spec.transitions if "freeze_submission" in t.effects)

    def papers(self) -> list[str]:
        """What was filed, one by one: the answers, the meeting and each file."""
        answers, meeting = len(self.manifest["answers"]), self.manifest["meeting"]
        words = [ngettext("Answers to %(num)d question", "Answers to %(num)d questions", answers)] if answers else []
        if meeting is not None:
            day = f"{dt.date.fromisoformat(meeting['held_on']):%d/%m/%Y}"
            words.append(_("Record of the meeting on the self-assessment on %(day)s", day=day))
        return [*words, *(f"{self.under(file['indicator'])}: {file['name']}" for file in self.manifest["evidence"])]

    def under(self, code: str) -> str:
        """What a file of the manifest belongs to: the code of its indicator, or the words for other papers."""
        return title_of(self.dossier, code) if code == PAPERS else code

    def standings(self) -> list[Standing]:
        """How the filing stands against each filing date, as it stood when it was filed."""
        days = self.receipt.facts["filing"]
        return [Standing(self._due(day), self.filed.filed_at, day["on_time"], 0) for day in days]

    def results(self) -> list[str]:
        """By when the result is due, or that nothing says so."""
        facts = self.receipt.facts
        sentences = [self._said(self._due(day)) for day in facts["results"]]
        sentences += [self._said_undated(name) for name in facts["undated"]]
        return sentences or [_("The documents on this procedure name no day for the result.")]

    def _due(self, day: dict[str, Any]) -> Due:
        return Due(self.spec.deadline(day["deadline"]), dt.date.fromisoformat(day["on"]), day["included"])

    def _said(self, due: Due) -> str:
        day, source = f"{due.on:%d/%m/%Y}", cited(due.spec.source)
        by = _("by %(date)s", date=day) if due.included else _("before %(date)s", date=day)
        return str(_("%(title)s: %(day)s (%(source)s)", title=self._title(due.spec.name), day=by, source=source))

    def _said_undated(self, name: str) -> str:
        deadline = self.spec.deadline(name)
        events = "”, “".join(self.spec.states[state].title.in_language(language()) for state in deadline.after)
        within = ngettext(
            "within %(num)d working day after “%(event)s”",
            "within %(num)d working days after “%(event)s”",
            deadline.working_days,
            event=events,
        )
        source = cited(deadline.source)
        return str(_("%(title)s: %(day)s (%(source)s)", title=self._title(name), day=within, source=source))

    def _title(self, name: str) -> str:
        return self.spec.deadline(name).title.in_language(language())
