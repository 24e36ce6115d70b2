"""A case as a graph, read off its table: states, what leads from one to another, deadlines, endings with what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.roleplay import SPECS, Scene, State
from trainer.roleplay.flow import DEADLINES, FLOW, FLOWS, Row
from trainer.services.case_words import HAPPENED, condition_words
from trainer.services.graph_layout import Box, Drawing, Link, Placed, draw, label_place

TRIGGERS = {
    "apply": "买家提交申请", "withdraw": "买家撤回申请", "ships": "买家寄回", "intervene": "买家申请平台介入", "verdict_refund": "平台判退款",
    "verdict_return": "平台判退货退款", "verdict_seller": "平台判店铺有理", "hesitate": "买家说再想想", "order": "买家下单", "pay": "买家付款",
    "leave": "买家离开",
}
REMEDIES = {"reship": "补寄了", "offer_exchange": "换货了", "repair": "修好了"}
CLOCK = ("filed_at", "rejected_at", "agreed_at", "returned_at", "goods_received_at")
NODE_CHARS, LABEL_CHARS, FONT, LINE = 11, 9, 13, 18
PASSING = 60


@dataclass(frozen=True)
class Node:
    """A state of the dispute, a remedy that was carried out, or an ending; `loops` are what happens there without leaving it."""

    id: str
    kind: str
    title: str
    note: str = ""
    worth: str = ""
    loops: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True)
class Edge:
    """A way from one node to another; kind is move, buyer, deadline or end."""

    source: str
    target: str
    kind: str
    text: str


@dataclass
class Graph:
    """Nodes by id, and edges in the order of the table."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    first: str = ""


def case_graph(scene: Scene, acts: Mapping[str, str]) -> Graph:
    """The graph of a bound case; `acts` are the names of reply acts."""
    graph = Graph(first=str(scene.case.start.get("flow", "asking" if scene.case.sale else "none")))
    moment = State(times=tuple((name, 0) for name in CLOCK))
    waiting = [graph.first]
    loops: dict[str, list[str]] = {}
    while waiting:
        name = waiting.pop(0)
        if name in graph.nodes:
            continue
        graph.nodes[name] = Node(name, "state", FLOWS.get(name, name), first=name == graph.first)
        for row in FLOW:
            if row.state != name or not possible(scene, row, moment):
                continue
            kind, text = _way(row)
            if row.next == name:
                loops.setdefault(name, []).append(text)
            else:
                graph.edges.append(Edge(name, row.next, kind, text))
                waiting.append(row.next)
    for name, found in loops.items():
        graph.nodes[name] = Node(name, "state", FLOWS.get(name, name), loops=tuple(found), first=name == graph.first)
    _remedies(scene, graph)
    _endings(scene, graph, acts)
    return graph


def _way(row: Row) -> tuple[str, str]:
    if row.trigger.startswith("deadline:"):
        return "deadline", f"到期：{DEADLINES[row.trigger[9:]].then}"
    if row.trigger in SPECS:
        return "move", SPECS[row.trigger].label
    return "buyer", TRIGGERS.get(row.trigger, row.trigger)


def possible(scene: Scene, row: Row, moment: State) -> bool:
    """Whether a line of the flow table can apply in this case at all."""
    case = scene.case
    if row.guard in ("wants_return", "wants_money") and (row.guard == "wants_return") != (case.kind == "退货退款"):
        return False
    if row.trigger.startswith("deadline:"):
        return scene.deadline(row.trigger[9:], moment) is not None
    return BY_CASE.get(row.trigger, _always)(scene)


def _always(_scene: Scene) -> bool:
    return True


def _sent(flow: str) -> Any:
    return lambda scene: any(event.flow == flow for event in scene.case.events)


def _offered(*offers: str) -> Any:
    return lambda scene: any(accept.offer in offers for accept in scene.case.accepts)


BY_CASE: dict[str, Any] = {
    "hesitate": lambda scene: scene.case.sale is not None and scene.case.sale.waver is not None or _sent("hesitate")(scene),
    **{name: _sent(name) for name in ("ships", "verdict_refund", "verdict_return", "verdict_seller")},
    "apply": lambda scene: not scene.case.start.get("complains") or _sent("apply")(scene) or _offered("offer_refund", "offer_return")(scene),
    "withdraw": lambda scene: _sent("withdraw")(scene) or _offered("offer_reship")(scene),
    "confirm_return_received": lambda scene: any(event.marks == "goods_back" for event in scene.case.events)
    or "goods_received_at" in scene.case.start.get("minutes_ago", {}),
}


def words_of(raw: Any, key: str) -> Iterator[str]:
    """The words that a condition wants under a key; what stands in `not` is left out."""
    if isinstance(raw, Mapping):
        for name, value in raw.items():
            if name == "any":
                for one in value:
                    yield from words_of(one, key)
            elif name == key:
                yield from (str(one) for one in (value if isinstance(value, list) else [value]))


