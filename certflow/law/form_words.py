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
    "nothing_missing": (N_("Everything that is obligatory is answered."), N_("Everything obligatory is filled in.")),
    "changed": (
        N_("The answer must be confirmed again: the question has changed."),
        N_("It must be confirmed again: what is asked here has changed."),
    ),
    "changed_since": (
        N_(
            "The question changed after this was answered. "
            "The answer does not count until it is checked and saved again."
        ),
        N_(
            "What is asked here changed after this was filled in. "
            "It does not count until it is checked and saved again."
        ),
    ),
    "criteria": (N_("Criteria"), N_("Parts")),
    "criterion": (N_("Criterion %(number)s"), N_("Part %(number)s")),
    "criterion_title": (N_("Criterion %(number)s. %(title)s"), N_("Part %(number)s. %(title)s")),
    "every_criterion": (N_("Show every criterion"), N_("Show every part")),
    "change": (N_("Change criterion %(number)s"), N_("Change part %(number)s")),
    "look": (N_("Look at criterion %(number)s"), N_("Look at part %(number)s")),
    "saved": (N_("Criterion %(number)s is saved."), N_("Part %(number)s is saved.")),
    "indicator": (N_("Indicator"), N_("Entry")),
    "indicator_code": (N_("indicator %(code)s"), N_("entry %(code)s")),
    "done": (N_("%(done)s of %(total)s indicators done"), N_("%(done)s of %(total)s entries done")),
    "stale": (
        N_(
            "Somebody else changed indicator %(codes)s after you opened this page. "
            "What you typed is kept below; compare it with the stored answer and save again."
        ),
        N_(
            "Somebody else changed entry %(codes)s after you opened this page. "
            "What you typed is kept below; compare it with what is stored and save again."
        ),
    ),
    "evidence": (N_("Evidence"), N_("Attached files")),
    "evidence_of": (N_("Evidence for indicator %(code)s"), N_("Files of entry %(code)s")),
    "attach": (N_("Attach evidence for indicator %(code)s"), N_("Attach files to entry %(code)s")),
    "no_file": (N_("No file is attached."), N_("No file yet.")),
    "files": (N_("Files of evidence"), N_("Attached files")),
    "files_counted": (N_("Files of evidence: %(count)s"), N_("Attached files: %(count)s")),
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
    "by_findings": (N_("Found"), "%(findings)s"),
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
        N_("Nobody has written a finding yet. When the appraisal begins, claims and findings stand here side by side."),
        N_("What is filled in later stands here beside what was filed."),
    ),
    "differs": (N_("Differs"), N_("Differs from what was filed")),
    "compared": (N_("Claims and findings"), N_("The entries")),
    "adopt": (N_("Take over the figures of the self-assessment"), N_("Take over what was filed")),
    "nothing_adopted": (
        N_("Every indicator answered in the self-assessment has a finding already; nothing was taken over."),
        N_("Every entry that was filed is filled in here already; nothing was taken over."),
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
        N_("All answers and files are frozen as they are now, and a receipt is made."),
        N_("All entries and files are frozen as they are now, and a receipt is made."),
    ),
    "frozen": (
        N_("All answers, the meeting and the fingerprint of every file were frozen in one list. Its SHA-256 is:"),
        N_("All entries and the fingerprint of every file were frozen in one list. Its SHA-256 is:"),
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
        lambda num, **values: _n(
            "%(num)s entry has nothing written yet", "%(num)s entries have nothing written yet", num, **values
        ),
    ),
    "unfound_codes": (
        lambda num, **values: _n(
            "%(num)s indicator has no finding yet: %(codes)s.",
            "%(num)s indicators have no finding yet: %(codes)s.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "%(num)s entry has nothing written yet: %(codes)s.",
            "%(num)s entries have nothing written yet: %(codes)s.",
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
            "What %(num)s entry asks has changed: %(codes)s. It does not count until it is checked and saved again.",
            "What %(num)s entries ask has changed: %(codes)s. "
            "They do not count until they are checked and saved again.",
            num,
            **values,
        ),
    ),
    "adoptable": (
        lambda num, **values: _n(
            "%(num)s indicator answered in the self-assessment has no finding yet: %(codes)s. "
            "You can start from its figures and correct them.",
            "%(num)s indicators answered in the self-assessment have no finding yet: %(codes)s. "
            "You can start from its figures and correct them.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "%(num)s entry that was filed is not filled in here yet: %(codes)s. You can start from it and correct it.",
            "%(num)s entries that were filed are not filled in here yet: %(codes)s. "
            "You can start from them and correct them.",
            num,
            **values,
        ),
    ),
    "adopted": (
        lambda num, **values: _n(
            "The figures of the self-assessment are taken over for %(num)s indicator. Check each.",
            "The figures of the self-assessment are taken over for %(num)s indicators. Check each.",
            num,
            **values,
        ),
        lambda num, **values: _n(
            "What was filed is taken over for %(num)s entry. Check each.",
            "What was filed is taken over for %(num)s entries. Check each.",
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
