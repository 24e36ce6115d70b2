"""Walks a case over its finite alphabet: is there a line of play that passes, what does the best one cost, is there a way on."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from trainer.roleplay.case import Check, Fact
from trainer.roleplay.heard import Fault, Heard
from trainer.roleplay.moves import Move
from trainer.roleplay.sale import ORDER_FIRST, Sale
from trainer.roleplay.sale_talk import is_haggling
from trainer.roleplay.scene import Scene
from trainer.roleplay.scoring import best_possible, cost, ending, least_cost, passes
from trainer.roleplay.state import State
from trainer.roleplay.step import open_case, refusal, step

Choice = tuple[Move, Heard]
LIMIT = 60_000
CLUMSY: tuple[Heard, ...] = (Heard(faults=(Fault("shift_blame"),)),)


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found; `line` is the cheapest passing line, `complete` tells that nothing was left out."""

    states: int
    endings: tuple[tuple[str, int], ...]
    best_cost: int | None
    line: tuple[Choice, ...]
    complete: bool
    dead_ends: int


def best_line(scene: Scene, limit: int = LIMIT) -> Walk:
    """The cheapest passing line (then the one with fewest moves), by shortest path over hashed states."""
    return _search(scene, limit, stop=True)


def walk(scene: Scene, limit: int = LIMIT) -> Walk:
    """Every state that the alphabet reaches and from which passing is not yet out of reach."""
    return _search(scene, limit, stop=False)


def _search(scene: Scene, limit: int, stop: bool) -> Walk:
    search = _Search(scene, limit)
    search.run(greedy=True)
    if search.best is not None or not stop:
        search.run(greedy=False)
    best = search.best
    return Walk(len(search.seen), tuple(sorted(search.endings.items())), best[0] if best else None,
                best[2] if best else (), search.complete, search.dead)


class _Search:
    """Best-first to a passing line, then everything that could still be cheaper."""

    def __init__(self, scene: Scene, limit: int) -> None:
        self.scene, self.limit = scene, limit
        self.best: tuple[int, int, tuple[Choice, ...]] | None = None
        self.seen: set[object] = set()
        self.endings: dict[str, int] = {}
        self.dead = 0
        self.complete = False

    def run(self, greedy: bool) -> None:
        """One pass; greedy stops at the first passing line."""
        first, _ = open_case(self.scene)
        order = count()
        heap: list[tuple[int, int, int, State, tuple[Choice, ...]]] = [(0, 0, next(order), first, ())]
        self.seen, self.dead, self.complete = {first.key(self.scene.case.pairs, self.scene.words)}, 0, False
        while heap and len(self.seen) < self.limit:
            _, _, _, state, line = heapq.heappop(heap)
            moved = False
            for choice in alphabet(self.scene, state):
                after, _ = step(self.scene, state, *choice)
                if after is state:
                    continue
                moved = True
                if self._worth(after, (*line, choice)):
                    floor = 0 if greedy else least_cost(self.scene, after)
                    rank = (floor, -_progress(self.scene, after), next(order), after, (*line, choice))
                    heapq.heappush(heap, rank)
            self.dead += not moved
            if greedy and self.best is not None:
                return
        self.complete = not heap

    def _worth(self, after: State, line: tuple[Choice, ...]) -> bool:
        if after.ended:
            self._end(after, line)
            return False
        if best_possible(self.scene, after) < self.scene.case.pass_mark:
            return False
        if self.best is not None and least_cost(self.scene, after) >= self.best[0]:
            return False
        key = after.key(self.scene.case.pairs, self.scene.words)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _end(self, after: State, line: tuple[Choice, ...]) -> None:
        name = ending(self.scene, after).id
        self.endings[name] = self.endings.get(name, 0) + 1
        if passes(self.scene, after):
            found = (cost(self.scene, after), len(line), line)
            if self.best is None or found[:2] < self.best[:2]:
                self.best = found


def _progress(scene: Scene, state: State) -> int:
    """How far along a state looks; only orders the search among equal costs."""
    sale = scene.case.sale
    chosen = 40 * sum(one.right for one in sale.shelf if f"chose:{one.id}" in state.happened) if sale else 0
    checks: tuple[Check, ...] = (*scene.case.acts, *scene.case.checks)
    return sum(check.of for check in checks if check.when(state)) + 4 * ending(scene, state).share + chosen - state.n


def alphabet(scene: Scene, state: State) -> Iterator[Choice]:
    """The moves worth trying: panels and evidence that tell something, reply classes, amounts, waits to what comes next."""
    yield Move("finish"), Heard()
    yield from _replies(scene, state)
    if scene.case.sale is not None:
        yield from _sale_choices(scene, scene.case.sale, state)
    for name, args in _actions(scene, state):
        move = Move(name, args)
        if not refusal(scene, state, move):
            yield move, Heard()
    for minutes in _waits(scene, state):
        yield Move("wait", {"minutes": minutes}), Heard()


def _replies(scene: Scene, state: State) -> Iterator[Choice]:
    say = Move("reply", {"text": "…"})
    wanted = _plain_acts(scene)
    offers = [accept.offer for accept in scene.case.accepts if accept.offer != "offer_compensation"]
    plain = frozenset(wanted - state.acts.keys()) - frozenset(offers)
    if plain:
        yield say, Heard(plain)
    for offer in offers:
        if offer not in state.agreed:
            yield say, Heard(plain | {offer})
    for act in sorted(plain) if len(plain) > 1 and not state.acts else ():
        yield say, Heard(frozenset({act}))
    if not plain and state.waiting_since >= 0:
        yield say, Heard(frozenset({"promise_follow_up"}))
    for heard in CLUMSY:
        if not any(slip.spoken for slip in state.slips):
            yield say, heard