def _remedies(scene: Scene, graph: Graph) -> None:
    """The remedies that run beside the refund flow, where an ending or the settling asks for them."""
    parts = [scene.case.raw.get("settled"), *(one.get("when") for one in scene.case.raw["outcomes"])]
    for name in dict.fromkeys(word for part in parts for word in words_of(part, "done") if word in REMEDIES):
        graph.nodes[f"done:{name}"] = Node(f"done:{name}", "deed", REMEDIES[name])
        graph.edges.append(Edge(graph.first, f"done:{name}", "move", SPECS[name].label))
        if name == "reship" and "requested" in graph.nodes and graph.first != "requested":
            graph.edges.append(Edge("requested", f"done:{name}", "move", f"{SPECS[name].label}，申请撤回"))


def _endings(scene: Scene, graph: Graph, acts: Mapping[str, str]) -> None:
    """Each ending hangs on the states and remedies that its condition names; else on what goes before any ending."""
    case = scene.case
    for outcome, raw in zip(case.outcomes, case.raw["outcomes"], strict=True):
        name = f"end:{outcome.id}"
        kind = "ok" if outcome.share >= PASSING else "caution" if outcome.share else "bad"
        worth = {"ok": f"结果分 {outcome.share}%", "caution": f"结果分 {outcome.share}%，过不了", "bad": "没有结果分"}[kind]
        when = raw.get("when")
        graph.nodes[name] = Node(name, kind, outcome.title, condition_words(case, when, acts) or "其余情形都归到这里", worth)
        for source in _sources(graph, when):
            graph.edges.append(Edge(source, name, "end", _rest(when)))


def _sources(graph: Graph, when: Any) -> list[str]:
    flows = [word for word in words_of(when, "flow") if word in graph.nodes]
    deeds = [f"done:{word}" for word in words_of(when, "done") if f"done:{word}" in graph.nodes]
    if isinstance(when, Mapping) and "any" in when:
        return list(dict.fromkeys([*flows, *deeds])) or [graph.first]
    return flows or deeds or [graph.first]


def _rest(when: Any) -> str:
    """What else an ending asks for, short enough for a label."""
    if not isinstance(when, Mapping) or not when:
        return "其余"
    wanted = [HAPPENED[word] for word in words_of(when, "happened") if word in EVENTS_SHOWN] if "flow" in when else []
    return "、".join(wanted) or "结束"


EVENTS_SHOWN = frozenset({"intervention", "auto_confirmed"})


# --- the drawing ---


@dataclass(frozen=True)
class Shown:
    """A graph laid out: nodes and edges with their places, and the size of the whole."""

    nodes: list[tuple[Node, Placed, list[str]]]
    edges: list[tuple[str, str, list[str], Placed | None]]
    width: int
    height: int


def lay_out(graph: Graph) -> Shown:
    """The drawing of a graph: several ways between the same two nodes are one line with one label."""
    joined: dict[tuple[str, str, str], list[str]] = {}
    for edge in graph.edges:
        joined.setdefault((edge.source, edge.target, _style(edge)), []).append(edge.text)
    texts = {key: [line for one in dict.fromkeys(found) for line in wrap(one, LABEL_CHARS)] for key, found in joined.items()}
    lines = {node.id: [*wrap(node.title, NODE_CHARS), *([node.worth] if node.worth else []), *_loop_lines(node)] for node in graph.nodes.values()}
    boxes = [Box(name, _width(found, 24), len(found) * LINE + 14) for name, found in lines.items()]
    links = [Link(key[0], key[1], Box("", _width(found, 10), len(found) * LINE + 2)) for key, found in texts.items()]
    drawing: Drawing = draw(boxes, links, graph.first)
    edges = [(path, key[2], texts[key], label_place(drawing, number, link))
             for number, (path, link, key) in enumerate(zip(drawing.paths, links, texts, strict=True))]
    return Shown([(node, drawing.boxes[name], lines[name]) for name, node in graph.nodes.items()], edges, drawing.width, drawing.height)


def _style(edge: Edge) -> str:
    return {"deadline": "deadline", "end": "end"}.get(edge.kind, "move" if edge.kind == "move" else "buyer")


def _loop_lines(node: Node) -> list[str]:
    return [line for text in node.loops for line in wrap(f"↻ {text}", NODE_CHARS + 2)]


def wrap(text: str, chars: int) -> list[str]:
    """A text in lines of about so many Chinese characters, as even as can be."""
    count = -(-_units(text) // (2 * chars))
    if count <= 1:
        return [text]
    lines, line, most = list[str](), "", -(-_units(text) // count)
    for character in text:
        if line and _units(line + character) > most + 1 and character not in "，。、）」：；":
            lines.append(line)
            line = ""
        line += character
    return [*lines, line]


def _units(text: str) -> int:
    """The width in half characters."""
    return sum(1 if character.isascii() else 2 for character in text)


def _width(lines: list[str], more: int) -> int:
    return max(_units(line) for line in lines) * FONT // 2 + more
