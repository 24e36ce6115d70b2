"""Draws a small directed graph from top to bottom: layers, few crossings, labels with a place of their own. Pure; sizes in pixels."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 12
GAP = 18
ROW_GAP = 20
MARGIN = 12
CROWD = 6


@dataclass(frozen=True)
class Box:
    """Something with a size: a node, or the label of an edge."""

    id: str
    width: int
    height: int


@dataclass(frozen=True)
class Link:
    """An edge from one node to another with its label's box, if it has one."""

    source: str
    target: str
    label: Box | None = None


@dataclass(frozen=True)
class Placed:
    """A box with its centre."""

    box: Box
    x: float
    y: float

    @property
    def left(self) -> float:
        """The left edge."""
        return round(self.x - self.box.width / 2, 1)

    @property
    def top(self) -> float:
        """The upper edge."""
        return round(self.y - self.box.height / 2, 1)


@dataclass(frozen=True)
class Drawing:
    """Where everything stands: boxes by id, the SVG path of each link in order, the whole size."""

    boxes: Mapping[str, Placed]
    paths: Sequence[str]
    width: int
    height: int


def draw(nodes: Sequence[Box], links: Sequence[Link], first: str) -> Drawing:
    """The drawing of a graph whose nodes are all reached from `first`; links of a node to itself are not drawn."""
    ranks = _staggered(rank(nodes, links, first), links)
    sizes = {node.id: node for node in nodes}
    layers: list[list[str]] = [[] for _ in range(2 * max(ranks.values(), default=0) + 1)]
    for node in nodes:
        layers[2 * ranks[node.id]].append(node.id)
    chains = [_chain(number, link, ranks, sizes, layers) for number, link in enumerate(links)]
    pairs = [pair for chain in chains for pair in itertools.pairwise(chain)]
    layers = _ordered(layers, pairs)
    xs = _across(layers, pairs, sizes)
    ys = _down(layers, sizes)
    shift = MARGIN - min(xs[name] - sizes[name].width / 2 for name in xs)
    boxes = {name: Placed(sizes[name], round(x + shift, 1), ys[name]) for name, x in xs.items()}
    width = max(one.x + one.box.width / 2 for one in boxes.values()) + MARGIN
    height = max(one.y + one.box.height / 2 for one in boxes.values()) + MARGIN
    paths = [_path(chain, boxes, ranks[link.source] > ranks[link.target]) for chain, link in zip(chains, links, strict=True)]
    return Drawing(boxes, paths, round(width), round(height))


def rank(nodes: Sequence[Box], links: Sequence[Link], first: str) -> dict[str, int]:
    """The layer of each node: the longest way from the first one, links that lead back left out."""
    onward = _without_back(nodes, links, first)
    ranks = {node.id: 0 for node in nodes}
    for _ in nodes:
        for source, target in onward:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


def _staggered(ranks: dict[str, int], links: Sequence[Link]) -> dict[str, int]:
    """The same with every second end of a crowded row one row lower."""
    inner = {link.source for link in links}
    for row in set(ranks.values()):
        names = [name for name, at in ranks.items() if at == row]
        if len(names) > CROWD:
            ranks |= dict.fromkeys([name for name in names if name not in inner][1::2], row + 1)
    return ranks


def _without_back(nodes: Sequence[Box], links: Sequence[Link], first: str) -> list[tuple[str, str]]:
    after: dict[str, list[str]] = {node.id: [] for node in nodes}
    for link in links:
        if link.source != link.target:
            after[link.source].append(link.target)
    onward, done, path = list[tuple[str, str]](), set[str](), list[str]()

    def visit(name: str) -> None:
        path.append(name)
        for target in after[name]:
            if target in path:
                continue
            onward.append((name, target))
            if target not in done:
                visit(target)
        path.pop()
        done.add(name)

    for name in [first, *after]:
        if name not in done:
            visit(name)
    return onward


def _chain(number: int, link: Link, ranks: Mapping[str, int], sizes: dict[str, Box], layers: list[list[str]]) -> list[str]:
    """The boxes that a link passes from its upper to its lower end: the label in the row below, then a bend in every further row."""
    upper, lower = sorted((link.source, link.target), key=lambda name: ranks[name])
    if ranks[upper] == ranks[lower]:
        return []
    chain = [upper]
    for row in range(2 * ranks[upper] + 1, 2 * ranks[lower]):
        name = f"{number}/{row}"
        is_label = link.label is not None and len(chain) == 1
        sizes[name] = Box(name, link.label.width, link.label.height) if link.label and is_label else Box(name, 8, 0)
        layers[row].append(name)
        chain.append(name)
    return [*chain, lower]