def _actions(scene: Scene, state: State) -> Iterator[tuple[str, dict[str, object]]]:
    yield from _inquiries(scene, state)
    if state.asked_fen:
        yield "agree_refund", {"amount": state.asked_fen}
    for name in ("agree_return", "offer_exchange", "reship", "repair", "intercept"):
        yield name, {}
    if "goods_back" in state.happened:
        yield "confirm_return_received", {"state": str(scene.case.start.get("returned", "intact"))}
    if scene.case.record and "record:right" not in state.happened and (scene.case.settled(state) or state.asked_fen):
        yield "record", {"fields": {name: words[0] for name, words in scene.case.record.items()}}
    if "note" in scene.words and "note" not in state.done:
        yield "note", {"flag": "red", "text": "…"}
    for accept in scene.case.accepts:
        if accept.offer == "offer_compensation" and accept.when(state):
            yield "offer_compensation", {"amount": accept.above}
    if state.flow == "intervention":
        yield "submit_evidence", {"kinds": ["chat"]}


def _sale_choices(scene: Scene, sale: Sale, state: State) -> Iterator[Choice]:
    """What a sale adds: its tokens said all at once and by kind, prices right and wrong, cards, a changed price, a reminder."""
    say = Move("reply", {"text": "…"})
    new = [token for token in (*sale.tokens(), *(f"ask:{fact.id}" for fact in scene.case.facts if fact.found == "ask"))
           if token not in state.done and not token.startswith(("goods:", "coupon:")) and token != ORDER_FIRST]
    plain = _plain_acts(scene) - state.acts.keys() - {"decline_politely"}
    told = frozenset(token for token in new if f"say:{token[4:]}" not in _wrong_says(sale))
    if told:
        yield say, Heard(plain, told=told)
    for kind in sorted({token.split(":")[0] for token in told}):
        yield say, Heard(told=frozenset(token for token in told if token.startswith(f"{kind}:")))
    for acts in ({"ask_problem"}, {"decline_politely"}) if is_haggling(state) or state.flow == "considering" else ():
        yield say, Heard(frozenset(acts))
    if is_haggling(state):
        yield say, Heard(told=frozenset({ORDER_FIRST}))
    if sale.prices and not any(slip.code == "wrong_price" for slip in state.slips):
        yield say, Heard(faults=(Fault("wrong_price"),))
    yield from _sale_moves(scene, sale, state)


def _wrong_says(sale: Sale) -> frozenset[str]:
    return frozenset(f"say:{saying.id}" for saying in sale.says if saying.wrong)


def _sale_moves(scene: Scene, sale: Sale, state: State) -> Iterator[Choice]:
    new = [one for one in sale.shelf if f"goods:{one.id}" not in state.done]
    shown = [one for one in new if one.right] + [one for one in new if not one.right][:1]
    cards: list[dict[str, object]] = [{"card": "item", "goods": one.id} for one in shown]
    cards += [{"card": "coupon", "coupon": one.id} for one in sale.coupons if f"coupon:{one.id}" not in state.done]
    moves = [Move("send_card", card) for card in cards] + [Move("urge_payment")]
    if sale.bargain is not None and sale.bargain.takes and is_haggling(state):
        moves.append(Move("change_price", {"amount": sale.bargain.takes}))
    for move in moves:
        if not refusal(scene, state, move):
            yield move, Heard()


def _plain_acts(scene: Scene) -> frozenset[str]:
    """The acts that the rubric, the facts and the questions of a case ask for."""
    wanted = {act for check in scene.case.acts for act in check.token.split("|")[:1]}
    wanted |= {fact.by for fact in scene.case.facts if fact.found == "act"}
    return frozenset(wanted | {ask.acts[0] for ask in scene.case.asks if ":" not in ask.acts[0]})


def _inquiries(scene: Scene, state: State) -> Iterator[tuple[str, dict[str, object]]]:
    case = scene.case
    for panel in sorted({fact.by for fact in case.facts if fact.found == "look" and _tells(scene, fact)}):
        if f"look:{panel}" not in state.done and "reply" not in state.done:
            yield "look", {"panel": panel}
    for kind in sorted({fact.by for fact in case.facts if fact.found == "evidence"}):
        yield "request_evidence", {"kind": kind}
    for event in case.events:
        if event.id in state.happened or not event.when(state):
            continue
        if event.after in ("contact_courier", "contact_warehouse", "issue_invoice"):
            yield event.after, {}
        if event.after.startswith("work_order:") and event.after not in state.done:
            yield "work_order", {"to": event.after.split(":")[1], "text": "…"}


def _tells(scene: Scene, fact: Fact) -> bool:
    return fact.id in scene.words or f"look:{fact.by}" in scene.words


def _waits(scene: Scene, state: State) -> tuple[int, ...]:
    """To the next thing that falls due: a minute before, at it, a minute after."""
    if not state.agenda:
        return (max(1, scene.case.horizon - state.at),)
    ahead = state.agenda[0].at - state.at
    if state.agenda[0].kind == "deadline":
        return tuple(minutes for minutes in (ahead - 2, ahead - 1, ahead) if minutes > 0)
    return (max(1, ahead),)

