"""What the parts of a form are called: a self-assessment has criteria and indicators, a record parts and entries."""

from collections.abc import Callable

from certflow.law.specs.form import PARTS, FormSpec, Part
from certflow.law.specs.workflow import WorkflowSpec
from certflow.wording import N_, _, _n, language

Counted = Callable[..., str]

# What is said of a self-assessment, and of a record in its place. %(claims)s and %(findings)s are the scheme's own
# words for the two times of writing, such as “Request” and “Settlement”.
SAID: dict[str, tuple[str, str]] = {
    "answer": (N_("Answer"), N_("Contents")),
    "explanation": (N_("Explanation"), N_("Note")),
    "comment": (N_("Comment"), N_("Note")),
    "unanswered": (N_("Not answered yet."), N_("Not filled in yet.")),
    "unanswered_partly": (N_("Not answered completely yet."), N_("Not filled in completely yet.")),
    "no_finding": (N_("No finding yet."), N_("Not filled in yet.")),
    "nothing_missing": (N_("Every obligatory question is answered."), N_("Every obligatory entry is filled in.")),
    "changed": (
        N_("The answer must be confirmed again: the question has changed."),
        N_("The entry must be confirmed again: its question has changed."),
    ),
    "changed_since": (
        N_(
            "The question changed after this was answered. "
            "The answer does not count until it is checked and saved again."
        ),
        N_(
            "The question changed after this was filled in. The entry does not count until it is "
            "checked and saved again."
        ),
    ),
    "criteria": (N_("Criteria"), N_("Parts")),
    "criterion": (N_("Criterion %(number)s"), N_("Part %(number)s")),
    "criterion_title": (N_("Criterion %(number)s. %(title)s"), N_("Part %(number)s. %(title)s")),
    "whole_criterion": (N_("Criterion %(number)s as a whole"), N_("Part %(number)s as a whole")),
    "every_criterion": (N_("Show every criterion"), N_("Show every part")),
    "change": (N_("Change criterion %(number)s"), N_("Change part %(number)s")),
    "look": (N_("View criterion %(number)s"), N_("View part %(number)s")),
    "saved": (N_("Criterion %(number)s is saved."), N_("Part %(number)s is saved.")),
    "indicator": (N_("Indicator"), N_("Entry")),
    "indicator_code": (N_("indicator %(code)s"), N_("entry %(code)s")),
    "done": (N_("%(done)s of %(total)s indicators done"), N_("%(done)s of %(total)s entries done")),
    "evidence": (N_("Evidence"), N_("Attached files")),
    "evidence_of": (N_("Evidence for indicator %(code)s"), N_("Files of entry %(code)s")),
    "attach": (N_("Attach evidence for indicator %(code)s"), N_("Attach files to entry %(code)s")),
    "no_file": (N_("No file is attached."), N_("No file yet.")),
    "files": (N_("Evidence files"), N_("Attached files")),
    "files_counted": (N_("Evidence files: %(count)s"), N_("Attached files: %(count)s")),
    "most_files": (
        N_("At most %(most)s files for one indicator; remove one first."),
        N_("At most %(most)s files for one entry; remove one first."),
    ),
    "self_assessment": (N_("Self-assessment"), N_("Contents")),
    "check": (N_("Check the answers"), N_("Check the contents")),
    "check_title": (N_("Check your answers"), N_("Check the contents")),
    "save_and_check": (N_("Save and check the answers"), N_("Save and check the contents")),
    "result": (N_("Result of the self-assessment"), N_("All entries")),
    "proof": (N_("The proof"), N_("The entries")),
    "by_claims": (N_("Self-assessment"), "%(claims)s"),
    "by_findings": (N_("Appraisal"), "%(findings)s"),
    "claim": (N_("Self-assessment"), "%(claims)s"),
    "finding": (N_("Finding"), "%(findings)s"),
    "appraisal": (N_("Appraisal"), "%(findings)s"),
    "appraisal_of": (N_("Appraisal of criterion %(number)s. %(title)s"), N_("Part %(number)s. %(title)s")),
    "appraise": (N_("Appraise criterion %(number)s"), N_("Change part %(number)s")),
    "findings_saved": (N_("The findings on criterion %(number)s are saved."), N_("Part %(number)s is saved.")),
    "appraisal_check": (N_("Result of the appraisal"), N_("Check the contents: %(findings)s")),
    "appraisal_result": (N_("Result of the appraisal"), N_("All entries: %(findings)s")),
    "to_result": (N_("Back to the result of the appraisal"), N_("Back to all entries")),
    "save_and_result": (N_("Save and see the result"), N_("Save and check the contents")),
    "save_to_result": (N_("Save, to the result"), N_("Save, to all entries")),
    "appraisal_incomplete": (N_("The appraisal is not complete"), N_("Not complete yet")),
    "not_appraised": (N_("Not appraised yet"), N_("Nothing is filled in yet")),
    "not_appraised_because": (
        N_(
            "There is no finding yet. After the appraisal starts, the self-assessment and the "
            "findings are shown here side by side."
        ),
        N_("What is filled in later is shown here beside what was filed."),
    ),
    "differs": (N_("Differs"), N_("Differs from what was filed")),
    "compared": (N_("Self-assessment and findings"), N_("The entries")),
    "adopt": (N_("Copy the figures of the self-assessment"), N_("Copy what was filed")),
    "nothing_adopted": (
        N_("Every indicator answered in the self-assessment already has a finding; nothing was copied."),
        N_("Every filed entry is already filled in here; nothing was copied."),
    ),
    "year": (N_("Assessed year"), N_("Year")),
    "unit_and_year": (N_("%(unit)s, assessed year %(year)s"), N_("%(unit)s, year %(year)s")),
    "history_of": (
        N_("Assessed year %(year)s. Newest first; printed on %(day)s."),
        N_("Year %(year)s. Newest first; printed on %(day)s."),
    ),
    "set": (N_("Criteria"), N_("Form")),
    "set_basis": (N_("Criteria and their legal basis"), N_("The form and its basis")),
    "freezes": (
        N_("All answers and files are locked as they are now, and a receipt is created."),
        N_("All entries and files are locked as they are now, and a receipt is created."),
    ),
    "frozen": (
        N_(
            "All answers, the meeting and the hash of every file were stored in one list that cannot "
            "change. Its SHA-256 is:"
        ),
        N_("All entries and the hash of every file were stored in one list that cannot change. Its SHA-256 is:"),
    ),
}

