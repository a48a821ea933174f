"""`certflow check`, `draw` and `definitions diff`: the definitions, without a database."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.criteria import cases
from certflow.dossiers.effects import EFFECTS
from certflow.errors import DefinitionError, SetupError
from certflow.http.typed import plain_number
from certflow.law import catalogue as reading
from certflow.law.cases.case_runner import CaseOutcome, failures
from certflow.law.catalogue import Catalogue
from certflow.law.difference.difference import Definition, difference
from certflow.law.drawing.diagram import diagram
from certflow.law.soundness import model_check
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _load(workflows: Path | None, forms: Path | None) -> Catalogue:
    return catalogue.read_from(workflows or resource("workflows"), forms or resource("forms"), EFFECTS)


@click.command()
@click.option("--workflows", type=_FOLDER, help="Schemes to check instead of the application's own.")
@click.option("--forms", type=_FOLDER, help="Criteria sets to check instead of the application's own.")
@click.option("-v", "--verbose", is_flag=True, help="Also every state, action, date and indicator.")
def check(workflows: Path | None, forms: Path | None, verbose: bool) -> None:
    """Check all definitions, run their cases, and list them.

    Needs no database. Ends with 1 when something does not hold together or a case fails, and tells all of it at once.
    """
    loaded = _load(workflows, forms)
    outcomes = cases.run(loaded, workflows or resource("workflows"), forms or resource("forms"))
    console = Console()
    console.print(_schemes(loaded))
    console.print(_criteria_sets(loaded))
    console.print(_cases(outcomes))
    if verbose:
        for scheme in loaded.workflows.values():
            console.print(_states(scheme), _actions(scheme), _dates(scheme), _turns(scheme))
        for form in loaded.forms.values():
            console.print(_indicators(form))
    if failed := tuple(line for group in outcomes.values() for line in failures(group)):
        raise DefinitionError(failed)


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number == 0)
    return table


def _schemes(loaded: Catalogue) -> Table:
    table = _table("Schemes", "name, with its criteria set", "v.", "states", "actions", "dates")
    for spec in loaded.workflows.values():
        counts = (len(spec.states), len(spec.transitions), len(spec.deadlines))
        table.add_row(f"{spec.name}\n  {spec.form} v{spec.form_version}", str(spec.version), *map(str, counts))
    return table


def _criteria_sets(loaded: Catalogue) -> Table:
    table = _table("Criteria sets", "name", "v.", "levels", "criteria", "indicators", "trust")
    for form in loaded.forms.values():
        counts = (form.levels, len(form.criteria), len(form.indicators))
        table.add_row(form.name, str(form.version), *map(str, counts), form.trust)
    return table


def _cases(outcomes: dict[str, tuple[CaseOutcome, ...]]) -> Table:
    table = _table("Cases", "definition", "ran", "failed")
    for path, group in outcomes.items():
        table.add_row(path, str(len(group)), str(sum(not outcome.passed for outcome in group)))
    return table


def _states(spec: WorkflowSpec) -> Table:
    table = _table(f"{spec.name} v{spec.version}: states", "state", "whose turn", "title")
    for state in spec.states.values():
        table.add_row(state.name, state.turn or "final", state.title.vi)
    return table


def _actions(spec: WorkflowSpec) -> Table:
    table = _table(f"{spec.name} v{spec.version}: actions", "action", "from", "to", "by", "needs", "source")
    for t in spec.transitions:
        cells = (t.action, ", ".join(t.origins), t.target, ", ".join(t.by), ", ".join(t.needs) or "-", t.source)
        table.add_row(*cells)
    return table


def _dates(spec: WorkflowSpec) -> Table:
    table = _table(f"{spec.name} v{spec.version}: dates", "date", "layer", "day", "reached by", "source")
    for date in spec.deadlines:
        day = f"{'by' if date.included else 'before'} {date.day:02d}/{date.month:02d}"
        if date.on is not None:
            day = f"{'by' if date.included else 'before'} {date.on:%d/%m/%Y}"
        elif date.counted:
            day = f"within {date.working_days} working days after {', '.join(date.after)}"
        table.add_row(date.name, date.layer, day, ", ".join(date.states), date.source)
    return table


def _turns(spec: WorkflowSpec) -> Table:
    title = f"{spec.name} v{spec.version}: who can do what (every dossier can end; no step to a recognition is skipped)"
    table = _table(title, "state", "role", "actions")
    for turn in model_check.turns(spec):
        table.add_row(turn.state, turn.role, ", ".join(f"{action} -> {target}" for action, target in turn.actions))
    return table


def _indicators(form: FormSpec) -> Table:
    table = _table(f"{form.name} v{form.version}: indicators", "code", "kind", "title", "clauses of level 1")
    for indicator in form.indicators.values():
        clauses = "; ".join(part.thresholds[0].clause for part in indicator.parts if part.thresholds)
        table.add_row(indicator.code, indicator.kind, indicator.title.vi, clauses)
    return table


@click.command()
@click.option("--workflows", type=_FOLDER, help="Schemes to draw instead of the application's own.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; end with 1 when a diagram is not current.")
def draw(workflows: Path | None, only_check: bool) -> None:
    """Write a Mermaid diagram beside each scheme."""
    outdated = [(path, text) for path, text in _diagrams(workflows) if _read(path) != text]
    for path, text in outdated:
        if not only_check:
            _write(path, text)
        click.echo(f"{path.name}: {'not current' if only_check else 'written'}", err=only_check)
    if outdated and only_check:
        click.echo("  -> certflow draw", err=True)
        raise click.exceptions.Exit(1)
    if not outdated:
        click.echo("All diagrams are current.")


def _diagrams(workflows: Path | None) -> Iterator[tuple[Path, str]]:
    folder = workflows or resource("workflows")
    for spec in _load(workflows, None).workflows.values():
        yield (folder.parent / spec.path).with_suffix(".md"), diagram(spec)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise SetupError(f"the diagram cannot be written: {fault}", "certflow draw --workflows FOLDER") from fault


@click.group("definitions")
def definitions_group() -> None:
    """Compare versions, and move dossiers to a newer one."""


@definitions_group.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Say what NEW changes against OLD, in sentences.

    Each is a shipped NAME:VERSION or a TOML file. Needs no database.
    """
    shipped = reading.load(resource("workflows"), resource("forms"), catalogue.vocabulary(EFFECTS))
    changes = difference(_definition(old, shipped), _definition(new, shipped))
    if not changes:
        click.echo("Nothing changes.")
    for section, those in groupby(changes, key=lambda change: change.section):
        click.echo(f"{section}:")
        for change in those:
            click.echo(f"  {change.sentence}")


def _definition(argument: str, shipped: Catalogue) -> Definition:
    path = Path(argument)
    if path.is_file():
        return reading.read_file(path, resource("workflows"), resource("forms"))
    name, _colon, version = argument.rpartition(":")
    key = name, plain_number(version) or 0
    definition = shipped.workflows.get(key) or shipped.forms.get(key)
    if definition is None:
        names = ", ".join(f"{name}:{version}" for name, version in sorted({**shipped.workflows, **shipped.forms}))
        raise click.UsageError(f"{argument!r} is neither a file nor one of {names}")
    return definition
