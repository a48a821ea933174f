"""A scheme as a drawing: where every state, action and way goes, in a column narrow enough for a phone.

Each state is a card in the band of its stage, with the actions that can be taken there. A way leaves from its action
and runs beside the cards: forward at the right, back at the left. Ways to the same state join. Lengths are in units of
the drawing, y grows downwards. An own layout because a state's actions are the labels of its ways, and no layout
library in Python (grandalf) places labels or keeps stages together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from certflow.law.drawing.lettering import wrapped
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import StateSpec, TransitionSpec, WorkflowSpec

WIDTH = 360
LANE = 11  # between two ways beside each other
EDGE = 9  # between the outermost way and the border of the drawing
PAD = 10  # inside a card
TITLE, SMALL = 14, 12.5  # sizes of letters
TITLE_LINE, LINE = 18, 16
BAND_HEAD, GAP, BAND_GAP, MARK = 28, 14, 8, 18
ROUND = 5  # of a way's corners


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @cached_property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One line of words; `y` is that of its base line."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action on the card of a state; `top` is the rule above it, `middle` the height at which its way leaves."""

    action: str
    top: float
    middle: float
    lines: tuple[FlowLine, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A state: its title, whose turn it is, what can be done; `mark` is the base line for a word when it is current."""

    state: StateSpec
    box: Box
    title: tuple[FlowLine, ...]
    turn: tuple[FlowLine, ...]
    mark: float
    rows: tuple[ActionRow, ...]

    @property
    def entry(self) -> float:
        """The height at which ways arrive."""
        return self.box.y + PAD + TITLE_LINE / 2


@dataclass(frozen=True, slots=True)
class Band:
    """A stage with its cards."""

    title: tuple[FlowLine, ...]
    box: Box
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The line of an action from a state to another; `path` and `head` (the arrow's) are what SVG calls path data.

    Of the ways to a state on one side the longest has the head; the others end where they join it.
    """

    transition: TransitionSpec
    origin: str
    back: bool
    path: str
    head: str


@dataclass(frozen=True)
class Flowchart:
    """The whole drawing."""

    width: float
    height: float
    initial: str
    bands: tuple[Band, ...]
    ways: tuple[Way, ...]

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """All cards from the top."""
        return tuple(card for band in self.bands for card in band.cards)


@dataclass(frozen=True, slots=True)
class _Trunk:
    """All ways to one state on one side; it spans `low` to `high`, counted in twice the cards from the top."""

    target: str
    back: bool
    low: int
    high: int


def flowchart(spec: WorkflowSpec, language: str, final: str, current: str = "") -> Flowchart:
    """The drawing of `spec` in `language`; `final` says that a state is an end, `current` is to be marked as such."""
    states = [state for stage in spec.stages for state in spec.states.values() if state.stage == stage.name]
    lanes = _lanes(spec, {state.name: n for n, state in enumerate(states)})
    left, right = (_margin(lanes, back) for back in (True, False))
    setter = _Setter(spec, language, final, current, left, WIDTH - left - right)
    bands = tuple(setter.bands())
    cards = {card.state.name: card for band in bands for card in band.cards}
    return Flowchart(WIDTH, bands[-1].box.bottom, spec.initial, bands, tuple(_ways(spec, cards, lanes)))


def _margin(lanes: dict[_Trunk, int], back: bool) -> float:
    used = [lane for trunk, lane in lanes.items() if trunk.back == back]
    return EDGE + LANE * (max(used, default=-1) + 1) + 4


def _lanes(spec: WorkflowSpec, order: dict[str, int]) -> dict[_Trunk, int]:
    """The lane of each trunk, 0 next to the cards: the shortest innermost, none over another."""
    ends: dict[tuple[str, bool], set[int]] = {}
    for transition in spec.transitions:
        for origin in transition.origins:
            back = order[transition.target] <= order[origin]
            entry, exit_ = 2 * order[transition.target], 2 * order[origin] + 1
            ends.setdefault((transition.target, back), set()).update((entry, exit_))
    trunks = [_Trunk(target, back, min(at), max(at)) for (target, back), at in ends.items()]
    lanes: dict[_Trunk, int] = {}
    for trunk in sorted(trunks, key=lambda t: (t.high - t.low, t.low)):
        occupied = {lane for other, lane in lanes.items() if _beside(trunk, other)}
        lanes[trunk] = next(lane for lane in range(len(trunks)) if lane not in occupied)
    return lanes


def _beside(trunk: _Trunk, other: _Trunk) -> bool:
    return trunk.back == other.back and trunk.low < other.high and other.low < trunk.high


@dataclass(slots=True)
class _Setter:
    """Sets cards and bands under each other; `y` is how far it has come."""

    spec: WorkflowSpec
    language: str
    final: str
    current: str
    x: float
    width: float
    y: float = 0

    def bands(self) -> Iterator[Band]:
        for stage in self.spec.stages:
            states = [state for state in self.spec.states.values() if state.stage == stage.name]
            top = self.y
            title = self._lines(stage.title, SMALL, BAND_HEAD - 9, self.width - 40, bold=True)
            self.y += BAND_HEAD + LINE * (len(title) - 1)
            cards = tuple(self._card(state) for state in states)
            yield Band(title, Box(0, top, WIDTH, self.y - top), cards)
            self.y += BAND_GAP

    def _card(self, state: StateSpec) -> Card:
        top, inner = self.y, self.width - 2 * PAD
        self.y += PAD
        title = self._lines(state.title, TITLE, 14, inner - 18, bold=True)
        self.y += TITLE_LINE * len(title)
        whose = Text(self.final, self.final) if state.final else self.spec.roles[state.turn].title
        turn = self._lines(whose, SMALL, 12, inner - 18)
        self.y += LINE * len(turn)
        mark = self.y + 13
        self.y += MARK * (state.name == self.current) + PAD / 2 + 2
        rows = tuple(self._row(t, inner) for t in self.spec.transitions if state.name in t.origins)
        box = Box(self.x, top, self.width, self.y - top)
        self.y += GAP
        return Card(state, box, title, turn, mark, rows)

    def _row(self, transition: TransitionSpec, inner: float) -> ActionRow:
        top = self.y
        lines = self._lines(transition.title, SMALL, 18, inner - 4)
        self.y += LINE * len(lines) + 11
        return ActionRow(transition.action, top, (top + self.y) / 2, lines)

    def _lines(self, text: Text, size: float, down: float, width: float, *, bold: bool = False) -> tuple[FlowLine, ...]:
        """`text` broken to `width`, the first base line `down` from where the setter is."""
        lines = wrapped(text.in_language(self.language), size, width, bold=bold)
        step = TITLE_LINE if size == TITLE else LINE
        return tuple(FlowLine(self.y + down + n * step, line) for n, line in enumerate(lines))


def _ways(spec: WorkflowSpec, cards: dict[str, Card], lanes: dict[_Trunk, int]) -> Iterator[Way]:
    order = list(cards)
    for trunk, lane in lanes.items():
        target = cards[trunk.target]
        side, out = (target.box.x, -1) if trunk.back else (target.box.right, 1)
        across = side + out * (LANE * (lane + 1) + 4)
        leaving = [
            (abs(row.middle - target.entry), row.middle, transition, origin)
            for transition in spec.transitions
            for origin in transition.origins
            if transition.target == trunk.target and (order.index(trunk.target) <= order.index(origin)) == trunk.back
            for row in cards[origin].rows
            if row.action == transition.action
        ]
        farthest = max(far for far, *_rest in leaving)
        for far, start, transition, origin in leaving:
            whole = far == farthest
            path = _path(side, across, start, target.entry, out, whole=whole)
            yield Way(transition, origin, trunk.back, path, _head(side, target.entry, out) if whole else "")


def _path(side: float, lane: float, start: float, end: float, out: int, *, whole: bool) -> str:
    """From the card's side at `start` out to the lane; when `whole`, along it and in again at `end`."""
    down = 1 if end > start else -1
    joining = (("M", side, start), ("H", lane - out * ROUND), ("Q", lane, start, lane, start + down * ROUND))
    going = (("V", end - down * ROUND), ("Q", lane, end, lane - out * ROUND, end), ("H", side + out * 3))
    return _data(*joining, *(going if whole else ()))


def _head(side: float, at: float, out: int) -> str:
    """An arrow whose point touches the card."""
    return _data(("M", side, at), ("l", out * 7, -4), ("v", 8), ("z",))


def _data(*steps: Iterable[str | float]) -> str:
    return "".join(" ".join(part if isinstance(part, str) else f"{part:g}" for part in step) for step in steps)