COUNTED: dict[str, tuple[Counted, Counted]] = {
    "unassessed": (
        lambda num, **values: _n(
            "%(num)s indicator has not been self-assessed yet",
            "%(num)s indicators have not been self-assessed yet",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "%(num)s entry is not filled in yet", "%(num)s entries are not filled in yet", num, **values
        ),
    ),
    "unfound": (
        lambda num, **values: _n(
            "%(num)s indicator has no finding yet", "%(num)s indicators have no finding yet", num, **values
        ),
        lambda num, **values: _n("%(num)s entry is still empty", "%(num)s entries are still empty", num, **values),
    ),
    "unfound_codes": (
        lambda num, **values: _n(
            "%(num)s indicator has no finding yet: %(codes)s.",
            "%(num)s indicators have no finding yet: %(codes)s.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "%(num)s entry is still empty: %(codes)s.",
            "%(num)s entries are still empty: %(codes)s.",
            num,
            **values,
        ),
    ),
    "changed_codes": (
        lambda num, **values: _n(
            "The question of %(num)s answer has changed: %(codes)s. "
            "It does not count until it is checked and saved again.",
            "The questions of %(num)s answers have changed: %(codes)s. "
            "They do not count until they are checked and saved again.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "The question of %(num)s entry has changed: %(codes)s. The entry does not count until it "
            "is checked and saved again.",
            "The questions of %(num)s entries have changed: %(codes)s. The entries do not count "
            "until they are checked and saved again.",
            num,
            **values,
        ),
    ),
    "adoptable": (
        lambda num, **values: _n(
            "%(num)s indicator answered in the self-assessment has no finding yet: %(codes)s. You "
            "can copy its figures and correct them.",
            "%(num)s indicators answered in the self-assessment have no finding yet: %(codes)s. You "
            "can copy their figures and correct them.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "%(num)s filed entry is not filled in here yet: %(codes)s. You can copy it and correct it.",
            "%(num)s filed entries are not filled in here yet: %(codes)s. You can copy them and correct them.",
            num,
            **values,
        ),
    ),
    "adopted": (
        lambda num, **values: _n(
            "The figures of the self-assessment are copied for %(num)s indicator. Check it.",
            "The figures of the self-assessment are copied for %(num)s indicators. Check each of them.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "What was filed is copied for %(num)s entry. Check it.",
            "What was filed is copied for %(num)s entries. Check each of them.",
            num,
            **values,
        ),
    ),
}


class FormWords:
    """The words of one form in the reader's language; with its scheme, also its own words for the times of writing."""

    def __init__(self, form: FormSpec, spec: WorkflowSpec | None = None) -> None:
        self.of_record = form.method == "record"
        self._times = {part: _time(spec, part) for part in PARTS} if spec else {}

    def __call__(self, what: str, **values: object) -> str:
        """What is said for the key `what` of SAID."""
        return _(SAID[what][self.of_record], **self._times, **values)

    def counted(self, what: str, num: int, **values: object) -> str:
        """What is said of `num` of them, for the key `what` of COUNTED."""
        return COUNTED[what][self.of_record](num, **values)


def _time(spec: WorkflowSpec, part: Part) -> str:
    """The title of the stage in which this part is first written."""
    titles = {stage.name: stage.title for stage in spec.stages}
    stages = (titles[state.stage] for state in spec.states.values() if state.edits == part)
    title = next(stages, None)
    return title.in_language(language()) if title else ""
