"""A scheme as a picture: the Markdown page with its Mermaid state diagram that stands beside the definition."""

from collections.abc import Iterator

from certflow.law.specs.words import Text
from certflow.law.specs.workflow import DeadlineSpec, StateSpec, TransitionSpec, WorkflowSpec


def diagram(spec: WorkflowSpec) -> str:
    """The whole page: the diagram, then states with whose turn it is, actions and dates; ends with a line break."""
    sections = (
        [f"# {_both(spec.title)}", "", f"`{spec.name}`, v{spec.version}. {spec.source}", ""],
        [
            "Từ tệp định nghĩa bên cạnh, bằng lệnh `certflow draw`. From the definition beside it, by `certflow draw`.",
            "",
        ],
        ["```mermaid", *_picture(spec), "```", ""],
        _table(("Trạng thái / State", "Lượt của / Turn"), _states(spec)),
        _table(("Thao tác / Action", "Người thực hiện / By", "Căn cứ / Source"), _actions(spec)),
        _table(("Mốc / Date", "Ngày / Day", "Căn cứ / Source"), _dates(spec)),
    )
    return "\n".join(line for section in sections for line in section).rstrip() + "\n"


def _picture(spec: WorkflowSpec) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {spec.initial}"
    for state in spec.states.values():
        yield f'    state "{_label(state.title)}<br/>{_label(_turn(spec, state))}" as {state.name}'
    for transition in spec.transitions:
        for origin in transition.origins:
            yield f"    {origin} --> {transition.target}: {_label(transition.title)}"
    for state in spec.states.values():
        if state.final:
            yield f"    {state.name} --> [*]"


def _turn(spec: WorkflowSpec, state: StateSpec) -> Text:
    if state.final:
        return Text("kết thúc", "final")
    title = spec.roles[state.turn].title
    return Text(f"→ {title.vi}", f"→ {title.en}")


def _label(text: Text) -> str:
    """Both languages on two lines, without the signs that end a label in Mermaid."""
    label = f"{text.vi}<br/>{text.en}"
    for sign in ':;#"':
        label = label.replace(sign, ",")
    return label


def _both(text: Text) -> str:
    return f"{text.vi} / {text.en}"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [*lines, *(f"| {' | '.join(row)} |" for row in cells), ""]


def _states(spec: WorkflowSpec) -> Iterator[tuple[str, ...]]:
    return ((_both(state.title), _both(_turn(spec, state))) for state in spec.states.values())


def _actions(spec: WorkflowSpec) -> Iterator[tuple[str, ...]]:
    return ((_both(t.title), _performers(spec, t), t.source) for t in spec.transitions)


def _performers(spec: WorkflowSpec, transition: TransitionSpec) -> str:
    return "; ".join(_both(spec.roles[role].title) for role in transition.by)


def _dates(spec: WorkflowSpec) -> Iterator[tuple[str, ...]]:
    for date in spec.deadlines:
        yield _both(date.title), _day(spec, date), date.source


def _day(spec: WorkflowSpec, date: DeadlineSpec) -> str:
    if date.counted:
        vi, en = (", ".join(words) for words in zip(*_titles(spec, date.after), strict=True))
        return _both(
            Text(
                f"{date.working_days} ngày làm việc sau “{vi}”", f"within {date.working_days} working days after “{en}”"
            )
        )
    word = Text("đến hết ngày", "by") if date.included else Text("trước ngày", "before")
    if date.on is not None:
        return f"{_both(word)} {date.on:%d/%m/%Y}"
    of_year = " của năm đánh giá / of the assessed year" if date.year == "assessed" else ""
    return f"{_both(word)} {date.day:02d}/{date.month:02d}{of_year}"


def _titles(spec: WorkflowSpec, states: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((spec.states[name].title.vi, spec.states[name].title.en) for name in states)
