"""Players without understanding; none of them may pass. A case that one passes is mended, not the bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay.moves import EVIDENCE, PANELS, RECORD_FIELDS, Move, parse_move
from trainer.roleplay.play import Ear, listen
from trainer.roleplay.scene import Scene, draw
from trainer.roleplay.scoring import judge
from trainer.roleplay.state import State
from trainer.roleplay.step import allowed, open_case, step

TEMPLATE = "亲，您好，非常抱歉给您带来不便，您的心情我们非常理解，我们会尽快为您核实处理，请您耐心等待，感谢您的支持与理解，祝您生活愉快！"
SALAD = ("抱歉 理解 联系快递 补发 退款 退货 换货 补偿 运费 七天无理由 三天内 发票 平台介入 跟进 核实 凭证 照片 订单号 地址 谢谢 再见")
HAWK = "亲，这款特别适合您，推荐您直接拍，价格很优惠，现在拍下马上发货，有什么需要随时找我哦"
BRIBE = "亲，给您转5元红包，麻烦给个五星好评，截图给我就返现哦"
PLAIN_STEPS = 24
NEXT_DAY = 1440

Tactic = Callable[[Scene, State, int], Sequence[Move]]


@dataclass(frozen=True, slots=True)
class Bot:
    """A name, what it is called in the table, and what it does at each step."""

    name: str
    title: str
    tactic: Tactic


@dataclass(frozen=True, slots=True)
class Result:
    """How a bot did in a case."""

    case: str
    bot: str
    score: int
    passed: bool
    end_state: str


def _say(text: str) -> Move:
    return Move("reply", {"text": text})


def _wait(minutes: int = NEXT_DAY) -> Move:
    return Move("wait", {"minutes": minutes})


def _agree(state: State) -> list[Move]:
    """Agrees to whatever lies on the table."""
    return [Move("agree_return"), Move("agree_refund", {"amount": state.asked_fen or "owed"}), Move("reship"),
            Move("confirm_return_received", {"state": "intact"})]


def _hawk(scene: Scene) -> list[Move]:
    """Shows everything on the shelf, and every coupon."""
    sale = scene.case.sale
    if sale is None:
        return [Move("send_card", {"card": "item"})]
    return [*(Move("send_card", {"card": "item", "goods": one.id}) for one in sale.shelf),
            *(Move("send_card", {"card": "coupon", "coupon": one.id}) for one in sale.coupons)]


def _refuse(_scene: Scene, _state: State, number: int) -> Sequence[Move]:
    return [Move("refuse", {"reason": "不符合店铺规定"}), _say("亲，不好意思，按照店铺规定这个是不可以的哦。"), _wait(240 * (1 + number))]


def _random(scene: Scene, state: State, number: int) -> Sequence[Move]:
    names = allowed(scene, state)
    name = names[draw(scene.seed, scene.case.id, "bot", number) % len(names)]
    pick = draw(scene.seed, scene.case.id, "bot-arg", number)
    texts = (TEMPLATE, BRIBE, SALAD, "好的", "请问您有什么问题？", "我帮您看一下", "这边给您退款", "您自己联系快递吧")
    args: dict[str, dict[str, Any]] = {
        "reply": {"text": texts[pick % len(texts)]}, "look": {"panel": list(PANELS)[pick % len(PANELS)]},
        "request_evidence": {"kind": list(EVIDENCE)[pick % len(EVIDENCE)]}, "agree_refund": {"amount": state.asked_fen},
        "refuse": {"reason": "不符合规定"}, "offer_compensation": {"amount": 100 * (1 + pick % 50)},
        "submit_evidence": {"kinds": ["chat"]}, "confirm_return_received": {"state": "intact"},
        "wait": {"minutes": 1 + pick % 2000}, "note": {"flag": "red", "text": "…"}, "transfer": {"group": "售后"},
        "small_payment": {"amount": 500, "reason": "补偿"}, "extend_receipt": {"days": 3}, "send_card": {"card": "coupon"},
        "change_price": {"amount": 1000}, "work_order": {"to": "courier", "text": "…"},
        "record": {"fields": {key: words[pick % len(words)] for key, words in RECORD_FIELDS.items()}},
    }
    return [Move(name, args.get(name, {}))]


BOTS: tuple[Bot, ...] = (
    Bot("silent", "一言不发", lambda scene, state, number: [_wait()]),
    Bot("agree_all", "什么都同意", lambda scene, state, number: [*_agree(state), _wait(60 if number < 4 else NEXT_DAY)]),
    Bot("refuse_all", "什么都拒绝", _refuse),
    Bot("escalate_all", "全部上报", lambda scene, state, number: [Move("escalate"), _wait(60)]),
    Bot("parrot", "复读买家", lambda scene, state, number: [_say(state.last_buyer or "在吗"), _wait(30)]),
    Bot("template", "一套客套话", lambda scene, state, number: [_say(TEMPLATE), _wait(60)]),
    Bot("keyword_salad", "堆关键词", lambda scene, state, number: [_say(SALAD), *_agree(state), _wait(120)]),
    Bot("briber", "花钱买好评", lambda scene, state, number: [
        _say(BRIBE), Move("small_payment", {"amount": 500, "reason": "好评返现"}), *_agree(state), _wait(120)]),
    Bot("polite_agree", "客套话加全同意", lambda scene, state, number: [
        _say(TEMPLATE), *_agree(state), _wait(60 if number < 4 else NEXT_DAY)]),
    Bot("template_escalate", "客套话加上报", lambda scene, state, number: [_say(TEMPLATE), Move("escalate"), _wait(120)]),
    Bot("hawker", "见货就推", lambda scene, state, number: [*_hawk(scene), _say(HAWK), Move("urge_payment"), _wait(60)]),
    Bot("random", "随机乱点", _random),
)
FOREIGN = "foreign"


def run_bot(scene: Scene, bot: Bot, ear: Ear) -> Result:
    """Let a bot play to the end of the case."""
    state, _ = open_case(scene)
    for number in range(PLAIN_STEPS):
        if state.ended:
            break
        for move in bot.tactic(scene, state, number):
            if not state.ended:
                state, _ = step(scene, state, move, listen(scene, state, move, ear))
    return _finish(scene, state, bot.name)


def run_foreign(scene: Scene, moves: Sequence[Mapping[str, Any]], ear: Ear) -> Result:
    """Play another case's solution here."""
    state, _ = open_case(scene)
    for raw in moves:
        move = parse_move(raw)
        state, _ = step(scene, state, move, listen(scene, state, move, ear))
    return _finish(scene, state, FOREIGN)


def _finish(scene: Scene, state: State, bot: str) -> Result:
    if not state.ended:
        state, _ = step(scene, state, Move("finish"))
    found = judge(scene, state)
    return Result(scene.case.id, bot, found.score, found.passed, found.end_state)


def run_all(scenes: Sequence[Scene], ear: Ear, others: Sequence[Scene] = ()) -> list[Result]:
    """Every bot in every case, other cases' passing solutions among them (of these cases, or of `others`)."""
    results = [run_bot(scene, bot, ear) for scene in scenes for bot in BOTS]
    for scene in scenes:
        for other in others or scenes:
            if other.case.id != scene.case.id:
                for solution in other.case.solutions:
                    if solution.passes:
                        results.append(run_foreign(scene, solution.moves, ear))
    return results
