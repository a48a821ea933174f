"""Model check: what holds on every way a dossier can take through a scheme, found by walking all of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from certflow.law.guards import GUARDS
from certflow.law.soundness.soundness import Fault
from certflow.law.specs.outcome import AWARDING
from certflow.law.specs.workflow import StateSpec, TransitionSpec, WorkflowSpec

# A dossier as the walk sees it: its state and the level proposed so far (None while nothing has been proposed).
Position = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one role can do in one state that a dossier can reach: the actions with the states they lead to."""

    state: str
    role: str
    actions: tuple[tuple[str, str], ...]


def turns(spec: WorkflowSpec) -> tuple[Turn, ...]:
    """The reachable (state, role) graph, in the definition's order of states and roles."""
    reached = _reached(spec, spec.transitions)
    result = []
    for state in (name for name in spec.states if name in reached):
        for role in spec.roles:
            moves = tuple((t.action, t.target) for t in spec.transitions if state in t.origins and role in t.by)
            if moves:
                result.append(Turn(state, role, moves))
    return tuple(result)


def check(spec: WorkflowSpec, fault: Fault) -> None:
    """Report every promise that some way through `spec` breaks; the scheme must hold together by itself."""
    _check_endings(spec, fault)
    _check_decisions(spec, fault)
    _check_stages(spec, fault)
    _check_returns(spec, fault)


def _check_endings(spec: WorkflowSpec, fault: Fault) -> None:
    """Whatever the findings are, a dossier ends: from every position it can reach, a final state can be reached."""
    stuck: dict[str, list[int]] = {}
    for level in range(max((t.level for t in spec.transitions), default=0) + 1):
        edges = _positions(spec, level)
        ending = _ending(spec, edges)
        for state in sorted({position[0] for position in edges if position not in ending}):
            stuck.setdefault(state, []).append(level)
    for state, levels in stuck.items():
        words = " or ".join(map(str, levels))
        fault(f"states.{state}", f"a dossier whose findings reach level {words} can get here and then never end")


def _positions(spec: WorkflowSpec, level: int) -> dict[Position, set[Position]]:
    """Every position a dossier with such findings can reach, with those that follow."""
    edges: dict[Position, set[Position]] = {}
    todo: list[Position] = [(spec.initial, None)]
    while todo:
        position = todo.pop()
        if position not in edges:
            edges[position] = {_after(t, position) for t in spec.transitions if _open(t, position, level)}
            todo.extend(edges[position])
    return edges


def _open(transition: TransitionSpec, position: Position, level: int) -> bool:
    state, proposed = position
    fixed = (guard.fixed for need in transition.needs if (guard := GUARDS[need]).fixed)
    return state in transition.origins and all(holds(transition.level, proposed, level) for holds in fixed)


def _after(transition: TransitionSpec, position: Position) -> Position:
    return transition.target, transition.level if "keep_proposal" in transition.effects else position[1]


def _ending(spec: WorkflowSpec, edges: Mapping[Position, set[Position]]) -> set[Position]:
    """The positions from which a final state can be reached."""
    ending = {position for position in edges if spec.states[position[0]].final}
    grown = True
    while grown:
        more = {position for position, following in edges.items() if following & ending} - ending
        ending |= more
        grown = bool(more)
    return ending


def _check_decisions(spec: WorkflowSpec, fault: Fault) -> None:
    """A state that is worth a level is entered by a decision that recognises, and in no other way."""
    undecided = [t for t in spec.transitions if not set(AWARDING) & set(t.effects)]
    reached = _reached(spec, undecided)
    for state in _recognised(spec):
        if state.name in reached:
            way = _way(spec, reached, state.name)
            worth = f"is worth level {state.level}" if state.level else "is where a result stands"
            fault(f"states.{state.name}", f"{worth} but is reached without a recognition: {way}")


def _check_stages(spec: WorkflowSpec, fault: Fault) -> None:
    """No stage can be skipped on the way to a recognition."""
    order = [stage.name for stage in spec.stages]
    for state in _recognised(spec):
        for skipped in order[: order.index(state.stage)]:
            avoided = {name for name, other in spec.states.items() if other.stage == skipped}
            reached = _reached(spec, spec.transitions, avoided)
            if state.name in reached:
                way = _way(spec, reached, state.name)
                fault(f"states.{state.name}", f"can be reached past the stage {skipped!r}: {way}")


def _recognised(spec: WorkflowSpec) -> list[StateSpec]:
    """The states in which a result stands: those worth a level, and those that an awarding action leads to."""
    awarded = {t.target for t in spec.transitions if set(AWARDING) & set(t.effects)}
    return [state for state in spec.states.values() if state.level > 0 or state.name in awarded]


def _check_returns(spec: WorkflowSpec, fault: Fault) -> None:
    """What goes back to an earlier stage can come back to where it was; an ending there is no return."""
    order = [stage.name for stage in spec.stages]
    for transition in spec.transitions:
        target = spec.states[transition.target]
        onwards = _reached(spec, spec.transitions, start=target.name)
        for origin in transition.origins:
            earlier = order.index(target.stage) < order.index(spec.states[origin].stage)
            if earlier and not target.final and origin not in onwards:
                words = f"returns from {origin!r} to {target.name!r}, from where no way leads back to {origin!r}"
                fault(f"transitions.{transition.action}", words)


def _reached(
    spec: WorkflowSpec, transitions: Iterable[TransitionSpec], avoided: Collection[str] = (), *, start: str = ""
) -> dict[str, str]:
    """The states that `transitions` reach without those avoided, each with the state it is first reached from."""
    start = start or spec.initial
    moves = [(origin, t.target) for t in transitions for origin in t.origins]
    origins = {} if start in avoided else {start: ""}
    todo = list(origins)
    for state in todo:
        for target in (target for origin, target in moves if origin == state):
            if target not in origins and target not in avoided:
                origins[target] = state
                todo.append(target)
    return origins


def _way(spec: WorkflowSpec, reached: Mapping[str, str], state: str) -> str:
    steps = [state]
    while steps[0] != spec.initial:
        steps.insert(0, reached[steps[0]])
    return " -> ".join(steps)