def label_place(drawing: Drawing, number: int, link: Link) -> Placed | None:
    """Where the label of a link stands."""
    found = (placed for name, placed in drawing.boxes.items() if name.startswith(f"{number}/") and placed.box.height)
    return next(found, None) if link.label else None


# --- order in the rows: fewest crossings of several sweeps ---


def _ordered(layers: list[list[str]], pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    near: dict[str, list[str]] = {}
    for upper, lower in pairs:
        near.setdefault(upper, []).append(lower)
        near.setdefault(lower, []).append(upper)
    best, fewest = [list(row) for row in layers], _crossings(layers, pairs)
    now = [list(row) for row in layers]
    for turn in range(ROUNDS):
        places = {name: place for row in now for place, name in enumerate(row)}
        for at in range(len(now)) if turn % 2 == 0 else range(len(now) - 1, -1, -1):
            beside = set(now[at - 1] if turn % 2 == 0 else now[at + 1]) if 0 <= at + (-1 if turn % 2 == 0 else 1) < len(now) else set()
            now[at].sort(key=lambda name: _mean([places[one] for one in near.get(name, ()) if one in beside], places[name]))
            places.update({name: place for place, name in enumerate(now[at])})
        count = _crossings(now, pairs)
        if count < fewest:
            best, fewest = [list(row) for row in now], count
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(layers: Sequence[Sequence[str]], pairs: Sequence[tuple[str, str]]) -> int:
    places = {name: (row, place) for row, names in enumerate(layers) for place, name in enumerate(names)}
    rows: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in pairs:
        rows.setdefault(places[upper][0], []).append((places[upper][1], places[lower][1]))
    return sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for found in rows.values() for n, a in enumerate(found) for b in found[:n])


# --- places ---


def _across(layers: Sequence[Sequence[str]], pairs: Sequence[tuple[str, str]], sizes: Mapping[str, Box]) -> dict[str, float]:
    """The x of every box: as near to what it is linked to as the others of its row allow."""
    near: dict[str, list[str]] = {}
    for upper, lower in pairs:
        near.setdefault(upper, []).append(lower)
        near.setdefault(lower, []).append(upper)
    xs: dict[str, float] = {}
    for row in layers:
        xs.update(zip(row, spread([0.0] * len(row), [sizes[name].width for name in row]), strict=True))
    for turn in range(2 * ROUNDS):
        for row in layers if turn % 2 == 0 else reversed(layers):
            wanted = [_mean([xs[one] for one in near.get(name, ())], xs[name]) for name in row]
            xs.update(zip(row, spread(wanted, [sizes[name].width for name in row]), strict=True))
    return xs


def spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Centres in order, as near to those wanted as boxes of these widths can stand side by side (least squares)."""
    offsets = [0.0]
    for before, width in itertools.pairwise(widths):
        offsets.append(offsets[-1] + (before + width) / 2 + GAP)
    blocks: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        blocks.append([want - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, count = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + value * count) / (blocks[-1][1] + count), blocks[-1][1] + count]
    level = [value for value, count in blocks for _ in range(int(count))]
    return [one + offset for one, offset in zip(level, offsets, strict=False)]


def _down(layers: Sequence[Iterable[str]], sizes: Mapping[str, Box]) -> dict[str, float]:
    ys: dict[str, float] = {}
    top = float(MARGIN)
    for row in layers:
        names = list(row)
        height = max((sizes[name].height for name in names), default=0)
        ys.update(dict.fromkeys(names, top + height / 2))
        top += height + ROW_GAP
    return ys


def _path(chain: Sequence[str], boxes: Mapping[str, Placed], upward: bool) -> str:
    """A smooth line through the boxes of a chain, from the source to the target."""
    if not chain:
        return ""
    points: list[tuple[float, float]] = []
    for place, name in enumerate(chain):
        one = boxes[name]
        if place > 0:
            points.append((one.x, one.top))
        if place < len(chain) - 1 and (place == 0 or one.box.height):
            points.append((one.x, one.top + one.box.height))
    points = points[::-1] if upward else points
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        middle = (y + to_y) / 2
        parts.append(f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}")
    return "".join(parts)
